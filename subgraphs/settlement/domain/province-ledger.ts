import { NOBODY } from '@yibao/schema/ids'
import { fenOf, sum, type Fen } from '@yibao/schema/money'
import { moved } from './clearing-ledger.ts'
import { balanced, type LedgerEntry } from './ledger.ts'

/** A bureau of this province, and another province. */
export interface Counterparty {
  readonly pool: string
  readonly province: string
}

const bank = ({ pool }: Counterparty): string => `bank:${pool}`
/** What was paid in with the other province. */
const prefund = ({ pool, province }: Counterparty): string => `prefund:${pool}:${province}`
/** What the other province has paid in here. */
const prefunded = ({ pool, province }: Counterparty): string => `prefunded:${pool}:${province}`

/** In the books of the payer: the bank has paid, the other province holds it. */
export const prefundPaidEntries = (parties: Counterparty, amount: Fen): LedgerEntry[] =>
  moved(amount, prefund(parties), bank(parties))

/** In the books of the holder: it has come in and is owed back. */
export const prefundReceivedEntries = (parties: Counterparty, amount: Fen): LedgerEntry[] =>
  moved(amount, bank(parties), prefunded(parties))

/** What statements between two provinces come to for one pool: what it owes (HOME), or is owed (PLACE). */
export interface NetPart {
  readonly side: 'PLACE' | 'HOME'
  readonly pool: string
  readonly amount: Fen
}

/**
 * What statements of both directions settle, in the books of either province: its pools owe no more, it is owed no more, and
 * what is left was paid by its bank, or has come in.
 */
export function netEntries(parties: Counterparty, parts: readonly NetPart[]): LedgerEntry[] {
  const { province } = parties
  const settled = parts.map(({ side, pool, amount }) => ({
    insuredId: NOBODY,
    account: side === 'HOME' ? `payable:province:${pool}:${province}` : `receivable:province:${pool}:${province}`,
    amount: side === 'HOME' ? fenOf(0n - amount) : amount,
  }))
  const left = fenOf(0n - sum(settled.map((one) => one.amount)))
  return balanced(
    [...settled, { insuredId: NOBODY, account: bank(parties), amount: left }].filter((one) => one.amount !== 0n),
  )
}
