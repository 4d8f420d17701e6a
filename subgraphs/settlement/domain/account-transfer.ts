import { fenOf, type Fen } from '@yibao/schema/money'
import { personalAccount, type LedgerEntry } from './ledger.ts'

/** What of a personal account goes from one pool to another. */
export interface AccountMove {
  readonly insuredId: string
  readonly kind: 'CURRENT' | 'HISTORY'
  readonly fromPool: string
  readonly pool: string
  readonly amount: Fen
}

/** In the books of the pool that kept the account: it owes the other pool what it owed the person. */
export const transferredEntries = ({ insuredId, kind, fromPool, pool, amount }: AccountMove): LedgerEntry[] =>
  amount === 0n
    ? []
    : [
        { insuredId, account: personalAccount(insuredId, kind), amount: fenOf(0n - amount) },
        { insuredId, account: `due:${fromPool}:${pool}`, amount },
      ]

/** In the books of the pool that keeps it from now on: it owes the person, and the other pool owes it. */
export const takenOverEntries = ({ insuredId, kind, fromPool, pool, amount }: AccountMove): LedgerEntry[] =>
  amount === 0n
    ? []
    : [
        { insuredId, account: `claim:${pool}:${fromPool}`, amount: fenOf(0n - amount) },
        { insuredId, account: personalAccount(insuredId, kind), amount },
      ]
