// The institutions subgraph as a process of its own; only the gateway may ask it.
import { DOCUMENT_ENVIRONMENT, documentSettingsOf } from '@yibao/documents/settings'
import { openStorage } from '@yibao/documents/storage'
import { runSubgraph } from '@yibao/drizzle/subgraph-process'
import { createWebhookPort, WEBHOOK_ENVIRONMENT } from './peers/webhook.ts'
import { createInstitutions } from './schema.ts'

await runSubgraph(process.env, {
  name: 'institutions',
  port: 4002,
  connections: { schema: 'institutions', hot: 2, writers: 4, readers: 4 },
  settings: { ...DOCUMENT_ENVIRONMENT, ...WEBHOOK_ENVIRONMENT },
  create: async ({ secrets: loadSecrets, jobs, settings, dataDir, peers: _peers, ...parts }) => {
    const secrets = await loadSecrets()
    const documents = await openStorage(documentSettingsOf(settings, dataDir).storage, secrets)
    const webhooks = createWebhookPort({ allowLocal: settings.YIBAO_WEBHOOK_LOCAL })
    return createInstitutions({ ...parts, secrets, documents, webhooks, jobs: await jobs() })
  },
})
