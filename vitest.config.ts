import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['schema', 'documents', 'drizzle', 'subgraphs/*', 'gateway', 'test'],
  },
})
