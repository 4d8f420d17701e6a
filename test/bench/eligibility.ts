import { benchPersons } from './bills.ts'
import { openLoop, percentile } from './load.ts'
import type { BenchWorld } from './world.ts'

export interface EligibilityResult {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
}

const PER_SECOND = 200
const WARM_UP_SECONDS = 3

const BY_CREDENTIAL = `query ByCredential($credential: CredentialInput!) {
  insuredByCredential(credential: $credential) {
    __typename ... on Insured { id personNumber name identityMasked enrolments { pool insuranceType personType status } }
    ... on Rejection { code }
  }
}`

/**
 * Who somebody is and what covers them, by the card they show, through the gateway.
 */
export async function measureEligibility(
  { graphql, token }: Pick<BenchWorld, 'graphql' | 'token'>,
  { persons, seconds }: { readonly persons: number; readonly seconds: number },
): Promise<EligibilityResult> {
  const cards = benchPersons(persons).map((one) => one.cardNumber)
  const loop = {
    url: graphql,
    token,
    perSecond: PER_SECOND,
    body: (n: number) => {
      const credential = { kind: 'SOCIAL_SECURITY_CARD', value: cards[n % persons] }
      return JSON.stringify({ query: BY_CREDENTIAL, variables: { credential } })
    },
    onAnswer: (_n: number, answer: unknown) => {
      const { data } = answer as { data?: { insuredByCredential?: { __typename: string } } }
      if (data?.insuredByCredential?.__typename !== 'Insured') throw new Error(JSON.stringify(answer).slice(0, 300))
    },
  }
  await openLoop({ ...loop, seconds: WARM_UP_SECONDS })
  const { latenciesMs, errors } = await openLoop({ ...loop, first: PER_SECOND * WARM_UP_SECONDS, seconds })
  return { perSecond: PER_SECOND, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99), errors }
}
