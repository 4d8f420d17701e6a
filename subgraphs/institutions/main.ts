// The institutions subgraph as a process of its own; only the gateway may ask it.
import { runSubgraph } from '@yibao/drizzle/subgraph-process'
import { createInstitutions } from './schema.ts'

await runSubgraph(process.env, {
  name: 'institutions',
  port: 4002,
  connections: { schema: 'institutions', hot: 2, writers: 4, readers: 4 },
  create: async ({ jobs, ...parts }) => createInstitutions({ ...parts, jobs: await jobs() }),
})
