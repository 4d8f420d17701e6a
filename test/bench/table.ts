import { formatRow, type Row } from './table-row.ts'
import type { Spread } from './rounds.ts'
import type { BenchResult } from './run.ts'
import type { Make } from './peer-makes.ts'

const ms = (value: number) => `${value.toFixed(1)} ms`
const cpu = (spread: Spread | null) => (spread === null ? 'not measured' : `${of(spread, 3)} ms`)
const MISSING = 'not measured'
const NO_TARGET = [] as const

/** The median, with the least and the most of the rounds. */
function of(spread: Spread | null, digits = 0): string {
  if (spread === null) return MISSING
  const { median, min, max } = spread
  const text = (value: number) => value.toFixed(digits)
  return min === max ? text(median) : `${text(median)} (${text(min)}–${text(max)})`
}

const atLeast = (least: number, spread: Spread | null) => (spread === null ? null : spread.median >= least)
const atMost = (most: number, spread: Spread | null) => (spread === null ? null : spread.median <= most)

function settleRows({ settle, limit }: BenchResult): Row[] {
  if (settle === null || limit === null) return []
  const { rates, cpu: each, memory } = settle
  return [
    [`settle, 10 lines, durable, ${settle.inFlight} in flight, bills/s`, of(rates), '≥ 3000', atLeast(3000, rates)],
    ['  to one bill per statement, the best below', of(settle.ratios, 2), '≥ 1.1', atLeast(1.1, settle.ratios)],
    ['  p50, p99, p99.9', [settle.p50Ms, settle.p99Ms, settle.p999Ms].map(ms).join(', ')],
    ['  errors', `${settle.errors}`],
    ['  CPU of a bill: Node', cpu(each.nodeMs)],
    ['  CPU of a bill: PostgreSQL', cpu(each.postgresMs)],
    ['  CPU of a bill: the load itself', cpu(each.generatorMs)],
    ['  memory: Node at most, PostgreSQL', `${mib(memory.nodePeakMiB)}, ${mib(memory.postgresMiB)}`],
    ['limit: plain loop of prepared statements, 8 connections', of(limit.rates.pool8)],
    ['  16 connections', of(limit.rates.pool16)],
    ['limit: pgbench -M prepared', limit.pgbench === null ? 'not installed' : of(limit.rates.pgbench)],
  ]
}

const mib = (value: number | null) => (value === null ? MISSING : `${Math.round(value)} MiB`)

function rateRows({ rates }: BenchResult): Row[] {
  return (rates ?? []).flatMap(({ perSecond, p50Ms, p99Ms, p999Ms, errors, cpu: each }): Row[] => {
    const isTarget = perSecond === 500
    return [
      [`settle at ${perSecond} a second: p50`, `${of(p50Ms, 1)} ms`],
      ['  p99', `${of(p99Ms, 1)} ms`, ...(isTarget ? (['≤ 20 ms', atMost(20, p99Ms)] as const) : NO_TARGET)],
      ['  p99.9', `${of(p999Ms, 1)} ms`, ...(isTarget ? (['≤ 60 ms', atMost(60, p999Ms)] as const) : NO_TARGET)],
      ['  CPU of a bill: Node, PostgreSQL; errors', `${cpu(each.nodeMs)}, ${cpu(each.postgresMs)}; ${errors}`],
    ]
  })
}

const MAKES: Readonly<Record<Make, string>> = {
  apollo: 'Apollo Gateway, as its documentation starts it',
  apolloLean: 'Apollo Gateway in the frame of ours',
  hive: 'Hive Gateway, planner in Rust',
  yibao: 'Yibao in one process with them, checks off',
  yibaoChecked: 'Yibao in one process with them, all checks',
  yibaoRemote: 'Yibao over HTTP, checks off',
  yibaoRemoteChecked: 'Yibao over HTTP, all checks, tokens for subgraphs',
}

function gatewayRows({ overhead, peers, fallbacks }: BenchResult): Row[] {
  const rows: Row[] = []
  if (overhead !== null) {
    const { overheadMs } = overhead
    rows.push([
      'gateway beyond the same subgraph served directly',
      cpu(overheadMs),
      '≤ 0.06 ms',
      atMost(0.06, overheadMs),
    ])
    rows.push(['  CPU through the gateway, directly', `${cpu(overhead.gatewayMs)}, ${cpu(overhead.directMs)}`])
  }
  for (const [name, operation] of Object.entries(peers ?? {})) {
    const { ratioToApollo, remoteToApollo, remoteToApolloLean, gateways } = operation as NonNullable<
      BenchResult['peers']
    >['query']
    const what = name === 'mutation' ? 'one-subgraph mutation' : 'four-subgraph query'
    rows.push([`gateway CPU to Apollo Gateway, ${what}`, of(ratioToApollo, 3), '≤ 0.167', atMost(1 / 6, ratioToApollo)])
    rows.push([
      '  the same, subgraphs of both over HTTP',
      of(remoteToApollo, 3),
      '≤ 0.167',
      atMost(1 / 6, remoteToApollo),
    ])
    rows.push(['  that to Apollo Gateway in the frame of ours', of(remoteToApolloLean, 3)])
    for (const [make, words] of Object.entries(MAKES)) {
      const { cpuMs, perSecond } = gateways[make as Make]
      rows.push([`  ${words}`, `${cpu(cpuMs)} at ${of(perSecond)} a second`])
    }
  }
  if (fallbacks !== null) rows.push(['plans that were not compiled', `${fallbacks}`, '0', fallbacks === 0])
  return rows
}

function scaleRows({ processes, growth }: BenchResult): Row[] {
  const rows: Row[] = []
  if (growth !== null) {
    const { lines, ratio, empty, grown, fillSeconds, megabytes, isCaughtUp } = growth
    const isTarget = lines >= 10_000_000
    rows.push([
      `rate with ${lines} lines stored ÷ empty`,
      of(ratio, 2),
      isTarget ? '≥ 0.9' : '≥ 0.9 with 10000000',
      isTarget ? atLeast(0.9, ratio) : null,
    ])
    rows.push(['  bills/s: empty, with them', `${of(empty)}, ${of(grown)}`])
    const beside = isCaughtUp ? '' : '; work in the background went on'
    rows.push(['  stored in, as', `${Math.round(fillSeconds)} s, ${megabytes} MB${beside}`])
  }
  for (const [name, one] of Object.entries(processes ?? {})) {
    const { withoutGenerator: ratio, ratio: raw } = one as NonNullable<BenchResult['processes']>['guide']
    const target = name === 'guide' ? (['≥ 1.7', atLeast(1.7, ratio)] as const) : NO_TARGET
    rows.push([`two processes ÷ one, ${name}, without the load’s CPU`, of(ratio, 2), ...target])
    rows.push(['  as it came; a second: one, two', `${of(raw, 2)}; ${of(one.one)}, ${of(one.two)}`])
  }
  return rows
}

function otherRows({
  eligibility,
  filing,
  provinces,
  split,
  splitTraced,
  import: imported,
  reconcile,
}: BenchResult): Row[] {
  const rows: Row[] = []
  const timed = (name: string, one: { perSecond: number; p50Ms: number; p99Ms: number; errors: number } | null) => {
    if (one === null) return
    rows.push([`${name}, ${one.perSecond} a second`, `${one.errors} errors`])
    rows.push(['  p50, p99', `${ms(one.p50Ms)}, ${ms(one.p99Ms)}`])
  }
  timed('eligibility by credential', eligibility)
  timed('filing decided by rule', filing)
  timed('settle across provinces', provinces)
  if (provinces !== null) {
    rows.push(['  the same bills here: p50, p99', `${ms(provinces.local.p50Ms)}, ${ms(provinces.local.p99Ms)}`])
    rows.push(['  p99 across ÷ p99 here', provinces.ratio.toFixed(2)])
  }
  if (split !== null) rows.push(['pure split, 10 lines, one core', `${split.billsPerSecond} bills/s`])
  if (splitTraced !== null) {
    const { billsPerSecond } = splitTraced
    rows.push(['  five payers with explanation', `${billsPerSecond} bills/s`, '≥ 50000', billsPerSecond >= 50_000])
  }
  if (imported !== null) {
    const { rows: count, seconds, peakMiB } = imported
    rows.push([`import of ${count} catalogue rows`, `${seconds.toFixed(1)} s, ${mib(peakMiB)} at most in its process`])
  }
  if (reconcile !== null) {
    const { lines, seconds, peakMiB, differences } = reconcile
    rows.push([`reconciliation of ${lines} settlement lines`, `${seconds.toFixed(1)} s, ${mib(peakMiB)} at most`])
    rows.push(['  differences, all found', `${differences}`])
  }
  return rows
}

function compareRows({ compare }: BenchResult): Row[] {
  if (compare === null) return []
  const { commit } = compare
  return (['settle', 'eligibility', 'query'] as const).flatMap((name): Row[] => {
    const { ratio, cpuRatio, p99Ratio, here, there } = compare[name]
    return [
      [`${name}: rate here ÷ at ${commit}`, of(ratio, 3)],
      ['  CPU of Node, p99', `${of(cpuRatio, 3)}, ${of(p99Ratio, 3)}`],
      ['  a second: here, there', `${of(here)}, ${of(there)}`],
    ]
  })
}

/** What was measured beside what it should be. */
export function tableOf(result: BenchResult): string {
  const { machine, crossCheck, failures } = result
  const rows: Row[] = [
    ['machine', `${machine.cores} × ${machine.cpus}, ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.os}`],
    ...(result.quick ? ([['QUICK', 'shows that it works; no number below says anything']] satisfies Row[]) : []),
    ...settleRows(result),
    ...rateRows(result),
    ...gatewayRows(result),
    ...scaleRows(result),
    ...otherRows(result),
    ...compareRows(result),
    ...Object.entries(failures).map(([name, why]): Row => [`${name}: not measured`, why.split('\n', 1)[0] ?? '']),
    ['cross-check', crossCheck.ok ? 'rows, ledger and answers agree' : crossCheck.differences.join('; ')],
  ]
  return formatRow(rows)
}
