// The cross-province subgraph as a process of its own; only the gateway may ask it, and settlement and insured.
import { runSubgraph } from '@yibao/drizzle/subgraph-process'
import { secret } from '@yibao/schema/config'
import { loadKeys } from '@yibao/schema/keys'
import { z } from 'zod'
import { createCrossProvince } from './schema.ts'

await runSubgraph(process.env, {
  name: 'cross-province',
  port: 4004,
  connections: { schema: 'cross_province', hot: 2, writers: 4, readers: 4 },
  /** JSON of an Ed25519 private JWK, whose public half other provinces have registered. */
  settings: { YIBAO_EXCHANGE_KEY: secret(z.string().optional()) },
  create: async ({ jobs, secrets, peers, settings, dataDir, receiptKey: _receiptKey, ...parts }) => {
    // Without an exchange it keeps no identity numbers to be sealed.
    if (peers === null) return createCrossProvince({ ...parts, jobs: await jobs() })
    const { exchange: key } = await loadKeys(dataDir, { exchange: settings.YIBAO_EXCHANGE_KEY }, ['exchange'])
    const { province } = peers
    const exchange = { province, key, settlement: peers.ask('settlement'), insured: peers.ask('insured') }
    return createCrossProvince({ ...parts, secrets: await secrets(), exchange, jobs: await jobs() })
  },
})
