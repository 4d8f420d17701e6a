import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SIDES } from './exchange-parties.ts'
import type { Playground, Run } from './exchange-runs.ts'

// What is kept of runs that failed: every request and message with its mishap, what the platforms logged, and what both have
// on record of bills and of the money between them.

const TABLES = [
  'away_bill',
  'province_message',
  'net_statement',
  'net_item',
  'net_dispute',
  'net_payment',
  'prefund',
  'deduction',
  'exchange_deduction',
  'exchange_difference',
  'province_budget',
  'budget_taken',
  'ledger_entry',
  'request',
] as const
const ROWS_MAX = 20_000

/** Writes it down in a folder of its own; the path. */
export async function keepTrace(ground: Playground, runs: readonly Run[], cause: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yibao-exchange-runs-'))
  const error = cause instanceof Error ? `${cause.stack}\n${JSON.stringify(cause)}` : String(cause)
  const traces = runs.flatMap(({ trace }) => trace)
  await writeFile(join(folder, 'trace.txt'), [error, '', ...traces, '', ...ground.logged()].join('\n'))
  for (const side of SIDES) {
    const rows: Record<string, unknown> = {}
    for (const table of TABLES)
      rows[table] = await ground[side]
        .rows(`select * from settlement.${table} limit ${ROWS_MAX}`)
        .catch((problem: unknown) => String(problem))
    await writeFile(join(folder, `${side}.json`), JSON.stringify(rows, null, 1))
  }
  return folder
}
