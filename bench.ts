// `npm run bench`: measures the pure split, settling through the gateway, and the limit of the same statements on the
// same server in the same run, the import of a large catalogue, and a
// large reconciliation. `--json` prints the same as JSON on standard output.
import { runBench, type BenchResult } from './test/bench/run.ts'

const isJson = process.argv.includes('--json')
const say = (text: string) => process.stderr.write(`${text}\n`)

const ms = (value: number) => `${value.toFixed(1)} ms`

function table({
  import: imported,
  reconcile,
  split,
  splitTraced,
  settle,
  eligibility,
  provinces,
  filing,
  limit,
  crossCheck,
  machine,
}: BenchResult): string {
  const rows: (readonly [string, string])[] = [
    ['machine', `${machine.cores} × ${machine.cpus}, ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.os}`],
    ['pure split, 10 lines, one core', `${split.billsPerSecond} bills/s`],
    ['  five payers with explanation', `${splitTraced.billsPerSecond} bills/s`],
    ['settle through the gateway, 32 in flight', `${settle.billsPerSecond} bills/s`],
    ['  p50, p99', `${ms(settle.p50Ms)}, ${ms(settle.p99Ms)}`],
    ['  errors', `${settle.errors}`],
    [`eligibility by credential, ${eligibility.perSecond} requests/s`, `${eligibility.errors} errors`],
    ['  p50, p99', `${ms(eligibility.p50Ms)}, ${ms(eligibility.p99Ms)}`],
    [`filing decided by rule, ${filing.perSecond} a second`, `${filing.errors} errors`],
    ['  p50, p99', `${ms(filing.p50Ms)}, ${ms(filing.p99Ms)}`],
    [`settle across provinces, ${provinces.perSecond} bills/s`, `${provinces.errors} errors`],
    ['  p50, p99', `${ms(provinces.p50Ms)}, ${ms(provinces.p99Ms)}`],
    ['  the same bills here: p50, p99', `${ms(provinces.local.p50Ms)}, ${ms(provinces.local.p99Ms)}`],
    ['  p99 across ÷ p99 here', provinces.ratio.toFixed(2)],
    ['limit: plain loop of prepared statements', `pool 8: ${limit.pool8}, pool 16: ${limit.pool16} bills/s`],
    ['limit: pgbench -M prepared', limit.pgbench === null ? 'not installed' : `${limit.pgbench} bills/s`],
    ['settle ÷ limit', settle.ratioToLimit.toFixed(2)],
    [
      `import of ${imported.rows} catalogue rows`,
      `${imported.seconds.toFixed(1)} s, ${Math.round(imported.peakMiB)} MiB at most in its process`,
    ],
    [
      `reconciliation of ${reconcile.lines} settlement lines`,
      `${reconcile.seconds.toFixed(1)} s, ${Math.round(reconcile.peakMiB)} MiB at most in its process; ${reconcile.differences} differences, all found`,
    ],
    ['cross-check', crossCheck.ok ? 'rows, ledger and answers agree' : crossCheck.differences.join('; ')],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

const result = await runBench(say)
process.stdout.write(`${isJson ? JSON.stringify(result, null, 2) : table(result)}\n`)
if (!result.crossCheck.ok) process.exitCode = 1
