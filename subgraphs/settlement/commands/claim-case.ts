import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { significantDivision } from '@yibao/schema/ids'
import type { Context } from '../context.ts'
import type { ClaimPlace } from '../domain/claim.ts'
import { isDesignated, type ClaimCase, type ClaimFacts, type PlaceAgreement } from '../domain/claim-condition.ts'
import { chooseEnrolment } from '../domain/claim-enrolment.ts'
import { findAgreements, findClaimEnrolments, findEmployer, isFiled } from '../store/claim-facts.ts'
import { claimRulesOf } from '../store/claim-rules.ts'

/** Divisions of each pool, read before a transaction, since loading policies takes a connection of its own. */
export type AreaOf = (pool: string) => readonly string[]

export async function readAreas({ policies }: Pick<Context, 'policies'>): Promise<AreaOf> {
  const { list } = await policies.latest()
  return (pool) => list.find((one) => one.pool.code === pool)?.pool.area ?? [significantDivision(pool)]
}

interface Asking {
  readonly insuredId: string
  readonly insuranceType: string | null
  readonly areaOf: AreaOf
  readonly at: Temporal.Instant
}

/** Reads what decides about a claim. @throws NotAllowed when no insurance, or more than one, covers the first day */
export async function readClaimFacts(
  tx: Tx,
  one: Pick<ClaimCase, 'begin' | 'end' | 'place'>,
  { insuredId, insuranceType, areaOf, at }: Asking,
): Promise<ClaimFacts> {
  const enrolments = await findClaimEnrolments(tx, insuredId)
  const chosen = chooseEnrolment(enrolments, { day: one.begin, insuranceType })
  const { place, begin, end } = one
  const today = dayOf(at)
  return {
    rules: claimRulesOf(chosen.pool),
    area: areaOf(chosen.pool),
    ...chosen,
    enrolments,
    agreements: place.institution === null ? [] : await findAgreements(tx, place.institution),
    isFiled: await isFiled(tx, insuredId, { division: place.division, begin, end, today }),
    employer: await findEmployer(tx, insuredId, { ...chosen, day: begin }),
    today,
  }
}

/** The place as this platform knows it, where it does. */
export function knownPlace(one: ClaimCase, agreements: readonly PlaceAgreement[]): ClaimPlace {
  const [known] = agreements
  const designated = isDesignated(one, agreements)
  if (known === undefined) return { ...one.place, designated }
  return { ...one.place, name: known.name, level: known.level, designated }
}
