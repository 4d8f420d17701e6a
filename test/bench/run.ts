import { loadCatalogue } from '@yibao/settlement/store/load-catalogue'
import { loadSuspensions } from '@yibao/settlement/store/load-suspensions'
import { loadRegisteredPolicies } from '@yibao/settlement/store/policies'
import { benchBill } from './bills.ts'
import { crossCheck, type Told } from './cross-check.ts'
import { measureEligibility, type EligibilityResult } from './eligibility.ts'
import { measureFiling, type FilingResult } from './filing.ts'
import { measureImport, type ImportResult } from './import.ts'
import { measureLimit } from './limit.ts'
import { closedLoop, percentile } from './load.ts'
import { describeMachine } from './machine.ts'
import { measurePgbench } from './pgbench.ts'
import { measureProvinces, type ProvincesResult } from './provinces.ts'
import { measureReconciliation, type ReconcileResult } from './reconcile.ts'
import { measureSplit, measureSplitTraced } from './split.ts'
import { benchWorld, type BenchWorld } from './world.ts'

export interface BenchResult {
  readonly split: { readonly billsPerSecond: number }
  /** Five payers, with the explanation. */
  readonly splitTraced: { readonly billsPerSecond: number }
  readonly settle: {
    readonly billsPerSecond: number
    readonly p50Ms: number
    readonly p99Ms: number
    readonly errors: number
    readonly ratioToLimit: number
  }
  readonly limit: {
    readonly billsPerSecond: number
    readonly pool8: number
    readonly pool16: number
    readonly pgbench: number | null
  }
  /** Who shows a card, 200 a second. */
  readonly eligibility: EligibilityResult
  /** Treatment elsewhere, decided by rule. */
  readonly filing: FilingResult
  /** Bills of persons insured in another province, 50 a second. */
  readonly provinces: ProvincesResult
  readonly crossCheck: { readonly ok: boolean; readonly differences: readonly string[] }
  readonly import: ImportResult
  readonly reconcile: ReconcileResult
  readonly machine: ReturnType<typeof describeMachine>
}

const PERSONS = 8000
const IN_FLIGHT = 32
const WARM_UP_SECONDS = 5
const SETTLE_SECONDS = 15
const LIMIT_SECONDS = 8
const SPLIT_SECONDS = 2
const ELIGIBILITY_SECONDS = 15
const PROVINCES_SECONDS = 20
const FILING_SECONDS = 8
const IMPORT_ROWS = 100_000
const RECONCILE_LINES = 100_000
const DIFFERENCES_OF_A_CAUSE = 1000

const SETTLE = `mutation Settle($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename
    ... on Settlement {
      id insuredId number total selfPaid overCeiling firstSelfPayment inScope deductible fundTotal personal account cash balance
      lines { serial amount selfPaid overCeiling firstSelfPayment inScope class selfPayRatio }
      funds { fundPayType paid }
    }
    ... on Rejection { code message { en } }
  }
}`

/** Runs the whole bench and says what it is at. */
export async function runBench(say: (text: string) => void): Promise<BenchResult> {
  const world = await benchWorld(PERSONS, say)
  try {
    const { settlement: db } = world.platform.databases
    const { list: policies } = await loadRegisteredPolicies(db)
    const rules = { catalogue: await loadCatalogue(db), policies, suspensions: await loadSuspensions(db) }
    say(`warm-up ${WARM_UP_SECONDS} s`)
    const told: Told[] = []
    await load(world, 'W', WARM_UP_SECONDS, told)
    say(`settle through the gateway, ${IN_FLIGHT} in flight, ${SETTLE_SECONDS} s`)
    const settle = await load(world, 'S', SETTLE_SECONDS, told)
    say('cross-check')
    const differences = await crossCheck(db, told)
    say(`eligibility by credential through the gateway, ${ELIGIBILITY_SECONDS} s`)
    const eligibility = await measureEligibility(world, { persons: PERSONS, seconds: ELIGIBILITY_SECONDS })
    const provinces = await measureProvinces(world, { persons: PERSONS, seconds: PROVINCES_SECONDS, say })
    differences.push(...provinces.differences)

    say(`filing decided by rule through the gateway, ${FILING_SECONDS} s`)
    const filing = await measureFiling(world, FILING_SECONDS)

    const limits = { url: world.databaseUrl, secrets: world.keys, rules, persons: PERSONS, inFlight: IN_FLIGHT }
    say(`limit: plain loop of prepared statements, pool 8 and 16, ${LIMIT_SECONDS} s each`)
    const pool8 = await measureLimit({ ...limits, seconds: LIMIT_SECONDS, pool: 8 })
    const pool16 = await measureLimit({ ...limits, seconds: LIMIT_SECONDS, pool: 16 })
    const pgbench = await measurePgbench({ ...limits, seconds: LIMIT_SECONDS })
    const limit = Math.max(pool8.billsPerSecond, pool16.billsPerSecond, pgbench ?? 0)

    say(`pure split, then five payers with explanation, ${3 * SPLIT_SECONDS} s each`)
    const split = measureSplit(pool8.sample, rules.policies, SPLIT_SECONDS)
    const splitTraced = measureSplitTraced(pool8.sample, rules.policies, SPLIT_SECONDS)
    await world.stopPlatform()
    say(`import of ${IMPORT_ROWS} catalogue rows`)
    const imported = await measureImport(world.databaseUrl, IMPORT_ROWS)
    say(`reconciliation of ${RECONCILE_LINES} settlement lines`)
    const reconcile = await measureReconciliation(world.databaseUrl, RECONCILE_LINES, DIFFERENCES_OF_A_CAUSE)
    return {
      import: imported,
      reconcile,
      split: { billsPerSecond: Math.round(split) },
      splitTraced: { billsPerSecond: Math.round(splitTraced) },
      settle: {
        billsPerSecond: Math.round(settle.answers / settle.seconds),
        p50Ms: percentile(settle.latenciesMs, 0.5),
        p99Ms: percentile(settle.latenciesMs, 0.99),
        errors: settle.errors,
        ratioToLimit: settle.answers / settle.seconds / limit,
      },
      limit: {
        billsPerSecond: Math.round(limit),
        pool8: Math.round(pool8.billsPerSecond),
        pool16: Math.round(pool16.billsPerSecond),
        pgbench: pgbench === null ? null : Math.round(pgbench),
      },
      eligibility,
      provinces,
      filing,
      crossCheck: {
        ok: differences.length === 0 && settle.errors + provinces.errors + provinces.local.errors === 0,
        differences,
      },
      machine: describeMachine(),
    }
  } finally {
    await world.close()
  }
}

const load = ({ graphql, token }: Pick<BenchWorld, 'graphql' | 'token'>, run: string, seconds: number, told: Told[]) =>
  closedLoop({
    url: graphql,
    token,
    inFlight: IN_FLIGHT,
    seconds,
    body: (n) =>
      JSON.stringify({
        query: SETTLE,
        variables: { requestId: `bench-${run}-${n}`, input: benchBill(run, n, PERSONS) },
      }),
    onAnswer: (_n, answer) => {
      const { data } = answer as { data?: { settle?: Told & { __typename: string } } }
      if (data?.settle?.__typename !== 'Settlement') throw new Error(JSON.stringify(answer).slice(0, 300))
      const { id, fundTotal, cash } = data.settle
      told.push({ id, fundTotal, cash })
    },
  })
