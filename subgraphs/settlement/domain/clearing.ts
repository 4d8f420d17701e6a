import assert from 'node:assert/strict'
import { fenOf, portion, type Fen, type Rate } from '@yibao/schema/money'

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

/** What is left of a statement. */
export interface Payable {
  readonly deposit: Fen
  /** Fund part − deductions − deposit + difference. */
  readonly payable: Fen
  /** What is transferred: `payable` and the account money. */
  readonly transfer: Fen
}

/**
 * What the institution is paid. The deposit is kept of what is left after deductions, half up to the fen; where that is
 * negative, because more was taken back than settled, so is the deposit: what was kept of the settlements taken back
 * goes back with them.
 */
export function payableOf({ fund, account, deducted, difference, depositRatio }: Claimed): Payable {
  const deposit = portion(fenOf(fund - deducted), depositRatio)
  const payable = fenOf(fund - deducted - deposit + difference)
  const transfer = fenOf(payable + account)
  assert.equal(transfer + deposit, fund + account - deducted + difference, 'nothing is lost between the parts')
  return { deposit, payable, transfer }
}

/** Months as the interface writes them, `2026-11`. */
export const MONTH = {
  pattern: /^2\d{3}-(0[1-9]|1[0-2])$/,
  form: { zh: '月份 yyyy-MM，如 2026-10', en: 'a month (yyyy-MM), such as 2026-10' },
} as const

/** The day after the last of a month. */
export const endOfMonth = (month: string): Temporal.PlainDate =>
  Temporal.PlainDate.from(`${month}-01`).add({ months: 1 })
