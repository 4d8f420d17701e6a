import { loadCatalogue } from '@yibao/settlement/store/load-catalogue'
import { loadSuspensions } from '@yibao/settlement/store/load-suspensions'
import { loadRegisteredPolicies } from '@yibao/settlement/store/policies'
import { peakMiB, serverMiB, withCpu, type Cpu } from './cpu.ts'
import type { Told } from './cross-check.ts'
import { openLimit, type Limit } from './limit.ts'
import { openLoop, percentile, type LoadResult } from './load.ts'
import { openPgbench } from './pgbench.ts'
import { interleaved, ratios, spreadOf, type Spread } from './rounds.ts'
import { bills, rateOf, settleFor } from './settling.ts'
import type { BenchWorld } from './world.ts'

/** CPU of one request. */
export interface CpuPerRequest {
  readonly nodeMs: Spread | null
  readonly postgresMs: Spread | null
  /** Of the process that makes the load. */
  readonly generatorMs: Spread | null
}

export interface SettleResult {
  readonly billsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
  readonly ratioToLimit: number
  readonly inFlight: number
  /** Each round’s rate. */
  readonly rates: Spread | null
  readonly p999Ms: number
  /** To the fastest loop of one bill per statement of the same round. */
  readonly ratios: Spread | null
  readonly cpu: CpuPerRequest
  readonly memory: { readonly nodePeakMiB: number | null; readonly postgresMiB: number | null }
}

export interface LimitResult {
  readonly billsPerSecond: number
  readonly pool8: number
  readonly pool16: number
  readonly pgbench: number | null
  readonly rates: Readonly<Record<'pool8' | 'pool16' | 'pgbench', Spread | null>>
}

/** Latencies of bills that come at a fixed rate, each counted from when it was due. */
export interface RateResult {
  readonly perSecond: number
  readonly p50Ms: Spread | null
  readonly p99Ms: Spread | null
  readonly p999Ms: Spread | null
  readonly errors: number
  readonly cpu: CpuPerRequest
}

export interface Settings {
  readonly rounds: number
  readonly seconds: number
  readonly inFlight: number
  readonly told: Told[]
  readonly say: (text: string) => void
}

const rulesOf = async ({ platform: { databases } }: BenchWorld) => {
  const { settlement: db } = databases
  const { list: policies } = await loadRegisteredPolicies(db)
  return { catalogue: await loadCatalogue(db), policies, suspensions: await loadSuspensions(db) }
}

/** What the plain loops are made of. */
export async function openLimits(world: BenchWorld, inFlight: number) {
  const rules = await rulesOf(world)
  const { databaseUrl: url, keys: secrets, persons } = world
  const limit = await openLimit({ url, secrets, rules, persons, inFlight })
  return { limit, rules, open: () => openPgbench({ url, secrets, rules, persons, inFlight }) }
}

export const windowOf = ({ graphql: url, token, persons }: BenchWorld, told: Told[]) => ({ url, token, persons, told })

interface Measured {
  readonly answer: LoadResult
  readonly cpu: Cpu
}

export function cpuPerRequest(rounds: readonly Measured[]): CpuPerRequest {
  const per = (of: (cpu: Cpu) => number | null) =>
    spreadOf(
      rounds.map(({ answer, cpu }) => {
        const used = of(cpu)
        return used === null ? null : used / answer.answers
      }),
    )
  return {
    nodeMs: per((cpu) => cpu.node),
    postgresMs: per((cpu) => cpu.postgres),
    generatorMs: per((cpu) => cpu.generator),
  }
}

const medianOf = (spread: Spread | null): number => spread?.median ?? 0
const errorsOf = (rounds: readonly Measured[]): number => rounds.reduce((sum, { answer }) => sum + answer.errors, 0)
const at = (rounds: readonly Measured[], share: number) =>
  spreadOf(rounds.map(({ answer }) => percentile(answer.latenciesMs, share)))

/** At saturation, round by round with the loops that compute nothing. */
export async function measureSettle(
  world: BenchWorld,
  limit: Limit,
  openPlain: Awaited<ReturnType<typeof openLimits>>['open'],
  { rounds, seconds, inFlight, told, say }: Settings,
): Promise<{ settle: SettleResult; limit: LimitResult }> {
  const pgbench = await openPlain()
  say(`settle through the gateway, ${inFlight} in flight, and the plain loops: ${rounds} rounds of ${seconds} s each`)
  const window = windowOf(world, told)
  try {
    const taken = await interleaved<Measured | number | null, 'settle' | 'pool8' | 'pool16' | 'pgbench'>(rounds, {
      settle: () => withCpu(world.processes, () => settleFor(window, inFlight, seconds)),
      pool8: () => limit.measure(8, seconds),
      pool16: () => limit.measure(16, seconds),
      pgbench: async () => (pgbench === null ? null : pgbench.measure(Math.ceil(seconds))),
    })
    const settled = taken.settle as Measured[]
    const plain = { pool8: taken.pool8, pool16: taken.pool16, pgbench: taken.pgbench } as Record<
      string,
      (number | null)[]
    >
    const best = settled.map((_, round) => Math.max(...Object.values(plain).map((one) => one[round] ?? 0)))
    const rates = settled.map(({ answer }) => rateOf(answer))
    const quotients = spreadOf(ratios(rates, best))
    const spreads = {
      pool8: spreadOf(plain['pool8'] ?? []),
      pool16: spreadOf(plain['pool16'] ?? []),
      pgbench: spreadOf(plain['pgbench'] ?? []),
    }
    return {
      settle: {
        billsPerSecond: Math.round(medianOf(spreadOf(rates))),
        p50Ms: medianOf(at(settled, 0.5)),
        p99Ms: medianOf(at(settled, 0.99)),
        p999Ms: medianOf(at(settled, 0.999)),
        errors: errorsOf(settled),
        ratioToLimit: medianOf(quotients),
        inFlight,
        rates: spreadOf(rates),
        ratios: quotients,
        cpu: cpuPerRequest(settled),
        memory: {
          nodePeakMiB: peakMiB(world.platform.pid),
          postgresMiB: serverMiB(world.processes.postgres),
        },
      },
      limit: {
        billsPerSecond: Math.round(medianOf(spreadOf(best))),
        pool8: Math.round(medianOf(spreads.pool8)),
        pool16: Math.round(medianOf(spreads.pool16)),
        pgbench: spreads.pgbench === null ? null : Math.round(spreads.pgbench.median),
        rates: spreads,
      },
    }
  } finally {
    await pgbench?.close()
  }
}

/** At fixed rates, whatever the answers take. */
export async function measureRates(
  world: BenchWorld,
  perSeconds: readonly number[],
  { rounds, seconds, told, say }: Omit<Settings, 'inFlight'>,
): Promise<RateResult[]> {
  const window = windowOf(world, told)
  const results: RateResult[] = []
  for (const perSecond of perSeconds) {
    say(`settle at ${perSecond} a second, ${rounds} rounds of ${seconds} s`)
    const taken: Measured[] = []
    for (let round = 0; round < rounds; round += 1)
      taken.push(await withCpu(world.processes, () => openLoop({ ...bills(window), perSecond, seconds })))
    results.push({
      perSecond,
      p50Ms: at(taken, 0.5),
      p99Ms: at(taken, 0.99),
      p999Ms: at(taken, 0.999),
      errors: errorsOf(taken),
      cpu: cpuPerRequest(taken),
    })
  }
  return results
}
