import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { significantDivision } from '@yibao/schema/ids'
import type { Context } from '../context.ts'
import { needsRegistration } from '../domain/care-type.ts'
import type { Claim, ClaimContent, ClaimPlace } from '../domain/claim.ts'
import {
  diseaseOf,
  isDesignated,
  type ClaimCase,
  type ClaimFacts,
  type PlaceAgreement,
} from '../domain/claim-condition.ts'
import { checkDays, checkPlace, dayIn } from '../domain/claim-check.ts'
import { chooseEnrolment } from '../domain/claim-enrolment.ts'
import { Fields } from '../domain/fields.ts'
import { findAgreements, findClaimEnrolments, findDiseases, findEmployer, isFiled } from '../store/claim-facts.ts'
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
  one: Pick<ClaimCase, 'careType' | 'begin' | 'end' | 'place'>,
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
    diseases: needsRegistration(one.careType) ? await findDiseases(tx, insuredId, { pool: chosen.pool, day: end }) : [],
    employer: await findEmployer(tx, insuredId, { ...chosen, day: begin }),
    today,
  }
}

/** Whether the register of institutions has the place of a claim. */
export async function isRegistered(tx: Tx | ReadTx, { content: { place } }: Pick<Claim, 'content'>): Promise<boolean> {
  const code = place?.institution ?? null
  return code !== null && (await findAgreements(tx, code)).length > 0
}

/** The place as this platform knows it, where it does. */
export function knownPlace(one: ClaimCase, agreements: readonly PlaceAgreement[]): ClaimPlace {
  const [known] = agreements
  const designated = isDesignated(one, agreements) ?? one.place.designated
  if (known === undefined) return { ...one.place, designated }
  return { ...one.place, name: known.name, level: known.level, designated }
}

/** The care a claim is about, as far as a draft says it. @throws InvalidInput while it does not say where and when it was */
export function caseOfClaim(
  { content, cause }: { readonly content: Partial<ClaimContent>; readonly cause: Claim['cause'] },
  today: Temporal.PlainDate,
): ClaimCase {
  const fields = new Fields()
  const place = checkPlace(fields.within('place'), content.place)
  const days = checkDays(fields, content, today)
  fields.check()
  return {
    careType: content.careType ?? '',
    emergency: content.emergency ?? false,
    trauma: content.trauma ?? false,
    birthType: content.birthType ?? null,
    disease: content.disease ?? null,
    cause,
    ...days,
    place,
    exclusions: content.exclusions ?? [],
  }
}

/** A claim that says for which disease chronic care was, where the person is registered for one alone. */
export async function withDisease<Whole extends Pick<Claim, 'insuredId' | 'pool' | 'content'>>(
  tx: Tx,
  claim: Whole,
): Promise<Whole> {
  const { careType = '', disease = null, end } = claim.content
  const day = dayIn(end)
  if (disease !== null || !needsRegistration(careType) || day === null) return claim
  const diseases = await findDiseases(tx, claim.insuredId, { pool: claim.pool, day })
  return { ...claim, content: { ...claim.content, disease: diseaseOf({ disease }, { diseases }) } }
}
