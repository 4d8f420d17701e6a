import { randomUUIDv7 } from 'node:crypto'
import type { Identity } from '@yibao/schema/identity'
import { stampId } from '@yibao/settlement/domain/settlement-id'
import { expect } from 'vitest'
import { auditor, billOf, type SettleWorld, type WorldPerson } from './settle-world.ts'

export const FUND = 'fund:620900:310:310100'

export const lineOn = (day: string) => ({
  serial: '1',
  code: 'XA01',
  ownCode: 'own-1',
  price: '20.00',
  quantity: '10',
  amount: '200.00',
  time: `${day}T08:30:00+08:00`,
  department: 'D01',
  doctor: 'D620900000001',
})

/** A bill of that moment. */
export const billAt = (of: WorldPerson, now: Temporal.Instant) => {
  const time = now.toString()
  return billOf(of, { begin: time, end: time, lines: [{ ...lineOn('2026-11-22'), time }] })
}

interface Account {
  readonly account: string
  readonly kind: string
  readonly balance: string
}

export const LIST = `query ($kind: LedgerAccountKind, $prefix: String, $at: DateTime, $first: Int, $after: String) {
  ledgerAccounts(kind: $kind, prefix: $prefix, at: $at, first: $first, after: $after) {
    ... on LedgerAccountConnection { edges { node { account kind balance } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path code } }
  }
}`
const ONE = `query ($account: String!, $at: DateTime) {
  ledgerBalance(account: $account, at: $at) {
    ... on LedgerAccount { account kind pool insuranceType fundPayType fundName { zh en } purse balance
      institution { code } insured { id } }
    ... on Rejection { code problems { path code } }
  }
}`

/** All accounts somebody sees, page by page, with what they hold. */
export async function balances(
  world: Pick<SettleWorld, 'ask'>,
  identity: Identity = auditor,
  variables: object = {},
  size = 2,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  let after: string | null = null
  do {
    type Page = { edges: { node: Account }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
    const answer: { ledgerAccounts: Page } = await world.ask(identity, LIST, { ...variables, first: size, after })
    const { edges, pageInfo } = answer.ledgerAccounts
    for (const { node } of edges) {
      expect(Object.keys(found)).not.toContain(node.account)
      found[node.account] = node.balance
    }
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null
  } while (after !== null)
  return found
}
export const one = async (world: Pick<SettleWorld, 'ask'>, identity: Identity, account: string, at?: string) =>
  (await world.ask<{ ledgerBalance: Record<string, unknown> }>(identity, ONE, { account, at })).ledgerBalance

const fen = (yuan: string) => BigInt(yuan.replace('.', ''))
export const total = (found: Record<string, string>) => Object.values(found).reduce((sum, yuan) => sum + fen(yuan), 0n)

/** What the entries themselves say, read by nobody's rules. */
export async function plain({ admin }: Pick<SettleWorld, 'admin'>, at?: string): Promise<Record<string, string>> {
  const { rows } = await admin.query<{ account: string; yuan: string }>(
    `select account collate "C" as account, to_char(sum(amount) / 100, 'FM999999990.00') as yuan
     from settlement.ledger_entry
     where $1::timestamptz is null or to_timestamp(('x' || left(replace(group_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) <= $1
     group by 1 order by 1`,
    [at ?? null],
  )
  return Object.fromEntries(rows.map(({ account, yuan }) => [account, yuan]))
}

/** Adds a balanced group by hand, as of a moment, in whatever transaction the statement runs in. */
export const post = (insuredId: string, at: Temporal.Instant, amount: number, account: string) =>
  `insert into settlement.ledger_entry (group_id, insured_id, account, amount)
   select '${stampId(randomUUIDv7(), at)}', '${insuredId}', v.account, v.amount
   from (values ('${account}', ${amount}), ('opening:620900', ${-amount})) v (account, amount)`
