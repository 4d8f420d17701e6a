import { defineConfig } from 'vitest/config'

// Tests that kill: minutes long, hard on the machine, and so no part of `npm test`. `npm run faults` runs them.
export default defineConfig({
  // As in the configuration of the other tests: a subgraph in the test itself needs the one copy of graphql.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    root: import.meta.dirname,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
