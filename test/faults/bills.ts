import { benchBill } from '../bench/bills.ts'

/** Persons who share the bills of a run: few enough that several bills of one person are on their way at once. */
export const PERSONS = 200

const AMOUNTS = `id number total selfPaid firstSelfPayment inScope deductible pool fundTotal personal account cash balance
  funds { payer paid }`

const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) { __typename ... on Settlement { ${AMOUNTS} } ... on Rejection { code } }
}`

/** What a client keeps of an answer; compared as a whole. */
export interface Amounts {
  readonly id: string
  readonly fundTotal: string
  readonly cash: string
}

/** One bill that was sent, and the answer if one came. */
export interface Sent {
  readonly requestId: string
  readonly body: string
  readonly amounts: Amounts | null
}

/** The n-th bill of a run as the body of a request. */
export function billOf(run: string, n: number): Omit<Sent, 'amounts'> {
  const requestId = `${run}-${n}`
  const variables = { requestId, input: benchBill(run, n, PERSONS) }
  return { requestId, body: JSON.stringify({ query: SETTLE, variables }) }
}

export interface OutcomeOf {
  readonly state: 'COMMITTED' | 'REFUSED' | 'ANNULLED' | 'UNKNOWN'
  readonly settlement: Amounts | null
}

/** As many as the gateway lets into one document. */
const IN_ONE = 10
const AT_ONCE = 4

/** Does `work` for each item, a few at a time. */
export async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** The outcomes of many requests, as the institution asks for them. */
export async function outcomesOf(
  ask: (body: string) => Promise<{ data?: Record<string, OutcomeOf> | null }>,
  requestIds: readonly string[],
): Promise<Map<string, OutcomeOf>> {
  const outcomes = new Map<string, OutcomeOf>()
  const pages = Array.from({ length: Math.ceil(requestIds.length / IN_ONE) }, (_, page) =>
    requestIds.slice(page * IN_ONE, (page + 1) * IN_ONE),
  )
  await each(pages, async (some) => {
    const asked = some.map((id, i) => `o${i}: outcome(requestId: "${id}") { ...of }`)
    const query = `{ ${asked.join(' ')} } fragment of on Outcome { state settlement { ${AMOUNTS} } }`
    const answer = await ask(JSON.stringify({ query }))
    for (const [i, id] of some.entries()) {
      const outcome = answer.data?.[`o${i}`]
      if (outcome === undefined) throw new Error(`no outcome: ${JSON.stringify(answer).slice(0, 500)}`)
      outcomes.set(id, outcome)
    }
  })
  return outcomes
}
