import { divisionFault, problemAt, significantDivision } from '@yibao/schema/ids'
import { InvalidInput, type Problem, type Text } from '@yibao/schema/rejection'
import {
  destinationOf,
  isLongTerm,
  isPaper,
  touches,
  type Evidence,
  type FilingRules,
  type Kind,
  type Source,
} from './rules.ts'

/** Where and as what a person means to go. */
export interface Going {
  readonly pool: string
  readonly kind: Kind
  /** Six digits. */
  readonly destination: string
}

/** What somebody has to know before filing: the rules of the home pool for one type and one place. */
export interface Guide extends Going {
  readonly rules: FilingRules
}

/** One thing the home pool takes for a filing. */
export interface Paper {
  readonly evidence: Evidence
  readonly name: Text
  readonly documentsMin: number
}

/** Reads what a guide is asked for; the place is answered as it would be filed. @throws InvalidInput */
export function readGoing({ pool, kind, destination }: Going, rulesOf: (pool: string) => FilingRules): Guide {
  const problems: Problem[] = []
  for (const [path, division] of [
    ['pool', pool],
    ['destination', destination],
  ] as const) {
    const fault = divisionFault(division)
    if (fault !== null) problems.push(problemAt(path, fault))
  }
  InvalidInput.throwIf(problems)
  const rules = rulesOf(pool)
  const place = destinationOf(destination, rules.granularity)
  if (place === null)
    return fail('DESTINATION_TOO_WIDE', '请备案到地市或直辖市，而不是省', 'must be a city, not a province')
  if (touches(place, significantDivision(pool)))
    fail('DESTINATION_IS_HOME', '就医地为参保地，无需备案', 'is the home pool')
  return { pool, kind, destination: place.padEnd(6, '0'), rules }
}

function fail(code: string, zh: string, en: string): never {
  throw InvalidInput.of([{ path: 'destination', code, message: { zh, en } }])
}

/** What is accepted, one of them. */
export const papersOf = ({ rules, kind }: Guide): Paper[] =>
  rules.evidence[kind].map((evidence) => ({
    evidence,
    name: NAMES[evidence],
    documentsMin: isPaper(evidence) ? rules.documentsMin : 0,
  }))

const NAMES: Readonly<Record<Evidence, Text>> = {
  HOUSEHOLD_REGISTER: { zh: '户口簿首页和本人常住人口登记卡', en: 'household register: first page and own page' },
  RESIDENCE_CERTIFICATE: { zh: '居住证明', en: 'certificate of residence' },
  WORK_CERTIFICATE: { zh: '异地工作证明', en: 'certificate of work elsewhere' },
  REFERRAL_CERTIFICATE: { zh: '转诊转院证明', en: 'certificate of referral' },
  ELECTRONIC_REFERRAL: { zh: '电子转诊单', en: 'electronic referral' },
  EMERGENCY_CERTIFICATE: { zh: '急诊诊断证明', en: 'certificate of emergency' },
  PROMISE: { zh: '个人承诺书', en: 'written promise' },
  NONE: { zh: '无需材料', en: 'nothing' },
}

/** Null for a filing that holds until it is changed. */
export const validityOf = ({ rules, kind }: Guide): string | null =>
  isLongTerm(kind) ? null : rules.validity[kind].toString()

export const homeUseOf = ({ rules, kind }: Guide) => rules.homeUse[isLongTerm(kind) ? 'longTerm' : 'temporary']

const VALIDITY = {
  REFERRAL: 'referral.validity',
  EMERGENCY: 'emergency.validity',
  OTHER_TEMPORARY: 'otherTemporary.validity',
} as const

/** Where what a guide says stands, by the name of the rule. */
export function saidIn({ rules, kind }: Guide): { readonly rule: string; readonly source: Source }[] {
  const long = isLongTerm(kind)
  const names = [
    ...['evidence', 'decision', 'review.overdue', 'certification', 'networkedCard'].map((name) => `${name}.${kind}`),
    ...(long ? ['longTerm.changeAfter'] : [VALIDITY[kind], 'temporary.extensionsMax']),
    `homeUse.${long ? 'longTerm' : 'temporary'}`,
    'review.workingDays',
    'cancellation.effective',
    'begin.backdateDaysMax',
    ...(kind === 'REFERRAL' ? ['referral.levels'] : []),
  ]
  return names.map((rule) => ({ rule, source: rules.sourceOf(rule) }))
}
