import assert from 'node:assert/strict'
import { fenOf, sum, type Fen } from '@yibao/schema/money'
import type { PayerSplit, SplitResult } from './split-result.ts'

/** One side of a posting: the amounts of a group of entries add up to zero. */
export interface LedgerEntry {
  /** Whose row it is: the person the bill is about, or the sponsor whose account gives. */
  readonly insuredId: string
  readonly account: string
  readonly amount: Fen
}

/** What the entries of a settlement are posted for. */
export interface Posting {
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  readonly institution: string
  /** Province whose platform pays the institution and is owed for it; null when the institution is paid here. */
  readonly otherProvince: string | null
  /** The claim it is made for: the person has paid already, and is owed instead of the institution. */
  readonly claimId: string | null
}

export const personalAccount = (insuredId: string, kind: 'CURRENT' | 'HISTORY'): string =>
  `personal:${insuredId}:${kind}`
const fundAccount = ({ pool, insuranceType }: Posting, fundPayType: string): string =>
  `fund:${pool}:${insuranceType}:${fundPayType}`
function payableAccount({ institution, otherProvince, pool, claimId }: Posting): string {
  if (claimId !== null) return claimPayable(pool)
  return otherProvince === null ? `payable:institution:${institution}` : `payable:province:${pool}:${otherProvince}`
}

/** What a pool owes to those who have claimed; the entries are in the names of the persons. */
const claimPayable = (pool: string): string => `payable:claim:${pool}`

/** Payers that are not a fund: the hospital's own part moves no money, the account has entries of its own. */
const isFund = ({ fund }: PayerSplit): boolean => fund !== 'hospital' && fund !== 'account' && fund !== 'mutualAid'

/** What a bill takes from the accounts of a relative. */
interface SponsorPaid {
  readonly insuredId: string
  readonly current: Fen
  readonly history: Fen
}

type Paid = Pick<SplitResult, 'payers' | 'accountPaid'> & { readonly sponsorsPaid?: readonly SponsorPaid[] }

/**
 * The entries of a settled bill: each fund, the personal account and those of sponsors give, the institution is owed the
 * sum, or the province whose platform pays it, or the person who has claimed. Cash is paid at the counter and never passes
 * through the ledger.
 */
export function entriesOf(posting: Posting, { payers, accountPaid, sponsorsPaid = [] }: Paid): LedgerEntry[] {
  const { insuredId } = posting
  const given = new Map<string, bigint>()
  const give = (account: string, amount: Fen) => given.set(account, (given.get(account) ?? 0n) + amount)
  for (const payer of payers.filter(isFund)) give(fundAccount(posting, payer.fundPayType), payer.paid)
  const funds = [...given].map(([account, amount]) => ({ insuredId, account, amount: fenOf(0n - amount) }))
  const accounts = [{ insuredId, ...accountPaid }, ...sponsorsPaid].flatMap(personalEntries)
  const entries = [...funds, ...accounts].filter(({ amount }) => amount !== 0n)
  if (entries.length === 0) return []
  const owed = fenOf(0n - sum(entries.map((one) => one.amount)))
  return balanced([...entries, { insuredId, account: payableAccount(posting), amount: owed }])
}

const personalEntries = ({ insuredId, current, history }: SponsorPaid): LedgerEntry[] => [
  { insuredId, account: personalAccount(insuredId, 'CURRENT'), amount: fenOf(0n - current) },
  { insuredId, account: personalAccount(insuredId, 'HISTORY'), amount: fenOf(0n - history) },
]

/** The entries of an opening balance, taken over from another system. */
export const openingEntries = (
  insuredId: string,
  kind: 'CURRENT' | 'HISTORY',
  { pool, balance }: { readonly pool: string; readonly balance: Fen },
): LedgerEntry[] =>
  balanced([
    { insuredId, account: personalAccount(insuredId, kind), amount: balance },
    { insuredId, account: `opening:${pool}`, amount: fenOf(0n - balance) },
  ])

/**
 * The entries of a contribution: what the pool took in for personal accounts (fund_pay_type 310200 of the employees'
 * insurance, which alone has accounts) passes on to the person's, after what the person owes of earlier ones.
 */
export const creditEntries = ({
  insuredId,
  kind,
  pool,
  amount,
  recovered,
}: {
  readonly insuredId: string
  readonly kind: 'CURRENT' | 'HISTORY'
  readonly pool: string
  readonly amount: Fen
  readonly recovered: Fen
}): LedgerEntry[] =>
  balanced(
    [
      { insuredId, account: personalAccount(insuredId, kind), amount: fenOf(amount - recovered) },
      { insuredId, account: `receivable:contribution:${pool}`, amount: recovered },
      { insuredId, account: `fund:${pool}:310:310200`, amount: fenOf(0n - amount) },
    ].filter((one) => one.amount !== 0n),
  )

/** The same postings the other way round. */
export const mirrored = (entries: readonly LedgerEntry[]): LedgerEntry[] =>
  balanced(entries.map((entry) => ({ ...entry, amount: fenOf(0n - entry.amount) })))

/** Holds that a group is balanced. */
export function balanced(entries: LedgerEntry[]): LedgerEntry[] {
  assert.equal(sum(entries.map((one) => one.amount)), 0n, 'a group of ledger entries adds up to zero')
  return entries
}
