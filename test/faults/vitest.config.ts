import { defineConfig } from 'vitest/config'

// Tests that kill: minutes long, hard on the machine, and so no part of `npm test`. `npm run faults` runs them.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
