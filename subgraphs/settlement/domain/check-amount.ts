import { dayOf } from '@yibao/schema/dates'
import { fenOf, formatQuantity, quantityOf, type Quantity } from '@yibao/schema/money'
import { distinct, evidence, groupsOf, type Hit, type Look, type Test } from './check-hit.ts'
import type { PastLine } from './check-history.ts'
import { isAmong } from './check-library.ts'
import type { PredicateOf } from './check-rule.ts'
import { proRata, type BillView, type Charge } from './check-view.ts'

const DAY = 24 * 3_600_000

const quantityIn = (list: readonly { readonly quantity: Quantity }[]): bigint =>
  list.reduce((sum, { quantity }) => sum + quantity, 0n)

/** Days of supply beyond the limit of one prescription; hospitals round up, so a day of tolerance may be granted. */
export const testSupplyDays: Test<'SUPPLY_DAYS'> = ({ days, tolerance }, { view, charges }) => {
  const over = charges.filter(({ line }) => (line.days ?? 0) > days + tolerance)
  if (over.length === 0) return []
  const beyond = (charge: Charge) => BigInt((charge.line.days ?? 0) - days)
  const longest = Math.max(...over.map(({ line }) => line.days ?? 0))
  const parts = over.map((one) => proRata(view.inScope([one]), beyond(one), BigInt(one.line.days ?? 0)))
  return [
    {
      charges: over,
      text: {
        zh: `用药天数超过 ${days} 天，最长 ${longest} 天`,
        en: `more than ${days} days of supply, up to ${longest}`,
      },
      evidence: [evidence('限定天数', 'days at most', days), evidence('最长天数', 'longest supply, days', longest)],
      amount: fenOf(parts.reduce((sum, one) => sum + one, 0n)),
      settlements: [],
    },
  ]
}

/** A drug of the same kind given while an earlier supply still lasts; the overlapping days are concerned. */
export const testRepeatedSupply: Test<'REPEATED_SUPPLY'> = ({ sameKind, tolerance }, look) => {
  const { view, charges, pastLines } = look
  const lasts = (past: PastLine) => past.time + ((past.days ?? 0) - tolerance) * DAY
  return groupsOf(charges, ({ line }) => line.code.slice(0, sameKind)).flatMap(([kind, given]) => {
    const before = netSupplies(pastLines.filter(({ code, days }) => days !== null && code.startsWith(kind)))
    const repeated = given.flatMap((charge) => {
      const standing = before.filter((past) => past.time <= charge.time && lasts(past) > charge.time)
      const left = Math.max(0, ...standing.map((past) => Math.ceil((lasts(past) - charge.time) / DAY)))
      return left === 0 ? [] : [{ charge, standing, left }]
    })
    if (repeated.length === 0) return []
    const left = Math.max(...repeated.map((one) => one.left))
    const parts = repeated.map(({ charge, left: days }) =>
      proRata(view.inScope([charge]), BigInt(days), BigInt(charge.line.days ?? days)),
    )
    return [
      {
        charges: repeated.map(({ charge }) => charge),
        text: {
          zh: `同类药品上次配药尚余 ${left} 天用量`,
          en: `an earlier supply of the same kind of drug lasts ${left} more day(s)`,
        },
        evidence: [evidence('药品类别', 'kind of drug', kind), evidence('尚余天数', 'days left', left)],
        amount: fenOf(parts.reduce((sum, one) => sum + one, 0n)),
        settlements: distinct(repeated.flatMap(({ standing }) => standing.map((past) => past.settlementId))),
      },
    ]
  })
}

/** Earlier supplies but for those that were given back in the same bill. */
function netSupplies(lines: readonly PastLine[]): PastLine[] {
  const sums = Map.groupBy(lines, ({ settlementId, code }) => `${settlementId} ${code}`)
  return lines.filter(
    ({ settlementId, code, quantity }) => quantity > 0n && quantityIn(sums.get(`${settlementId} ${code}`) ?? []) > 0n,
  )
}

/** Quantities beyond a limit, over the bill, the days of a stay or some days, in other bills too if the rule says so. */
export const testQuantity: Test<'QUANTITY'> = (test, look) => {
  const { per, together } = test
  const byCode = groupsOf(look.charges, ({ line }) => (together ? '' : line.code))
  if (per === 'BILL')
    return byCode.flatMap(([, group]) => exceeding(test, look.view, { group, most: test.most, past: [] }))
  if (per === 'STAY_DAY') {
    // Days are counted exactly only for who comes near: a calendar is slow beside everything else here.
    const near = byCode.filter(([, group]) => quantityIn(group) > test.most * BigInt(look.view.input.care.days))
    if (near.length === 0) return []
    const most = quantityOf(test.most * BigInt(stayDays(look.view)))
    return near.flatMap(([, group]) => exceeding(test, look.view, { group, most, past: [] }))
  }
  return byCode.flatMap(([code, group]) => inWindows(test, look, { code, group, per }))
}

/** Days of the stay, first and last included. */
const stayDays = ({ bill }: BillView): number =>
  dayOf(bill.begin).until(dayOf(bill.end), { largestUnit: 'days' }).days + 1

interface Window {
  readonly code: string
  readonly group: Charge[]
  readonly per: { readonly days: number; readonly acrossVisits: boolean }
}

/** One day at a time; longer windows end with the latest charge of the bill. */
function inWindows(test: PredicateOf<'QUANTITY'>, look: Look, { code, group, per }: Window): Hit[] {
  const { view, pastLines } = look
  const fitting = per.acrossVisits
    ? pastLines.filter((past) => (test.together ? isAmong(test.items, past.code, null) : past.code === code))
    : []
  if (per.days === 1) {
    return groupsOf(group, (charge) => view.dayOf(charge)).flatMap(([day, own]) => {
      const past = fitting.filter(({ time }) => dayOf(Temporal.Instant.fromEpochMilliseconds(time)).toString() === day)
      return exceeding(test, view, { group: own, most: test.most, past, day })
    })
  }
  const until = Math.max(...group.map(({ time }) => time))
  const since = until - per.days * DAY
  const own = group.filter(({ time }) => time > since)
  const past = fitting.filter(({ time }) => time > since && time <= until)
  return exceeding(test, view, { group: own, most: test.most, past })
}

interface Counted {
  readonly group: readonly Charge[]
  readonly most: Quantity
  readonly past: readonly PastLine[]
  readonly day?: string
}

/** The charges that came after the limit was used up; concerned is the exceedance, pro rata of the in-scope amount. */
function exceeding({ per }: PredicateOf<'QUANTITY'>, view: BillView, { group, most, past, day }: Counted): Hit[] {
  const before = quantityIn(past)
  const own = quantityIn(group)
  const over = before + own - most
  if (over <= 0n) return []
  let counted = before
  const late = group.filter(({ quantity }) => {
    counted += quantity
    return counted > most
  })
  const window = typeof per === 'string' ? null : per.days
  return [
    {
      charges: late,
      text: {
        zh: `数量 ${formatQuantity(quantityOf(before + own))}，超过限量 ${formatQuantity(most)}`,
        en: `quantity ${formatQuantity(quantityOf(before + own))}, more than the limit of ${formatQuantity(most)}`,
      },
      evidence: [
        evidence('限量', 'limit', formatQuantity(most)),
        evidence('本单数量', 'quantity of this bill', formatQuantity(quantityOf(own))),
        ...(past.length > 0
          ? [evidence('其他结算中数量', 'quantity in other bills', formatQuantity(quantityOf(before)))]
          : []),
        ...(day !== undefined ? [evidence('日期', 'day', day)] : window === null ? [] : [daysOf(window)]),
      ],
      amount: proRata(view.inScope(group), over < own ? over : own, own),
      settlements: distinct(past.map(({ settlementId }) => settlementId)),
    },
  ]
}

const daysOf = (days: number) => evidence('统计天数', 'within days', days)
