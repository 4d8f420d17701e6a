import assert from 'node:assert/strict'
import { fenOf, sum, type Fen } from '@yibao/schema/money'
import type { PayerSplit, SplitResult } from './split-result.ts'

/** One side of a posting: the amounts of a group of entries add up to zero. */
export interface LedgerEntry {
  readonly account: string
  readonly amount: Fen
}

/** What the entries of a settlement are posted for. */
export interface Posting {
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  readonly institution: string
}

export const personalAccount = (insuredId: string, kind: 'CURRENT' | 'HISTORY'): string =>
  `personal:${insuredId}:${kind}`
const fundAccount = ({ pool, insuranceType }: Posting, fundPayType: string): string =>
  `fund:${pool}:${insuranceType}:${fundPayType}`
const payableAccount = ({ institution }: Posting): string => `payable:institution:${institution}`

/** Payers that are not a fund: the hospital's own part moves no money, the account has entries of its own. */
const isFund = ({ fund }: PayerSplit): boolean => fund !== 'hospital' && fund !== 'account'

/**
 * The entries of a settled bill: each fund and the personal account give, the institution is owed the sum. Cash is paid
 * at the counter and never passes through the ledger.
 */
export function entriesOf(
  posting: Posting,
  { payers, accountPaid }: Pick<SplitResult, 'payers' | 'accountPaid'>,
): LedgerEntry[] {
  const given = new Map<string, bigint>()
  const give = (account: string, amount: Fen) => given.set(account, (given.get(account) ?? 0n) + amount)
  for (const payer of payers.filter(isFund)) give(fundAccount(posting, payer.fundPayType), payer.paid)
  give(personalAccount(posting.insuredId, 'CURRENT'), accountPaid.current)
  give(personalAccount(posting.insuredId, 'HISTORY'), accountPaid.history)
  const entries = [...given]
    .filter(([, amount]) => amount !== 0n)
    .map(([account, amount]) => ({ account, amount: fenOf(0n - amount) }))
  if (entries.length === 0) return []
  const owed = fenOf(0n - sum(entries.map((one) => one.amount)))
  return balanced([...entries, { account: payableAccount(posting), amount: owed }])
}

/** The entries of an opening balance, taken over from another system. */
export const openingEntries = (account: string, pool: string, amount: Fen): LedgerEntry[] =>
  balanced([
    { account, amount },
    { account: `opening:${pool}`, amount: fenOf(0n - amount) },
  ])

/** The same postings the other way round. */
export const mirrored = (entries: readonly LedgerEntry[]): LedgerEntry[] =>
  balanced(entries.map(({ account, amount }) => ({ account, amount: fenOf(0n - amount) })))

function balanced(entries: LedgerEntry[]): LedgerEntry[] {
  assert.equal(sum(entries.map((one) => one.amount)), 0n, 'a group of ledger entries adds up to zero')
  return entries
}
