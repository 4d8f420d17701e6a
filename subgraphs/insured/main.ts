// The insured subgraph as a process of its own; only the gateway may ask it.
import { runSubgraph } from '@yibao/drizzle/subgraph-process'
import { createInsured } from './schema.ts'

await runSubgraph(process.env, {
  name: 'insured',
  port: 4001,
  connections: { schema: 'insured', hot: 2, writers: 6, readers: 8 },
  create: async ({ secrets, jobs, ...parts }) =>
    createInsured({ ...parts, secrets: await secrets(), jobs: await jobs() }),
})
