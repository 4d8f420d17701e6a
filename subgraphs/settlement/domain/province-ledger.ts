import type { Fen } from '@yibao/schema/money'
import { moved } from './clearing-ledger.ts'
import type { LedgerEntry } from './ledger.ts'

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
