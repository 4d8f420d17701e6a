import { dayOf } from '@yibao/schema/dates'
import { parseYuan } from '@yibao/schema/money'
import { daysOf, isHandOver, isMeeting, isStay, namedAs } from './claim-twice.ts'
import type { Claim } from './claim.ts'
import { claimedByHand } from './refusals.ts'
import type { ResolvedBill } from './resolve-bill.ts'

/** A claim of the person of a bill that was settled. */
export interface SettledClaim extends Pick<Claim, 'insuredId' | 'id' | 'number'> {
  readonly content: Pick<Claim['content'], 'place' | 'visit' | 'careType' | 'begin' | 'end' | 'total'>
  /** Whether the visit it names is one this platform knows to be the person's. */
  readonly isVisitKnown: boolean
}

/** A settled claim whose agency is told of a bill, and the id of what it is told by. */
export interface ToldClaim extends Pick<Claim, 'insuredId' | 'id'> {
  readonly noticeId: string
}

/** What of a resolved bill a claim is compared with. */
export type BesideBill = {
  readonly bill: Pick<ResolvedBill['bill'], 'institution' | 'visit' | 'careType' | 'begin' | 'end' | 'total'>
  /** Name of the institution. */
  readonly agreement: Pick<ResolvedBill['agreement'], 'name'>
}

/**
 * How a settled claim stands to a bill of an institution, which comes after it. At a field: it is the same care. ALIKE: it may be, of
 * which the agency decides; the patient at the counter is not kept waiting for that.
 */
export function besideOf({ bill, agreement }: BesideBill, { content, isVisitKnown }: SettledClaim) {
  const { place } = content
  const days = daysOf(content)
  if (place === undefined || days === null) return null
  const isPlace = place.institution === null ? place.name === agreement.name : place.institution === bill.institution
  const named = namedAs(content.visit, bill.visit)
  if (isPlace && named === 'SAME') return 'visit'
  const others = { begin: dayOf(bill.begin), end: dayOf(bill.end) }
  if (!isMeeting(days, others)) return null
  const [isClaimedStay, isOtherStay] = [isStay(content), isStay(bill)]
  if (isClaimedStay && isOtherStay) {
    // Nobody lies in two beds; who is taken elsewhere, or admitted again, has one day in both stays.
    if (!isHandOver(days, others)) return 'begin'
    return isPlace && named === 'UNKNOWN' ? 'ALIKE' : null
  }
  // The visit the claim names is another one than that of the bill.
  if (named === 'OTHER' && isVisitKnown) return null
  const isTotal = parseYuan(content.total ?? '') === bill.total
  if (isPlace && isTotal && !isClaimedStay && !isOtherStay) return 'total'
  const isNear = !isClaimedStay && (isPlace || place.name === agreement.name)
  return isNear || isTotal ? 'ALIKE' : null
}

/**
 * Refuses a bill of the care of a claim that was settled, and answers the claims that only may be of it. @throws NotAllowed
 */
export function claimsBeside(found: BesideBill, claims: readonly SettledClaim[]): SettledClaim[] {
  return claims.filter((claim) => {
    const beside = besideOf(found, claim)
    if (beside !== null && beside !== 'ALIKE') throw claimedByHand(beside, claim.number)
    return beside === 'ALIKE'
  })
}
