import { fenOf, minFen, type Fen } from '@yibao/schema/money'
import { balanced, personalAccount, type LedgerEntry } from './ledger.ts'

/** What a correction of a credit takes from where. */
export interface CreditTaken {
  readonly current: Fen
  readonly history: Fen
  /** What the account does not hold any more: the next credits of the pool go to it first. */
  readonly owed: Fen
}

/** Takes what is there, the current part first; an account never goes below zero. */
export function takeBack(amount: Fen, held: { readonly current: Fen; readonly history: Fen }): CreditTaken {
  const current = minFen(amount, held.current)
  const history = minFen(fenOf(amount - current), held.history)
  return { current, history, owed: fenOf(amount - current - history) }
}

interface Whose {
  readonly insuredId: string
  readonly pool: string
}

/** The entries of a correction: back to the fund of the accounts, from the account and from what the person owes. */
export function correctionEntries({ insuredId, pool }: Whose, { current, history, owed }: CreditTaken): LedgerEntry[] {
  const entries = [
    { insuredId, account: personalAccount(insuredId, 'CURRENT'), amount: fenOf(0n - current) },
    { insuredId, account: personalAccount(insuredId, 'HISTORY'), amount: fenOf(0n - history) },
    { insuredId, account: `receivable:contribution:${pool}`, amount: fenOf(0n - owed) },
    { insuredId, account: `fund:${pool}:310:310200`, amount: fenOf(current + history + owed) },
  ]
  return balanced(entries.filter(({ amount }) => amount !== 0n))
}
