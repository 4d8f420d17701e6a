// The cross-province subgraph as a process of its own; only the gateway may ask it.
import { runSubgraph } from '@yibao/drizzle/subgraph-process'
import { createCrossProvince } from './schema.ts'

await runSubgraph(process.env, {
  name: 'cross-province',
  port: 4004,
  connections: { schema: 'cross_province', hot: 2, writers: 4, readers: 4 },
  // Alone it takes part in no exchange, and so keeps no identity numbers to be sealed.
  create: async ({ jobs, secrets: _secrets, ...parts }) => createCrossProvince({ ...parts, jobs: await jobs() }),
})
