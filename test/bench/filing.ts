import { demoPersons } from '../../demo/persons.ts'
import { closedLoop, percentile } from './load.ts'
import type { BenchWorld } from './world.ts'

export interface FilingResult {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
}

const AT_ONCE = 4

/** Who files: persons of a pool whose rules decide at once. Each signs in, so they are few. */
export const FILERS = demoPersons()
  .filter(({ enrolments }) => enrolments.every(({ pool, status = '1' }) => pool === '620200' && status === '1'))
  .slice(0, AT_ONCE)

const DAYS_MAX = 360
const FILE = `mutation File($requestId: ID!, $input: FileTreatmentElsewhereInput!) {
  fileTreatmentElsewhere(requestId: $requestId, input: $input) {
    __typename ... on Filing { id state effectiveFrom } ... on Rejection { code message { en } }
  }
}`

/**
 * Filing treatment elsewhere, decided by rule, through the gateway: all of them at once, each one filing after the other
 * for a day of its own, so that each has more filings than anybody has in a life.
 */
export async function measureFiling(
  { graphql, tokenOf, today }: Pick<BenchWorld, 'graphql' | 'tokenOf' | 'today'>,
  seconds: number,
): Promise<FilingResult> {
  const runs = await Promise.all(
    FILERS.map(async ({ personNumber }) => {
      const token = await tokenOf(personNumber)
      return closedLoop({
        url: graphql,
        token: async () => token,
        inFlight: 1,
        seconds,
        body: (n) => {
          const day = today()
            .add({ days: n % DAYS_MAX })
            .toString()
          const destination = n < DAYS_MAX ? '330100' : '440100'
          const input = { type: 'OTHER_TEMPORARY', destination, beginOn: day, endOn: day }
          return JSON.stringify({ query: FILE, variables: { requestId: `bench-filing-${n}`, input } })
        },
        onAnswer: (_n, answer) => {
          const { data } = answer as { data?: { fileTreatmentElsewhere?: { state?: string } } }
          const state = data?.fileTreatmentElsewhere?.state
          if (state !== 'EFFECTIVE' && state !== 'PENDING') throw new Error(JSON.stringify(answer).slice(0, 300))
        },
      })
    }),
  )
  const latencies = Float64Array.from(runs.flatMap(({ latenciesMs }) => [...latenciesMs])).toSorted()
  return {
    perSecond: Math.round(latencies.length / seconds),
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    errors: runs.reduce((sum, one) => sum + one.errors, 0),
  }
}
