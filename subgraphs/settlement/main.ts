// The settlement subgraph as a process of its own; only the gateway may ask it, and cross-province for other provinces.
import { delimiter } from 'node:path'
import { DOCUMENT_ENVIRONMENT, documentSettingsOf } from '@yibao/documents/settings'
import { openStorage } from '@yibao/documents/storage'
import { runSubgraph } from '@yibao/drizzle/subgraph-process'
import { reachedBy } from '@yibao/schema/exchange'
import { z } from 'zod'
import { PAYMENT_ENVIRONMENT, paymentOf } from './peers/payment-settings.ts'
import { createProvincePort } from './peers/province.ts'
import { createSettlement, SHIPPED_POLICIES, SHIPPED_RULES } from './schema.ts'

/** Folders of files besides those that ship, separated as in PATH. */
const FOLDERS = z
  .string()
  .default('')
  .transform((text) => text.split(delimiter).filter((folder) => folder !== ''))

await runSubgraph(process.env, {
  name: 'settlement',
  port: 4003,
  connections: { schema: 'settlement', hot: 16, writers: 2, readers: 3 },
  settings: { ...PAYMENT_ENVIRONMENT, ...DOCUMENT_ENVIRONMENT, YIBAO_POLICIES: FOLDERS, YIBAO_RULES: FOLDERS },
  create: async ({ secrets: loadSecrets, receiptKey, jobs, settings, dataDir, peers, ...parts }) => {
    const payment = paymentOf(settings)
    const secrets = await loadSecrets()
    const documents = await openStorage(documentSettingsOf(settings, dataDir).storage, secrets)
    return createSettlement({
      ...parts,
      ...(payment && { payment }),
      ...(peers && { provinces: createProvincePort(peers.province, reachedBy(peers.ask('cross-province'))) }),
      documents,
      secrets: { ...secrets, receipt: await receiptKey() },
      jobs: await jobs(),
      policies: [SHIPPED_POLICIES, ...settings.YIBAO_POLICIES],
      rules: [SHIPPED_RULES, ...settings.YIBAO_RULES],
    })
  },
})
