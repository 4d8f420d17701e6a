import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['schema', 'drizzle', 'subgraphs/*', 'gateway', 'test'],
  },
})
