// `npm run faults`: all of them, or `npm run faults -- exchange --runs 1000 --seed 7` for seeded runs between two provinces.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' } },
  allowPositionals: true,
})
const { runs, seed } = values
// Runs are those between provinces, of which alone there can be as many as wished.
const files = positionals.length === 0 && runs !== undefined ? ['exchange'] : positionals
const child = spawn('vitest', ['run', '--config', join(import.meta.dirname, 'vitest.config.ts'), ...files], {
  stdio: 'inherit',
  env: { ...process.env, ...(runs && { YIBAO_RUNS: runs }), ...(seed && { YIBAO_SEED: seed }) },
})
child.on('exit', (code) => process.exit(code ?? 1))
