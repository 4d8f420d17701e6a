import type { Identity } from '@yibao/schema/identity'
import { hospital, type Settlements, type SettleWorld, type WorldPerson } from './settle-world.ts'

// Taking settlements back, as tests on one subgraph ask for it.

const REVERSE = `
  mutation ($requestId: ID!, $settlement: ID!, $operator: OperatorInput) {
    reverse(requestId: $requestId, settlement: $settlement, operator: $operator) {
      __typename
      ... on Settlement {
        id total pool account cash balance deductible operator correction keepsCounters
        reverses { id reversedBy { id } } lines { serial quantity amount }
      }
      ... on AlreadyReversed { reversal { id } }
      ... on Rejection { code retryable problems { path code } }
    }
  }`

export interface Reversed {
  readonly __typename: string
  readonly id: string
  readonly code: string
  readonly reversal: { readonly id: string } | null
}

let requests = 0

/** Takes a settlement back; under a request id of its own unless one is given. */
export async function reverse(
  world: Pick<Settlements, 'ask'>,
  settlement: string,
  { requestId, as = hospital(), ...more }: { requestId?: string; as?: Identity; operator?: object } = {},
): Promise<Reversed> {
  requests += 1
  const variables = { requestId: requestId ?? `reverse-${requests}`, settlement, ...more }
  return (await world.ask<{ reverse: Reversed }>(as, REVERSE, variables)).reverse
}

/** What the accounts of a person hold, what was consumed, and what the ledger adds up to, in fen. */
export async function money({ admin }: Pick<SettleWorld, 'admin'>, { insuredId }: WorldPerson): Promise<object> {
  const { rows } = await admin.query(
    `select (select coalesce(sum(balance), 0)::text from settlement.account where insured_id = $1) as balance,
       (select coalesce(sum(amount), 0)::text from settlement.counter where insured_id = $1) as counters,
       (select coalesce(sum(amount), 0)::text from settlement.ledger_entry where insured_id = $1) as ledger`,
    [insuredId],
  )
  return rows[0]
}
