import { compareWith, type CompareResult } from './compare.ts'
import { crossCheck, type Told } from './cross-check.ts'
import { measureEligibility, type EligibilityResult } from './eligibility.ts'
import { measureFiling, type FilingResult } from './filing.ts'
import { measureGrowth, type GrowthResult } from './growth.ts'
import { measureImport, type ImportResult } from './import.ts'
import { describeMachine } from './machine.ts'
import type { BenchOptions, Section } from './options.ts'
import { measureOverhead, type OverheadResult } from './overhead.ts'
import { measurePeers, type PeersResult } from './peers.ts'
import { measureProcesses, type ProcessesResult } from './processes.ts'
import { measureProvinces, type ProvincesResult } from './provinces.ts'
import { measureReconciliation, type ReconcileResult } from './reconcile.ts'
import {
  measureRates,
  measureSettle,
  openLimits,
  windowOf,
  type LimitResult,
  type RateResult,
  type SettleResult,
} from './settle.ts'
import { settleFor } from './settling.ts'
import { measureSplit, measureSplitTraced } from './split.ts'
import { benchWorld, type BenchWorld } from './world.ts'

/** What was measured; null what was left out. */
export interface BenchResult {
  split: { readonly billsPerSecond: number } | null
  /** Five payers, with the explanation. */
  splitTraced: { readonly billsPerSecond: number } | null
  settle: SettleResult | null
  limit: LimitResult | null
  rates: readonly RateResult[] | null
  overhead: OverheadResult | null
  peers: PeersResult | null
  processes: ProcessesResult | null
  growth: GrowthResult | null
  /** Who shows a card, 200 a second. */
  eligibility: EligibilityResult | null
  /** Treatment elsewhere, decided by rule. */
  filing: FilingResult | null
  /** Bills of persons insured in another province, 50 a second. */
  provinces: ProvincesResult | null
  import: ImportResult | null
  reconcile: ReconcileResult | null
  compare: CompareResult | null
  /** Plans the gateway did not run on its own compiled executor. */
  fallbacks: number | null
  crossCheck: { ok: boolean; differences: string[] }
  /** Sections that failed, and why. */
  readonly failures: Record<string, string>
  readonly quick: boolean
  readonly machine: ReturnType<typeof describeMachine>
}

interface Sizes {
  readonly persons: number
  readonly warmUpSeconds: number
  /** One round at saturation. */
  readonly seconds: number
  /** One round at a fixed rate. */
  readonly rateSeconds: number
  readonly rates: readonly number[]
  readonly plainSeconds: number
  readonly splitSeconds: number
  readonly importRows: number
  readonly differences: number
}

const FULL: Sizes = {
  persons: 8000,
  warmUpSeconds: 10,
  seconds: 8,
  rateSeconds: 10,
  rates: [200, 500, 1000],
  plainSeconds: 15,
  splitSeconds: 2,
  importRows: 100_000,
  differences: 1000,
}
const QUICK: Sizes = {
  persons: 400,
  warmUpSeconds: 2,
  seconds: 2,
  rateSeconds: 2,
  rates: [50],
  plainSeconds: 3,
  splitSeconds: 0.3,
  importRows: 2000,
  differences: 20,
}
/** What the gateway says once of each plan it cannot compile. */
const FALLBACK = 'a plan is not compiled'

const nothingYet = (isQuick: boolean): BenchResult => ({
  split: null,
  splitTraced: null,
  settle: null,
  limit: null,
  rates: null,
  overhead: null,
  peers: null,
  processes: null,
  growth: null,
  eligibility: null,
  filing: null,
  provinces: null,
  import: null,
  reconcile: null,
  compare: null,
  fallbacks: null,
  crossCheck: { ok: true, differences: [] },
  failures: {},
  quick: isQuick,
  machine: describeMachine(),
})

interface Running {
  readonly world: BenchWorld
  readonly sizes: Sizes
  readonly options: BenchOptions
  readonly result: BenchResult
  readonly told: Told[]
  readonly say: (text: string) => void
}

/** Runs what was asked for and says what it is at. */
export async function runBench(options: BenchOptions, say: (text: string) => void): Promise<BenchResult> {
  const sizes = options.isQuick ? QUICK : FULL
  const result = nothingYet(options.isQuick)
  if (options.compare !== null) return compared(options.compare, { options, sizes, result, say })
  const world = await benchWorld(sizes.persons, say)
  // Nobody else stops the server.
  const stop = () => void world.close().finally(() => process.exit(1))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  const running: Running = { world, sizes, options, result, told: [], say }
  try {
    say(`warm-up ${sizes.warmUpSeconds} s`)
    await settleFor(windowOf(world, running.told), options.inFlight, sizes.warmUpSeconds)
    for (const name of options.sections) {
      await SECTION[name](running).catch((error: unknown) => {
        result.failures[name] = String(error)
        say(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`)
      })
    }
    await check(running)
    return result
  } finally {
    await world.close()
  }
}

async function compared(
  commit: string,
  { options: { rounds, inFlight }, sizes, result, say }: Pick<Running, 'options' | 'sizes' | 'result' | 'say'>,
): Promise<BenchResult> {
  const { seconds, warmUpSeconds, persons } = sizes
  const settings = { rounds, seconds, warmUpSeconds, persons, inFlight, say }
  const compare = await compareWith(commit, settings)
  const differences = [...compare.differences]
  return { ...result, compare, crossCheck: { ok: differences.length === 0, differences } }
}

const settingsOf = ({ options: { rounds, inFlight }, sizes: { seconds }, told, say }: Running) => ({
  rounds,
  seconds,
  inFlight,
  told,
  say,
})

const SECTION: Readonly<Record<Section, (running: Running) => Promise<void>>> = {
  async settle(running) {
    const { world, result, options } = running
    const { limit, open } = await openLimits(world, options.inFlight)
    try {
      Object.assign(result, await measureSettle(world, limit, open, settingsOf(running)))
    } finally {
      await limit.close()
    }
  },
  async rates(running) {
    const { world, sizes, result } = running
    const settings = { ...settingsOf(running), seconds: sizes.rateSeconds }
    result.rates = await measureRates(world, sizes.rates, settings)
  },
  async overhead(running) {
    running.result.overhead = await measureOverhead(running.world, settingsOf(running))
  },
  async peers(running) {
    const { world, sizes, result, say } = running
    const { warmUpSeconds } = sizes
    result.peers = await measurePeers(world, { ...settingsOf(running), warmUpSeconds, say })
  },
  async processes(running) {
    running.result.processes = await measureProcesses(running.world, settingsOf(running))
  },
  async growth(running) {
    const { world, sizes, options, result } = running
    const { lines } = options
    const growth = await measureGrowth(world, { ...settingsOf(running), lines, persons: sizes.persons })
    result.growth = growth
    result.crossCheck.differences.push(...growth.differences)
  },
  async eligibility({ world, sizes, result, say }) {
    say(`eligibility by credential through the gateway, ${sizes.plainSeconds} s`)
    result.eligibility = await measureEligibility(world, { persons: sizes.persons, seconds: sizes.plainSeconds })
  },
  async provinces({ world, sizes, result, say }) {
    const provinces = await measureProvinces(world, { persons: sizes.persons, seconds: sizes.plainSeconds, say })
    result.provinces = provinces
    const { differences } = result.crossCheck
    differences.push(...provinces.differences)
    const errors = provinces.errors + provinces.local.errors
    if (errors > 0) differences.push(`${errors} bills across provinces failed`)
  },
  async filing({ world, sizes, result, say }) {
    say(`filing decided by rule through the gateway, ${sizes.plainSeconds} s`)
    result.filing = await measureFiling(world, Math.min(8, sizes.plainSeconds))
  },
  async split({ world, sizes, options, result, say }) {
    const { limit, rules } = await openLimits(world, options.inFlight)
    await limit.close()
    say(`pure split, then five payers with explanation, ${3 * sizes.splitSeconds} s each`)
    const { policies } = rules
    result.split = { billsPerSecond: Math.round(measureSplit(limit.sample, policies, sizes.splitSeconds)) }
    result.splitTraced = { billsPerSecond: Math.round(measureSplitTraced(limit.sample, policies, sizes.splitSeconds)) }
  },
  async import(running) {
    const { world, sizes, result, say } = running
    await check(running)
    await world.stopPlatform()
    say(`import of ${sizes.importRows} catalogue rows`)
    result.import = await measureImport(world.databaseUrl, sizes.importRows)
  },
  async reconcile(running) {
    const { world, sizes, result, say } = running
    await check(running)
    await world.stopPlatform()
    say(`reconciliation of ${sizes.importRows} settlement lines`)
    result.reconcile = await measureReconciliation(world.databaseUrl, sizes.importRows, sizes.differences)
  },
}

/** Holds everything that was answered so far against rows, lines and ledger, and the log against the fallback. */
async function check({ world, result, told, say }: Running): Promise<void> {
  const answers = told.splice(0)
  if (answers.length > 0) {
    say(`cross-check of ${answers.length} bills`)
    result.crossCheck.differences.push(...(await crossCheck(world.platform.databases.settlement, answers)))
  }
  result.fallbacks = world.platform.log().split(FALLBACK).length - 1
  const failed = [result.settle, ...(result.rates ?? [])].reduce((sum, one) => sum + (one?.errors ?? 0), 0)
  const { differences } = result.crossCheck
  if (failed > 0 && !differences.includes(`${failed} bills failed`)) differences.push(`${failed} bills failed`)
  result.crossCheck.ok = differences.length === 0
}
