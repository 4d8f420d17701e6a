import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // Node gives everyone graphql's index.js; vitest would give our own files its index.mjs, a second copy whose
    // types the libraries do not recognise.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    // Tests that kill have a configuration of their own: `npm run faults`.
    exclude: [...configDefaults.exclude, 'faults/**'],
    globalSetup: './global-setup.ts',
    // All cores: vitest's own choice, one less, leaves half of a machine of two idle (8.5 minutes instead of 5).
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
