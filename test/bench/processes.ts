import { availableParallelism } from 'node:os'
import { withCpu } from './cpu.ts'
import { benchBill } from './bills.ts'
import { closedLoop, type LoadResult } from './load.ts'
import { startPlatformProcess, type PlatformProgram } from './place.ts'
import { interleaved, ratios, spreadOf, type Spread } from './rounds.ts'
import { windowOf, type Settings } from './settle.ts'
import { rateOf, settleFor } from './settling.ts'
import type { BenchWorld } from './world.ts'

interface Doubling {
  /** Answers a second with one process of the platform, and with two. */
  readonly one: Spread | null
  readonly two: Spread | null
  readonly ratio: Spread | null
  /** The ratio as it would be on cores the load does not use. */
  readonly withoutGenerator: Spread | null
}

export interface ProcessesResult {
  /** What filing means at a place elsewhere: two subgraphs, policies and rules out of the caches, no statement. */
  readonly guide: Doubling
  /** A trial of a bill: policies and catalogue out of the caches, and one read of the person. */
  readonly trial: Doubling
  readonly settle: Doubling
}

const GUIDE = JSON.stringify({
  variables: { pool: '620200', type: 'REFERRAL', destination: '510100' },
  query: `query Guide($pool: String!, $type: FilingKind!, $destination: String!) {
  filingGuide(pool: $pool, type: $type, destination: $destination) {
    ... on FilingGuide {
      rules validity decision reductions { policy { zh en } insuranceTypes model levels { level points deductible ratio } article }
    }
  }
}`,
})
const TRIAL = `query Trial($input: SettleInput!) {
  trial(input: $input) { ... on Trial { total inScope deductible fundTotal personal account cash balance } }
}`

const trialOf = (n: number, persons: number): string =>
  JSON.stringify({ query: TRIAL, variables: { input: benchBill('T', n, persons) } })

interface Round {
  readonly rate: number
  /** Cores the load did not use, of as many as the processes can use. */
  readonly coresLeft: number
  readonly processes: number
}

/** One process of the platform and two side by side on one database, in alternation. */
export async function measureProcesses(world: BenchWorld, settings: Settings): Promise<ProcessesResult> {
  const { say, rounds, seconds, inFlight, told } = settings
  say('a second process on the same database')
  const second = await startPlatformProcess({ ...world, say })
  const both = [world.platform, second]
  const loads: Record<keyof ProcessesResult, (program: PlatformProgram, each: number) => Promise<LoadResult>> = {
    guide: (program, each) => {
      return query(program, { inFlight: each, seconds, body: () => GUIDE })
    },
    trial: (program, each) => {
      return query(program, { inFlight: each, seconds, body: (n) => trialOf(n, world.persons) })
    },
    settle: ({ graphql: url, token }, each) => settleFor({ ...windowOf(world, told), url, token }, each, seconds),
  }
  try {
    const measure = async (name: keyof ProcessesResult): Promise<Doubling> => {
      say(`${name}: one process and two, ${rounds} rounds of ${seconds} s each`)
      await Promise.all(both.map((one) => loads[name](one, inFlight)))
      const taken = await interleaved(rounds, {
        one: () => loadAll([world.platform], (program) => loads[name](program, inFlight)),
        two: () => loadAll(both, (program) => loads[name](program, inFlight / 2)),
      })
      return doublingOf(taken)
    }
    return { guide: await measure('guide'), trial: await measure('trial'), settle: await measure('settle') }
  } finally {
    await second.stop()
  }
}

/** Any answer of data, without errors. */
const query = (
  { graphql: url, token }: PlatformProgram,
  options: Pick<Parameters<typeof closedLoop>[0], 'inFlight' | 'seconds' | 'body'>,
): Promise<LoadResult> =>
  closedLoop({
    ...options,
    url,
    token,
    onAnswer: (_n, answer) => {
      const { data, errors } = answer as { data?: Record<string, object>; errors?: object[] }
      const isEmpty = Object.values(data ?? {}).every((one) => Object.keys(one).length === 0)
      if (errors !== undefined || isEmpty) throw new Error(JSON.stringify(answer).slice(0, 300))
    },
  })

async function loadAll(
  programs: readonly PlatformProgram[],
  load: (program: PlatformProgram) => Promise<LoadResult>,
): Promise<Round> {
  const processes = { node: programs.map(({ pid }) => pid), postgres: null }
  const { answer, cpu } = await withCpu(processes, () => Promise.all(programs.map(load)))
  const errors = answer.reduce((sum, one) => sum + one.errors, 0)
  if (errors > 0) throw new Error(`${errors} answers were errors`)
  const seconds = Math.max(...answer.map((one) => one.seconds))
  const free = availableParallelism() - cpu.generator / 1000 / seconds
  return {
    rate: answer.reduce((sum, one) => sum + rateOf(one), 0),
    coresLeft: Math.min(programs.length, free),
    processes: programs.length,
  }
}

function doublingOf({ one, two }: { one: readonly Round[]; two: readonly Round[] }): Doubling {
  const rates = (rounds: readonly Round[]) => rounds.map(({ rate }) => rate)
  /** A process keeps one core busy at most; what the load took of that is given back. */
  const alone = (rounds: readonly Round[]) =>
    rounds.map(({ rate, coresLeft, processes }) => (rate * processes) / coresLeft)
  return {
    one: spreadOf(rates(one)),
    two: spreadOf(rates(two)),
    ratio: spreadOf(ratios(rates(two), rates(one))),
    withoutGenerator: spreadOf(ratios(alone(two), alone(one))),
  }
}
