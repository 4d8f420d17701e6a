import { before, holdsOn, type Span } from '@yibao/schema/dates'
import type { Text } from '@yibao/schema/rejection'
import { careKindOf, isEmergencyCare, isTraumaCare, needsRegistration } from './care-type.ts'
import type { ClaimCause, ClaimPlace } from './claim.ts'
import { isSaidDesignated } from './claim-place.ts'
import { isInWindow, kindOfCare, lastDayToClaim, type ClaimKind, type ClaimRules } from './claim-rules.ts'
import { placeOf } from './filing.ts'
import type { Place } from './split-input.ts'

/** What covers a person. */
export interface ClaimEnrolment extends Span {
  readonly pool: string
  readonly insuranceType: string
  /** '2' is suspended. */
  readonly status: string
}

/** An agreement of the institution with a pool. */
export interface PlaceAgreement extends Span {
  readonly name: string
  readonly level: string
  readonly pool: string
  readonly status: string
}

/** What is known of the care before anything is uploaded. */
export interface ClaimCase {
  readonly careType: string
  readonly emergency: boolean
  readonly trauma: boolean
  readonly birthType: string | null
  /** Code of the chronic or single disease; null when it was not said. */
  readonly disease: string | null
  readonly cause: ClaimCause | null
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
  readonly place: ClaimPlace
  /** Codes of what the person says somebody else is to pay. */
  readonly exclusions: readonly string[]
}

/** A chronic or special disease the person is registered for with the pool. */
export interface RegisteredDisease {
  readonly code: string
  readonly name: string
}

/** What is known of the person and the institution. */
export interface ClaimFacts {
  readonly rules: ClaimRules
  /** Divisions of the pool that insures the person. */
  readonly area: readonly string[]
  readonly pool: string
  readonly insuranceType: string
  readonly enrolments: readonly ClaimEnrolment[]
  readonly agreements: readonly PlaceAgreement[]
  readonly isFiled: boolean
  /** Diseases the pool has the person registered for, asked for where care needs that. */
  readonly diseases: readonly RegisteredDisease[]
  /** Through which employer the person is insured. */
  readonly employer: string | null
  readonly today: Temporal.PlainDate
}

export const CONDITIONS = [
  'ENROLLED',
  'CARE_TYPE',
  'WINDOW',
  'DESIGNATED',
  'LEVEL',
  'EXCLUSIONS',
  'FILING',
  'REGISTERED',
  'POLICY',
] as const
export type ConditionCode = (typeof CONDITIONS)[number]

/** A condition, and whether it is met; null while nobody can say. */
export interface Condition {
  readonly code: ConditionCode
  readonly met: boolean | null
  /** Whether nothing is paid when it is not met; otherwise less may be. */
  readonly blocks: boolean
  readonly text: Text
  /** Name of the source in the rules. */
  readonly source: string
  /** The field it is about. */
  readonly path: string
}

/** Emergencies by their care type are emergencies whatever the box says. */
export const isEmergency = ({ careType, emergency }: Pick<ClaimCase, 'careType' | 'emergency'>): boolean =>
  emergency || isEmergencyCare(careType)
export const isTrauma = ({ careType, trauma }: Pick<ClaimCase, 'careType' | 'trauma'>): boolean =>
  trauma || isTraumaCare(careType)

export const placeOfClaim = (
  { place }: Pick<ClaimCase, 'place'>,
  { pool, area }: Pick<ClaimFacts, 'pool' | 'area'>,
): Place => placeOf({ code: pool, area }, place.division)

/**
 * Whether the institution had an agreement then; of one this platform does not know, what was found out about it. Null while only
 * the claimant says so.
 */
export function isDesignated(one: ClaimCase, agreements: readonly PlaceAgreement[]): boolean | null {
  if (agreements.length === 0) {
    const { place } = one
    return isSaidDesignated(place) ? null : (place.confirmed?.designated ?? false)
  }
  return agreements.some((agreement) => agreement.status === 'ACTIVE' && holdsOn(agreement, one.begin))
}

/** The conditions of a claim, each with whether it is met and the rule it stands in. */
export function conditionsOf(one: ClaimCase, facts: ClaimFacts): Condition[] {
  const kind = kindOfCare(facts.rules, one.careType)
  return [
    enrolled(one, facts),
    claimable(kind, facts.rules),
    window(one, facts),
    designated(one, facts),
    level(one, facts),
    exclusions(one, facts.rules),
    ...filing(one, facts),
    ...registered(one, facts),
  ]
}

/** The kind of claim, where the care type has one. */
export const claimKindOf = (one: Pick<ClaimCase, 'careType'>, rules: ClaimRules): ClaimKind | null =>
  careKindOf(one.careType) === null ? null : kindOfCare(rules, one.careType)

function enrolled({ begin }: ClaimCase, { enrolments, pool, insuranceType }: ClaimFacts): Condition {
  const met = enrolments.some(
    (one) => one.pool === pool && one.insuranceType === insuranceType && one.status !== '2' && holdsOn(one, begin),
  )
  const text = {
    zh: `${begin.toString()} 在统筹区 ${pool} 正常参保`,
    en: `insured in pool ${pool} on ${begin.toString()}`,
  }
  return { code: 'ENROLLED', met, blocks: true, text, source: 'law', path: 'begin' }
}

function claimable(kind: ClaimKind | null, { kinds }: ClaimRules): Condition {
  const zh = kinds.map(({ name }) => name.zh).join('、')
  const en = kinds.map(({ name }) => name.en).join(', ')
  const text = { zh: `可报销的就医类别：${zh}`, en: `care that can be claimed: ${en}` }
  return {
    code: 'CARE_TYPE',
    met: kind !== null,
    blocks: true,
    text,
    source: kind?.source ?? 'guide',
    path: 'careType',
  }
}

function window({ end }: ClaimCase, { rules, today }: ClaimFacts): Condition {
  const last = lastDayToClaim(rules, end).toString()
  const text = { zh: `须在 ${last} 前（含当日）申请`, en: `is to be claimed by ${last}` }
  const met = isInWindow(rules, end, today) && !before(today, end)
  return { code: 'WINDOW', met, blocks: true, text, source: rules.window.source, path: 'end' }
}

/** Whether the rules pay care at this place at all; null while nobody but the claimant says that it is designated. */
export function isPayablePlace(
  one: ClaimCase,
  { rules: { notDesignated }, agreements }: Pick<ClaimFacts, 'rules' | 'agreements'>,
): boolean | null {
  const { paid } = notDesignated
  return paid === 'ANY' || (paid === 'EMERGENCY_ONLY' && isEmergency(one)) ? true : isDesignated(one, agreements)
}

function designated(one: ClaimCase, facts: ClaimFacts): Condition {
  const { paid, source } = facts.rules.notDesignated
  const met = isPayablePlace(one, facts)
  const rule = {
    EMERGENCY_ONLY: {
      zh: '就医机构为定点医药机构；非定点机构限急诊、抢救',
      en: 'the institution is designated; otherwise only emergencies and rescue are paid',
    },
    ANY: { zh: '定点与非定点机构均可申请', en: 'any institution' },
    NOTHING: { zh: '就医机构为定点医药机构', en: 'the institution is designated' },
  }[paid]
  const text =
    met === null
      ? { zh: `${rule.zh}（是否定点由审核核实）`, en: `${rule.en} (the reviewer finds out whether it is)` }
      : rule
  return { code: 'DESIGNATED', met, blocks: true, text, source, path: 'place.designated' }
}

function level({ place }: ClaimCase, { agreements, rules }: ClaimFacts): Condition {
  const known = agreements[0]?.level ?? place.confirmed?.level ?? null
  const text =
    known === null
      ? {
          zh: '医院等级待审核认定，此前按三级计算',
          en: 'the reviewer finds out the level of the hospital; until then it is taken for level 3',
        }
      : {
          zh: `医院等级 ${known}，按该等级计算起付线和比例`,
          en: `the hospital is ${known}, by which deductible and ratio go`,
        }
  return {
    code: 'LEVEL',
    met: known === null ? null : true,
    blocks: false,
    text,
    source: rules.kinds[0]?.source ?? 'guide',
    path: 'place.level',
  }
}

function exclusions(
  { exclusions: said, place }: ClaimCase,
  { exclusions: { list, abroad, source } }: ClaimRules,
): Condition {
  const isAbroad = abroad.some((prefix) => place.division.startsWith(prefix))
  const all = [...said, ...(isAbroad ? ['ABROAD'] : [])]
  const found = list.filter(({ code }) => all.includes(code))
  const named = (found.length === 0 ? list : found).map(({ name }) => name)
  const text = {
    zh: `不属于基金不予支付的情形：${named.map(({ zh }) => zh).join('、')}`,
    en: `none of what the fund does not pay: ${named.map(({ en }) => en).join(', ')}`,
  }
  return { code: 'EXCLUSIONS', met: found.length === 0, blocks: true, text, source, path: 'exclusions' }
}

/** Nothing is refused for want of a filing: less is paid. */
function filing(one: ClaimCase, facts: ClaimFacts): Condition[] {
  if (placeOfClaim(one, facts) === 'IN_POOL') return []
  const met = facts.isFiled || isEmergency(one)
  const text = met
    ? {
        zh: '异地就医已备案，或视同已备案（急诊）',
        en: 'filed for treatment elsewhere, or counts as filed (emergency)',
      }
    : { zh: '未备案：可事后补办，否则按规定降低比例', en: 'not filed: file afterwards, or less is paid' }
  return [{ code: 'FILING', met, blocks: false, text, source: 'cross-province', path: 'filing' }]
}

/** The disease chronic care was for: the one that was said, or the only one the person is registered for. */
export const diseaseOf = (
  { disease }: Pick<ClaimCase, 'disease'>,
  { diseases }: Pick<ClaimFacts, 'diseases'>,
): string | null => disease ?? (diseases.length === 1 ? (diseases[0]?.code ?? null) : null)

/** Chronic care is paid for a disease the person is registered for; which one, whoever has several says. */
function registered(one: ClaimCase, facts: ClaimFacts): Condition[] {
  if (!needsRegistration(one.careType)) return []
  const { diseases } = facts
  const disease = diseaseOf(one, facts)
  const met = disease === null ? (diseases.length === 0 ? false : null) : diseases.some(({ code }) => code === disease)
  const day = one.end.toString()
  const named = diseases.map(({ code, name }) => `${name} ${code}`)
  const known = named.length === 0 ? { zh: '无', en: 'none' } : { zh: named.join('、'), en: named.join(', ') }
  const text = {
    zh: `门诊慢特病按备案病种支付，多于一种时须写明；${day} 在本统筹区备案的病种：${known.zh}`,
    en: `chronic care is paid for a registered disease, to be named by whoever has several; registered in the pool on ${day}: ${known.en}`,
  }
  return [{ code: 'REGISTERED', met, blocks: true, text, source: 'list', path: 'disease' }]
}
