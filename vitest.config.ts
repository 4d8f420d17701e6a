import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['schema', 'paper', 'documents', 'paper', 'drizzle', 'subgraphs/*', 'gateway', 'test'],
  },
})
