import { before } from '@yibao/schema/dates'
import { fenOf, minFen, portion, sum, ZERO, type Fen, type Rate } from '@yibao/schema/money'
import { balanced, personalAccount, type LedgerEntry } from './ledger.ts'

/** What an account took or gave on a day. */
export interface DayMoved {
  readonly day: Temporal.PlainDate
  readonly amount: Fen
}

/** The turn of a year in an account. */
export interface YearTurn {
  readonly carried: Fen
  readonly interest: Fen
  readonly currentAverage: Fen
  readonly historyAverage: Fen
}

interface Account {
  /** What moved up to the end of the year. */
  readonly current: readonly DayMoved[]
  readonly history: readonly DayMoved[]
  /** What the part of the year holds now. */
  readonly balance: Fen
}

/** What a part held in a year on average, cut to the fen: money of a day counts from that day on. */
export function averageOf(moved: readonly DayMoved[], year: number): Fen {
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 })
  const next = first.add({ years: 1 })
  const days = BigInt(first.until(next).days)
  let product = 0n
  for (const { day, amount } of moved) {
    if (!before(day, next)) continue
    product += amount * BigInt((before(day, first) ? first : day).until(next).days)
  }
  return fenOf(product > 0n ? product / days : 0n)
}

/**
 * Decides the turn of a year. What was left of the year at its end is carried over, as far as it is still there: what was
 * spent since came first out of what has come since. Interest is reckoned of the average of the year and goes with it.
 */
export function turnYear(
  { current, history, balance }: Account,
  { year, rates }: { readonly year: number; readonly rates: { readonly current: Rate; readonly history: Rate } | null },
): YearTurn {
  const left = sum(current.map((one) => one.amount))
  const currentAverage = averageOf(current, year)
  const historyAverage = averageOf(history, year)
  const interest =
    rates === null ? ZERO : sum([portion(currentAverage, rates.current), portion(historyAverage, rates.history)])
  const carried = minFen(left, balance)
  return { carried: carried > 0n ? carried : ZERO, interest, currentAverage, historyAverage }
}

/** The entries of a turn: from the year to those before, and the interest from the fund of the accounts. */
export function turnEntries(
  { insuredId, pool }: { readonly insuredId: string; readonly pool: string },
  { carried, interest }: YearTurn,
): LedgerEntry[] {
  const entries = [
    { insuredId, account: personalAccount(insuredId, 'CURRENT'), amount: fenOf(0n - carried) },
    { insuredId, account: personalAccount(insuredId, 'HISTORY'), amount: fenOf(carried + interest) },
    { insuredId, account: `fund:${pool}:310:310200`, amount: fenOf(0n - interest) },
  ]
  return balanced(entries.filter(({ amount }) => amount !== 0n))
}
