import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['schema', 'documents', 'paper', 'drizzle', 'subgraphs/*', 'gateway', 'test'],
  },
})
