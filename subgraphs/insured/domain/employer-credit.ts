import { fenOf, minFen, ZERO, type Fen } from '@yibao/schema/money'

/** The channel of months that are settled without a payment, and of credit that goes back. */
export const CREDIT = 'CREDIT'

/** Whose credit it is: it is never set against another pool or insurance. */
export interface CreditKey {
  readonly employer: string
  readonly pool: string
  readonly insuranceType: string
}

export type CreditEntryKind = 'LEFT_OVER' | 'SET_OFF' | 'RETURNED'

/** A movement of a credit; below zero where it was used. */
export interface CreditEntry {
  readonly id: string
  readonly kind: CreditEntryKind
  readonly period: string | null
  readonly amount: Fen
  /** The payment that settles the month, or by which it goes back; null while the month is still to be paid. */
  readonly receiptId: string | null
  readonly at: Temporal.Instant
}

/** A month of an employer with bills that are not paid. */
export interface OpenMonth {
  readonly period: string
  /** Its bills that are not paid, corrections among them: below nothing where these lower what was paid before. */
  readonly owed: Fen
  /** What was set against them before. */
  readonly setOff: Fen
}

interface PlannedEntry {
  readonly kind: 'LEFT_OVER' | 'SET_OFF'
  readonly period: string
  readonly amount: Fen
}

export interface SetOffPlan {
  readonly entries: readonly PlannedEntry[]
  /** Months of which nothing is left to pay. */
  readonly settled: readonly string[]
}

/** What a channel has to take for a month. */
export const leftOf = ({ owed, setOff }: OpenMonth): Fen => fenOf(owed - setOff)

/**
 * What becomes of a credit: first it gets what months leave over that come to nothing or less, then it is set against the
 * others, the oldest first. Decided again on what came of it, it is nothing.
 */
export function planSetOff(months: readonly OpenMonth[], balance: Fen): SetOffPlan {
  const entries: PlannedEntry[] = []
  const settled: string[] = []
  let credit: bigint = balance
  const oldestFirst = months.toSorted((a, b) => (a.period < b.period ? -1 : 1))
  for (const month of oldestFirst.filter((one) => leftOf(one) <= 0n)) {
    settled.push(month.period)
    const amount = fenOf(0n - leftOf(month))
    if (amount > 0n) entries.push({ kind: 'LEFT_OVER', period: month.period, amount })
    credit += amount
  }
  for (const month of oldestFirst.filter((one) => leftOf(one) > 0n)) {
    const amount = minFen(leftOf(month), fenOf(credit))
    if (amount <= ZERO) break
    entries.push({ kind: 'SET_OFF', period: month.period, amount: fenOf(0n - amount) })
    credit -= amount
    if (amount === leftOf(month)) settled.push(month.period)
  }
  return { entries, settled }
}

/** An employer's month, as everybody who may see its bills sees it. */
export interface EmployerMonth extends CreditKey {
  readonly period: string
  /** OFFSET: settled without any payment. */
  readonly state: 'OPEN' | 'PAID' | 'OFFSET'
  /** All bills and corrections together: what was paid and set off, less what was left over, and what is left. */
  readonly amount: Fen
  readonly paid: Fen
  readonly setOff: Fen
  readonly leftOver: Fen
  readonly left: Fen
}
