// The insured subgraph as a process of its own; only the gateway may ask it, and cross-province for other provinces.
import { DOCUMENT_ENVIRONMENT, documentSettingsOf } from '@yibao/documents/settings'
import { openStorage } from '@yibao/documents/storage'
import { runSubgraph } from '@yibao/drizzle/subgraph-process'
import { reachedBy } from '@yibao/schema/exchange'
import { CARRIER_ENVIRONMENT, carriersOf } from './peers/deliver-settings.ts'
import { createInsured } from './schema.ts'

await runSubgraph(process.env, {
  name: 'insured',
  port: 4001,
  connections: { schema: 'insured', hot: 2, writers: 6, readers: 8 },
  settings: { ...DOCUMENT_ENVIRONMENT, ...CARRIER_ENVIRONMENT },
  create: async ({ secrets: loadSecrets, receiptKey, jobs, settings, dataDir, peers, ...parts }) => {
    const secrets = { ...(await loadSecrets()), receipt: await receiptKey() }
    const { storage, scanner } = documentSettingsOf(settings, dataDir)
    const documents = await openStorage(storage, secrets)
    return createInsured({
      ...parts,
      ...(peers && { crossProvince: reachedBy(peers.ask('cross-province')) }),
      secrets,
      documents,
      scanner,
      carriers: carriersOf(settings),
      jobs: await jobs(),
    })
  },
})
