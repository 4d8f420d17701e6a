import assert from 'node:assert/strict'
import { dayOf } from '@yibao/schema/dates'
import { fenOf, portion, ZERO, type Fen, type Rate } from '@yibao/schema/money'

/** What a statement adds up to before it is known what is left of it. */
export interface Claimed {
  /** What funds pay of its settlements. */
  readonly fund: Fen
  /** What personal accounts, the person's and those of relatives, pay of them: passed on as it is. */
  readonly account: Fen
  readonly deducted: Fen
  readonly difference: Fen
  readonly depositRatio: Rate
}

/** Another statement, settlements of which are reversed in this one. */
export interface ReversedPart {
  readonly statementId: string
  /** What those settlements brought there: fund part − deductions. Positive. */
  readonly base: Fen
  readonly depositRatio: Rate
  /** What is still kept of all its settlements: what went back by a score or a decision is not. */
  readonly left: Fen
}

/** What goes back of the deposit of another statement. */
export interface DepositBack {
  readonly ofStatementId: string
  readonly amount: Fen
}

export interface Deposit {
  readonly depositKept: Fen
  readonly backs: readonly DepositBack[]
}

/**
 * What a statement keeps of its own settlements after deductions, half up to the fen and never less than nothing, and what
 * goes back with settlements of other statements that are reversed in it: by the ratio of those, at most what is still
 * kept there. `gone`: what went back already of its own deposit.
 */
export function depositOf(
  { fund, deducted, depositRatio }: Pick<Claimed, 'fund' | 'deducted' | 'depositRatio'>,
  reversed: readonly ReversedPart[],
  gone: Fen = ZERO,
): Deposit {
  const own = fund - deducted + reversed.reduce((all, { base }) => all + base, 0n)
  const ratioOf = own > 0n ? portion(fenOf(own), depositRatio) : ZERO
  const backs = reversed.map(({ statementId, base, depositRatio: ratio, left }) => {
    const kept = portion(base, ratio)
    return { ofStatementId: statementId, amount: kept < left ? kept : left }
  })
  return { depositKept: ratioOf > gone ? ratioOf : gone, backs: backs.filter(({ amount }) => amount > 0n) }
}

/** What is left of a statement. */
export interface Payable {
  readonly depositKept: Fen
  /** What is kept less what goes back. */
  readonly deposit: Fen
  /** Fund part − deductions − deposit + difference. */
  readonly payable: Fen
  /** What is transferred: `payable` and the account money. */
  readonly transfer: Fen
}

/** What the institution is paid. */
export function payableOf(
  { fund, account, deducted, difference }: Omit<Claimed, 'depositRatio'>,
  { depositKept, backs }: Deposit,
): Payable {
  const deposit = backs.reduce((rest, { amount }) => fenOf(rest - amount), depositKept)
  const payable = fenOf(fund - deducted - deposit + difference)
  const transfer = fenOf(payable + account)
  assert.equal(transfer + deposit, fund + account - deducted + difference, 'nothing is lost between the parts')
  return { depositKept, deposit, payable, transfer }
}

/** Months as the interface writes them, `2026-11`. */
export const MONTH = {
  pattern: /^2\d{3}-(0[1-9]|1[0-2])$/,
  form: { zh: '月份 yyyy-MM，如 2026-10', en: 'a month (yyyy-MM), such as 2026-10' },
} as const

/** Whether a month is over. */
export const isOver = (month: string, now: Temporal.Instant): boolean =>
  Temporal.PlainDate.compare(dayOf(now), endOfMonth(month)) >= 0

/** The day after the last of a month. */
export const endOfMonth = (month: string): Temporal.PlainDate =>
  Temporal.PlainDate.from(`${month}-01`).add({ months: 1 })
