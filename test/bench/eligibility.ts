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

/** The load of questions who somebody is and what covers them, by the card they show. */
export function byCredential({ url, token, persons }: Asking) {
  const cards = benchPersons(persons).map((one) => one.cardNumber)
  return {
    url,
    token,
    body: (n: number) => {
      const credential = { kind: 'SOCIAL_SECURITY_CARD', value: cards[n % persons] }
      return JSON.stringify({ query: BY_CREDENTIAL, variables: { credential } })
    },
    onAnswer: (_n: number, answer: unknown) => {
      const { data } = answer as { data?: { insuredByCredential?: { __typename: string } } }
      if (data?.insuredByCredential?.__typename !== 'Insured') throw new Error(JSON.stringify(answer).slice(0, 300))
    },
  }
}

/** That load through the gateway, at a fixed rate. */
export async function measureEligibility(
  { graphql: url, token }: Pick<BenchWorld, 'graphql' | 'token'>,
  { persons, seconds }: { readonly persons: number; readonly seconds: number },
): Promise<EligibilityResult> {
  const loop = { ...byCredential({ url, token, persons }), perSecond: PER_SECOND }
  await openLoop({ ...loop, seconds: WARM_UP_SECONDS })
  const { latenciesMs, errors } = await openLoop({ ...loop, first: PER_SECOND * WARM_UP_SECONDS, seconds })
  return { perSecond: PER_SECOND, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99), errors }
}

interface Asking {
  readonly url: string
  readonly token: () => Promise<string>
  readonly persons: number
}
