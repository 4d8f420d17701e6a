import { benchBill } from './bills.ts'
import type { Told } from './cross-check.ts'
import { closedLoop, type LoadResult } from './load.ts'

/** What every bill of the bench asks for. */
export const SETTLE = `mutation Settle($requestId: ID!, $input: SettleInput!) {
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

export interface Window {
  /** Where a request is sent. */
  readonly url: string
  /** Whose bill it is, as a token; absent where none is asked for. */
  readonly token?: (() => Promise<string>) | undefined
  readonly persons: number
  /** Where what was answered is kept for the cross-check. */
  readonly told: Told[]
}

let runs = 0

/** The load of bills whose keys no other load of this run has. */
export function bills({ url, token, persons, told }: Window) {
  runs += 1
  const run = `S${runs}-`
  return {
    url,
    token,
    body: (n: number) =>
      JSON.stringify({
        query: SETTLE,
        variables: { requestId: `bench-${run}${n}`, input: benchBill(run, n, persons) },
      }),
    onAnswer: (_n: number, answer: unknown) => {
      const { data } = answer as { data?: { settle?: Told & { __typename: string } } }
      if (data?.settle?.__typename !== 'Settlement') throw new Error(JSON.stringify(answer).slice(0, 300))
      const { id, fundTotal, cash } = data.settle
      told.push({ id, fundTotal, cash })
    },
  }
}

/** Settles as fast as answers come, so many at once. */
export const settleFor = (window: Window, inFlight: number, seconds: number): Promise<LoadResult> =>
  closedLoop({ ...bills(window), inFlight, seconds })

export const rateOf = ({ answers, seconds, errors }: LoadResult): number => (answers - errors) / seconds
