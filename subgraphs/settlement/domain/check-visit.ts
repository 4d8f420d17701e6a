import { dayOf } from '@yibao/schema/dates'
import type { Text } from '@yibao/schema/rejection'
import { aboutBill } from './check-beside.ts'
import { distinct, evidence, type Test } from './check-hit.ts'
import type { PastVisit } from './check-history.ts'
import type { OtherVisit, Relation } from './check-rule.ts'
import type { BillView } from './check-view.ts'
import { startsWithOne } from './policy-condition.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Other visits of the same person that do not go together with this one. */
export const testOtherVisit: Test<'OTHER_VISIT'> = ({ other, relation }, { view }) => {
  const found = view.visits.filter(
    (visit) => !isSameVisit(view, visit) && fits(view, visit, other) && stands(view, visit, relation),
  )
  if (found.length === 0) return []
  const nearest = found.toSorted((a, b) => b.begin - a.begin || (a.visit < b.visit ? -1 : 1))
  const shown = nearest
    .slice(0, 5)
    .map((visit) => evidence('另一次就诊', 'other visit', `${dayText(visit.begin)} – ${dayText(visit.end)}`))
  const count = evidence('相关就诊次数', 'visits concerned', found.length)
  return [
    aboutBill(view, textOf(relation, found.length), [count, ...shown], distinct(found.map((one) => one.settlementId))),
  ]
}

const isSameVisit = ({ bill }: BillView, { institution, visit }: PastVisit): boolean =>
  bill.institution === institution && bill.visit === visit

function fits({ bill }: BillView, visit: PastVisit, other: OtherVisit): boolean {
  const { careTypes, dischargeWays, institution, divisionsDifferIn: digits, sameDiagnosis } = other
  if (!startsWithOne(careTypes, visit.careType)) return false
  if (dischargeWays !== null && !dischargeWays.includes(visit.dischargeWay ?? '')) return false
  if (institution !== 'ANY' && (institution === 'SAME') !== (visit.institution === bill.institution)) return false
  if (digits !== null && visit.institution.slice(1, 1 + digits) === bill.institution.slice(1, 1 + digits)) return false
  const main = bill.diagnoses[0]?.code
  return (
    sameDiagnosis === null ||
    (main !== undefined && main.slice(0, sameDiagnosis) === visit.diagnosis?.slice(0, sameDiagnosis))
  )
}

/** How two stretches of time stand to each other; an open stay has no end yet. */
function stands({ begin, end }: BillView, visit: PastVisit, relation: Relation): boolean {
  const otherEnd = visit.end ?? Number.POSITIVE_INFINITY
  switch (relation.is) {
    case 'OVERLAPS':
      return begin < otherEnd && visit.begin < end && meetsInside({ begin, end }, visit, relation.innerDaysOf)
    case 'FOLLOWS':
      return begin >= otherEnd && (relation.days === null || daysBetween(otherEnd, begin) <= relation.days)
    case 'NEAR':
      return Math.max(begin - otherEnd, visit.begin - end, 0) < relation.hours * HOUR
  }
}

interface Stretch {
  readonly begin: number
  /** Null while it goes on. */
  readonly end: number | null
}

function meetsInside(own: Stretch, other: Stretch, inner: 'THIS' | 'OTHER' | null): boolean {
  if (inner === null) return true
  return inner === 'OTHER' ? hasInnerDay(other, own) : hasInnerDay(own, other)
}

/** Whether the shorter stretch touches a day that is neither the first nor the last of the longer one. */
function hasInnerDay(long: Stretch, short: Stretch): boolean {
  const isAfterFirst = short.end === null || dayText(short.end) > dayText(long.begin)
  return isAfterFirst && (long.end === null || dayText(short.begin) < dayText(long.end))
}

const instantOf = (milliseconds: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(milliseconds)

/** Days from the day of one instant to that of a later one. */
function daysBetween(from: number, to: number): number {
  if (to - from > 2 * 366 * DAY) return Number.POSITIVE_INFINITY
  return dayOf(instantOf(from)).until(dayOf(instantOf(to)), { largestUnit: 'days' }).days
}

const dayText = (at: number | null): string => (at === null ? '…' : dayOf(instantOf(at)).toString())

function textOf(relation: Relation, count: number): Text {
  switch (relation.is) {
    case 'OVERLAPS':
      return { zh: `与另 ${count} 次就诊时间重叠`, en: `overlaps ${count} other visit(s) in time` }
    case 'FOLLOWS':
      return relation.days === null
        ? { zh: `发生在另 ${count} 次就诊结束之后`, en: `comes after the end of ${count} other visit(s)` }
        : {
            zh: `距另 ${count} 次就诊结束不超过 ${relation.days} 天`,
            en: `comes within ${relation.days} day(s) of the end of ${count} other visit(s)`,
          }
    case 'NEAR':
      return {
        zh: `与另 ${count} 次就诊相隔不足 ${relation.hours} 小时`,
        en: `less than ${relation.hours} hour(s) from ${count} other visit(s)`,
      }
  }
}
