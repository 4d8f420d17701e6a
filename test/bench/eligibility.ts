import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { benchPersons } from './bills.ts'
import { percentile } from './load.ts'
import type { BenchWorld } from './world.ts'

export interface EligibilityResult {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly errors: number
}

const PER_SECOND = 200
const WARM_UP_SECONDS = 3
const CONNECTIONS = 64

const BY_CREDENTIAL = `query ByCredential($credential: CredentialInput!) {
  insuredByCredential(credential: $credential) {
    __typename ... on Insured { id personNumber name identityMasked enrolments { pool insuranceType personType status } }
    ... on Rejection { code }
  }
}`

/**
 * Who somebody is and what covers them, by the card they show, through the gateway: an open loop, so that a slow answer
 * holds up nobody who comes after it. Each request begins when it is due, and its time counts from then.
 */
export async function measureEligibility(
  { graphql, token }: Pick<BenchWorld, 'graphql' | 'token'>,
  { persons, seconds }: { readonly persons: number; readonly seconds: number },
): Promise<EligibilityResult> {
  const cards = benchPersons(persons).map((one) => one.cardNumber)
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 })
  let errors = 0

  async function ask(n: number, due: number): Promise<number> {
    const credential = { kind: 'SOCIAL_SECURITY_CARD', value: cards[n % persons] }
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` }
    const body = JSON.stringify({ query: BY_CREDENTIAL, variables: { credential } })
    const response = await request(graphql, { method: 'POST', body, headers, dispatcher: agent })
    const { data } = (await response.body.json()) as { data?: { insuredByCredential?: { __typename: string } } }
    if (data?.insuredByCredential?.__typename !== 'Insured') errors += 1
    return performance.now() - due
  }

  async function run(first: number, count: number): Promise<Float64Array> {
    const start = performance.now()
    const asked: Promise<number>[] = []
    for (let n = 0; n < count; n += 1) {
      const due = start + (n * 1000) / PER_SECOND
      const wait = due - performance.now()
      if (wait > 0) await sleep(wait)
      asked.push(ask(first + n, due))
    }
    return Float64Array.from(await Promise.all(asked)).toSorted()
  }

  const warm = PER_SECOND * WARM_UP_SECONDS
  await run(0, warm)
  errors = 0
  const latencies = await run(warm, PER_SECOND * seconds)
  await agent.close()
  return { perSecond: PER_SECOND, p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99), errors }
}
