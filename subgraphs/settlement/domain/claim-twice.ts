import { before } from '@yibao/schema/dates'
import { parseYuan } from '@yibao/schema/money'
import { careKindOf } from './care-type.ts'
import { dayIn } from './claim-check.ts'
import type { Claim, ClaimPlace } from './claim.ts'

type Written = Claim['content']

/**
 * How a claim stands to another live one of the same person. VISIT: the same visit, or the same batch of it. STAY: the same stay.
 * ALIKE: it may be the same care, of which a reviewer decides.
 */
export type Twice = 'VISIT' | 'STAY' | 'ALIKE'

/** Whether the care of a claim is that of another; null when it is other care. */
export function twiceOf(one: Written, other: Written): Twice | null {
  const days = daysOf(one)
  const others = daysOf(other)
  if (one.place === undefined || other.place === undefined || days === null || others === null) return null
  const named = namedAs(one.visit, other.visit)
  const areStays = isStay(one) && isStay(other)
  if (named === 'SAME' && isPlace(one.place, other.place)) {
    const batch = namedAs(one.chargeBatch, other.chargeBatch)
    if (batch !== 'SAME' && (isStay(one) || isStay(other))) return 'STAY'
    // Who names no batch claims the whole visit.
    return batch === 'OTHER' ? null : 'VISIT'
  }
  if (before(days.end, others.begin) || before(others.end, days.begin)) return null
  const mayBePlace = isPlaceMaybe(one.place, other.place)
  if (areStays) {
    // Who is taken elsewhere is discharged and admitted on one day.
    if (isHandOver(days, others) && (!mayBePlace || named === 'OTHER')) return null
    return named === 'OTHER' ? 'ALIKE' : 'STAY'
  }
  if (named === 'OTHER') return null
  return mayBePlace || isTotal(one, other) ? 'ALIKE' : null
}

const isStay = ({ careType = '' }: Written): boolean => careKindOf(careType) === 'INPATIENT'

interface Days {
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
}

function daysOf(content: Written): Days | null {
  const begin = dayIn(content.begin)
  const end = dayIn(content.end)
  return begin === null || end === null ? null : { begin, end }
}

/** Whether one ends on the day the other begins. */
const isHandOver = (one: Days, other: Days): boolean =>
  (one.end.equals(other.begin) || other.end.equals(one.begin)) &&
  !(one.begin.equals(other.begin) && one.end.equals(other.end))

/** Institutions tell their numbers apart without regard to the case of letters. */
function namedAs(one: string | null = null, other: string | null = null): 'SAME' | 'OTHER' | 'UNKNOWN' {
  if (one === null || other === null) return 'UNKNOWN'
  return one.toUpperCase() === other.toUpperCase() ? 'SAME' : 'OTHER'
}

const isPlace = (one: ClaimPlace, other: ClaimPlace): boolean =>
  one.institution === other.institution &&
  (one.institution !== null || (one.division === other.division && one.name === other.name))

/** A place that was written without its code may be any of its division. */
const isPlaceMaybe = (one: ClaimPlace, other: ClaimPlace): boolean =>
  one.institution === null || other.institution === null
    ? one.division === other.division
    : one.institution === other.institution

function isTotal(one: Written, other: Written): boolean {
  const total = parseYuan(one.total ?? '')
  return total !== null && total === parseYuan(other.total ?? '')
}
