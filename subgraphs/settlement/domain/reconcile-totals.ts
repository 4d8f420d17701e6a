import { parseDay } from '@yibao/schema/dates'
import { parseYuan, sum, type Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { isGiven, type Fields, type Maybe } from './fields.ts'
import type { ReconciledDay, ReconciledSums, ReconciliationScope } from './reconciliation.ts'

/** Sums of an institution, as it sends them. */
export interface SumsInput {
  readonly count: number
  readonly total: string
  readonly fundTotal: string
  readonly account: string
  readonly cash?: Maybe<string>
}

export interface DaySumsInput extends SumsInput {
  readonly day: string
}

/** The institution's sums of a whole scope, and by day where it sends them. */
export interface TotalsRead {
  readonly there: ReconciledSums
  readonly days: ReadonlyMap<string, ReconciledSums>
}

/** Sums of any institution and month fit, and any number of them fits the database. */
const SUM_MAX = 10n ** 16n
const TOO_LARGE: Text = { zh: '数额过大', en: 'is too large' }

/** Reads the sums of one side. */
function readSums(fields: Fields, input: SumsInput): ReconciledSums | null {
  const amount = (name: string, value: string): Fen | null => {
    const read = parseYuan(value) === null ? fields.money(name, value) : parseYuan(value)
    return read !== null && (read >= SUM_MAX || 0n - read >= SUM_MAX) ? fields.fault(name, 'RANGE', TOO_LARGE) : read
  }
  if (input.count < 0) fields.fault('count', 'RANGE', { zh: '不能为负', en: 'must not be negative' })
  const total = amount('total', input.total)
  const fundTotal = amount('fundTotal', input.fundTotal)
  const account = amount('account', input.account)
  const cash = isGiven(input.cash) ? amount('cash', input.cash) : null
  if (total === null || fundTotal === null || account === null) return null
  return { count: input.count, total, fundTotal, account, cash }
}

interface TotalsInput extends SumsInput {
  readonly days?: Maybe<readonly DaySumsInput[]>
}

/** Reads the sums of an institution. Those by day must lie in the scope and add up to the whole. */
export function readTotals(fields: Fields, input: TotalsInput, scope: ReconciliationScope | null): TotalsRead | null {
  const there = readSums(fields, input)
  const days = new Map<string, ReconciledSums>()
  for (const [i, one] of (input.days ?? []).entries()) {
    const at = fields.within(`days[${i}]`)
    const day = parseDay(one.day)
    const sums = readSums(at, one)
    if (day === null)
      at.fault('day', 'MALFORMED', { zh: '不是有效的日期（yyyy-MM-dd）', en: 'is not a day (yyyy-MM-dd)' })
    else if (scope !== null && !isWithin(day, scope))
      at.fault('day', 'RANGE', { zh: '不在对账期间内', en: 'lies outside of the period' })
    else if (days.has(one.day)) at.fault('day', 'TWICE', { zh: '该日已出现', en: 'stands there twice' })
    else if (sums !== null) days.set(one.day, sums)
  }
  if (there === null) return null
  if (days.size > 0 && days.size === input.days?.length) checkAddUp(fields, [...days.values()], there)
  return { there, days }
}

const isWithin = (day: Temporal.PlainDate, { from, to }: ReconciliationScope): boolean =>
  Temporal.PlainDate.compare(day, from) >= 0 && Temporal.PlainDate.compare(day, to) <= 0

function checkAddUp(fields: Fields, days: readonly ReconciledSums[], there: ReconciledSums): void {
  const count = days.reduce((running, one) => running + one.count, 0)
  const whole = addSums(days, count)
  const message = { zh: '各日之和不等于期间合计', en: 'do not add up to the sums of the period' }
  const same =
    count === there.count &&
    whole.total === there.total &&
    whole.fundTotal === there.fundTotal &&
    whole.account === there.account
  if (!same) fields.fault('days', 'SUM', message)
}

function addSums(days: readonly ReconciledSums[], count: number): ReconciledSums {
  return {
    count,
    total: sum(days.map((one) => one.total)),
    fundTotal: sum(days.map((one) => one.fundTotal)),
    account: sum(days.map((one) => one.account)),
    cash: sum(days.map((one) => one.cash ?? sum([]))),
  }
}

/** Sums of several days. */
export const sumDays = (days: readonly ReconciledSums[]): ReconciledSums =>
  addSums(
    days,
    days.reduce((running, one) => running + one.count, 0),
  )

const NOTHING: ReconciledSums = { count: 0, total: sum([]), fundTotal: sum([]), account: sum([]), cash: sum([]) }

/** Both sides day by day. A day only one side has is nothing on the other, once that one sent days at all. */
export function bothSides(here: readonly ReconciledDay[], { days }: TotalsRead): ReconciledDay[] {
  if (days.size === 0) return [...here]
  const found = new Map(here.map((one) => [one.day, one.here]))
  return [...new Set([...found.keys(), ...days.keys()])]
    .toSorted()
    .map((day) => ({ day, here: found.get(day) ?? NOTHING, there: days.get(day) ?? { ...NOTHING, cash: null } }))
}
