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
  if (!isMeeting(days, others)) return null
  const mayBePlace = isPlaceMaybe(one.place, other.place)
  if (areStays) {
    // Who is taken elsewhere is discharged and admitted on one day.
    if (isHandOver(days, others) && (!mayBePlace || named === 'OTHER')) return null
    return named === 'OTHER' ? 'ALIKE' : 'STAY'
  }
  if (named === 'OTHER') return null
  return mayBePlace || isTotal(one, other) ? 'ALIKE' : null
}

export const isStay = ({ careType = '' }: Pick<Written, 'careType'>): boolean => careKindOf(careType) === 'INPATIENT'

export interface Days {
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
}

export function daysOf(content: Pick<Written, 'begin' | 'end'>): Days | null {
  const begin = dayIn(content.begin)
  const end = dayIn(content.end)
  return begin === null || end === null ? null : { begin, end }
}

/** Whether they have a day in common. */
export const isMeeting = (one: Days, other: Days): boolean =>
  !before(one.end, other.begin) && !before(other.end, one.begin)

/** Whether one ends on the day the other begins. */
export const isHandOver = (one: Days, other: Days): boolean =>
  (one.end.equals(other.begin) || other.end.equals(one.begin)) &&
  !(one.begin.equals(other.begin) && one.end.equals(other.end))

/** A number as it is compared, as `settlement.visit_key` does: whoever copies it by hand writes other letters, blanks and hyphens. */
const keyOf = (written: string): string =>
  written.replaceAll(/[^0-9A-Za-z]/g, '').toUpperCase() || written.toUpperCase()

export function namedAs(one: string | null = null, other: string | null = null): 'SAME' | 'OTHER' | 'UNKNOWN' {
  if (one === null || other === null) return 'UNKNOWN'
  return keyOf(one) === keyOf(other) ? 'SAME' : 'OTHER'
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
