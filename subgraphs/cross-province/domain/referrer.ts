import { holdsOn, type Span } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import type { Referral } from './filing.ts'
import type { FilingRules } from './rules.ts'

/** One agreement of the referring institution as `institutions.designation_v1` gives it. */
export interface Designation extends Span {
  readonly pool: string
  readonly kind: string
  readonly level: string
  readonly status: string
}

/**
 * Refuses a referral of a hospital that is not designated in the home pool, or whose level may not refer; answers the level.
 * `path` is the field that names the hospital.
 */
export function checkReferrer(
  { issuedOn }: Referral,
  { designations, pool, rules }: { designations: readonly Designation[]; pool: string; rules: FilingRules },
  path = 'referral.institution',
): string {
  const valid = designations.filter(
    (one) => one.pool === pool && one.kind === 'HOSPITAL' && one.status === 'ACTIVE' && holdsOn(one, issuedOn),
  )
  if (valid.length === 0) {
    refuse(path, 'REFERRER_NOT_DESIGNATED', '不是参保地的定点医疗机构', 'is no designated hospital of the home pool')
  }
  const referring = valid.find((one) => rules.referralLevels.includes(one.level))
  return (
    referring?.level ??
    refuse(path, 'REFERRER_LEVEL', '该级别医疗机构不能开具转诊证明', 'is of a level that may not refer')
  )
}

/** The level of a hospital that refers somebody insured in another province, by its agreement here. */
export function checkReferrerHere(designations: readonly Designation[], day: Temporal.PlainDate): string {
  const valid = designations.find((one) => one.kind === 'HOSPITAL' && one.status === 'ACTIVE' && holdsOn(one, day))
  return (
    valid?.level ?? refuse('institution', 'REFERRER_NOT_DESIGNATED', '不是定点医疗机构', 'has no agreement in force')
  )
}

/** Refuses a referral of a hospital of another province that the rules of home do not take; its platform says its level. */
export function checkReferrerElsewhere(level: string, rules: FilingRules): void {
  if (rules.referralFromPlace === 'NOT_ACCEPTED') {
    refuse(
      'content.institution',
      'REFERRER_NOT_DESIGNATED',
      '参保地只接受参保地定点医疗机构的转诊',
      'is no hospital of the home pool, which takes no other',
    )
  }
  if (rules.referralLevels.includes(level)) return
  refuse('content.institution', 'REFERRER_LEVEL', '该级别医疗机构不能开具转诊证明', 'is of a level that may not refer')
}

function refuse(path: string, code: string, zh: string, en: string): never {
  throw NotAllowed.at(path, code, { zh, en })
}
