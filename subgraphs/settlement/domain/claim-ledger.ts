import type { Fen } from '@yibao/schema/money'
import { moved } from './clearing-ledger.ts'
import type { LedgerEntry } from './ledger.ts'

// Groups of paying claims. As those of clearing they are nobody's: what a person is owed stands in the settlement.

interface Of {
  readonly pool: string
}

const payable = ({ pool }: Of): string => `payable:claim:${pool}`
const receivable = ({ pool }: Of): string => `receivable:claim:${pool}`
const transit = ({ pool }: Of): string => `transit:${pool}`
const bank = ({ pool }: Of): string => `bank:${pool}`

/** A group of paying claims, by what it is posted for. */
export type ClaimPosting =
  | 'CLAIM_SENT'
  | 'CLAIM_PAID'
  | 'CLAIM_REJECTED'
  | 'CLAIM_RETURNED'
  | 'CLAIM_OWED_BACK'
  | 'CLAIM_SET_OFF'
  | 'CLAIM_RECEIVED'

/** From which account an amount goes to which. */
const WAYS: Readonly<Record<ClaimPosting, readonly [from: (of: Of) => string, to: (of: Of) => string]>> = {
  CLAIM_SENT: [payable, transit],
  CLAIM_PAID: [transit, bank],
  CLAIM_REJECTED: [transit, payable],
  // Paid, and given back by the bank: it is owed again.
  CLAIM_RETURNED: [bank, payable],
  // More was paid than is owed: the person owes it to the pool.
  CLAIM_OWED_BACK: [receivable, payable],
  CLAIM_SET_OFF: [payable, receivable],
  CLAIM_RECEIVED: [bank, receivable],
}

export function claimEntries(kind: ClaimPosting, of: Of, amount: Fen): LedgerEntry[] {
  const [from, to] = WAYS[kind]
  return moved(amount, from(of), to(of))
}
