import { before, parseDay } from '@yibao/schema/dates'
import { divisionFault, institutionFault, problemAt, uuidFault } from '@yibao/schema/ids'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { identityInText, textFault } from '@yibao/schema/text'
import type { FilingTerms, Referral, Wish } from './filing.ts'
import {
  destinationOf,
  isPaper,
  kindOf,
  type Evidence,
  type FilingRules,
  type FilingType,
  type Ground,
} from './rules.ts'

/** A filing as a person enters it. */
export interface FilingInput extends Partial<{ readonly [Name in keyof Wish]: string | null | undefined }> {
  readonly type: FilingType
  readonly ground?: Ground | null | undefined
  readonly destination: string
  readonly beginOn?: string | null | undefined
  readonly endOn?: string | null | undefined
  readonly evidence?: Evidence | null | undefined
  /** Ids of uploaded papers. */
  readonly documents?: readonly string[] | null | undefined
  readonly referral?: ReferralInput | null | undefined
}

export interface ReferralInput {
  readonly institution: string
  readonly number?: string | null | undefined
  readonly issuedOn: string
}

/** A certificate older than this says nothing about the treatment of today. */
const REFERRAL_AGE_MONTHS_MAX = 6
const DOCUMENTS_MAX = 10

type Fail = (path: string, code: string, zh: string, en: string) => void

/** Reads a filing by the rules of the home pool and reports every fault at its field. */
export function readFiling(
  input: FilingInput,
  { rules, today }: { rules: FilingRules; today: Temporal.PlainDate },
  problems: Problem[],
): FilingTerms {
  const fail: Fail = (path, code, zh, en) => problems.push({ path, code, message: { zh, en } })
  const { beginOn, endOn } = readPeriod(input, rules, today, fail)
  const ground = readGround(input, fail)
  const destination = readDestination(input.destination, rules, problems)
  const evidence = readEvidence(input, rules, fail)
  return {
    type: input.type,
    ground,
    destination,
    beginOn,
    endOn,
    evidence,
    documents: readDocuments(input.documents ?? [], evidence, rules, problems),
    referral: readReferral(input, today, problems),
    referralId: null,
    ...readWish(input, problems),
  }
}

const WISH_MAX = 100

function readWish(input: FilingInput, problems: Problem[]): Wish {
  const read = (name: keyof Wish): string | null => {
    const text = input[name]?.trim() ?? ''
    const wrong = text === '' ? null : textFault(text, { min: 1, max: WISH_MAX })
    if (wrong !== null) problems.push(problemAt(name, wrong))
    return text === '' ? null : text
  }
  return { hospital: read('hospital'), department: read('department'), doctor: read('doctor') }
}

function readDestination(division: string, rules: FilingRules, problems: Problem[]): string {
  const fault = divisionFault(division)
  if (fault !== null) {
    problems.push(problemAt('destination', fault))
    return ''
  }
  const destination = destinationOf(division, rules.granularity)
  if (destination !== null) return destination
  const message = { zh: '请备案到地市或直辖市，而不是省', en: 'must be a city or municipality, not a province' }
  problems.push({ path: 'destination', code: 'DESTINATION_TOO_WIDE', message })
  return ''
}

function readGround({ type, ground }: FilingInput, fail: Fail): Ground | null {
  if (type === 'LONG_TERM' && !ground)
    fail('ground', 'MISSING', '长期备案须注明事由', 'is needed for a long-term filing')
  if (type !== 'LONG_TERM' && ground) fail('ground', 'NOT_APPLICABLE', '仅用于长期备案', 'belongs to long-term filings')
  return type === 'LONG_TERM' ? (ground ?? null) : null
}

/** What the filing rests on. Where the rules take only one thing, it need not be said. */
function readEvidence({ type, ground = null, evidence }: FilingInput, rules: FilingRules, fail: Fail): Evidence {
  if (type === 'LONG_TERM' && !ground) {
    if (!evidence) fail('evidence', 'MISSING', '须提供证明材料或承诺书', 'is needed: a paper, or a written promise')
    return evidence ?? 'NONE'
  }
  const accepted = rules.evidence[kindOf({ type, ground: ground ?? null })]
  const list = accepted.join(', ')
  const [only] = accepted
  if (!evidence) {
    // A certificate that is described is what the filing rests on.
    if (type === 'REFERRAL' && accepted.includes('REFERRAL_CERTIFICATE')) return 'REFERRAL_CERTIFICATE'
    if (accepted.length === 1 && only !== undefined) return only
    fail('evidence', 'MISSING', `须提供材料，参保地接受：${list}`, `is needed: one the home pool takes, ${list}`)
    return 'NONE'
  }
  if (accepted.includes(evidence)) return evidence
  if (only === 'NONE' && accepted.length === 1) {
    fail('evidence', 'NOT_APPLICABLE', '该备案类型不需要此材料', 'does not belong to this type of filing')
  } else {
    fail('evidence', 'EVIDENCE_NOT_ACCEPTED', `参保地接受的材料为：${list}`, `must be one the home pool takes: ${list}`)
  }
  return evidence
}

/** The papers handed in. A promise needs none; whose they are is seen when they are used. */
function readDocuments(
  ids: readonly string[],
  evidence: Evidence,
  { documentsMin }: FilingRules,
  problems: Problem[],
): string[] {
  const min = isPaper(evidence) ? documentsMin : 0
  const fail = (path: string, code: string, zh: string, en: string) =>
    problems.push({ path, code, message: { zh, en } })
  if (ids.length < min) {
    fail('documents', 'MISSING', `请上传材料，至少 ${min} 件`, `is needed: upload at least ${min} document(s) of it`)
  }
  if (ids.length > DOCUMENTS_MAX) fail('documents', 'TOO_MANY', `最多 ${DOCUMENTS_MAX} 件`, `at most ${DOCUMENTS_MAX}`)
  for (const [i, id] of ids.entries())
    if (uuidFault(id) !== null) problems.push({ path: `documents[${i}]`, ...NO_PAPER })
  return [...new Set(ids.map((id) => id.toLowerCase()))]
}

/** A document the caller cannot use for a filing. */
export const NO_PAPER = {
  code: 'NOT_FOUND',
  message: { zh: '未找到该材料，或不是本人为备案上传', en: 'is no document of the person uploaded for a filing' },
}

/** Why staff decided as they did. @throws InvalidInput */
export function readReason(reason: string): string {
  const text = reason.trim()
  const wrong = textFault(text, { min: 2, max: 500 })
  InvalidInput.throwIf(wrong === null ? [] : [problemAt('reason', wrong)])
  return text
}

function readReferral(
  { type, referral }: FilingInput,
  today: Temporal.PlainDate,
  problems: Problem[],
): Referral | null {
  const fail: Fail = (path, code, zh, en) => problems.push({ path, code, message: { zh, en } })
  if (type !== 'REFERRAL') {
    if (referral) fail('referral', 'NOT_APPLICABLE', '仅用于转诊备案', 'belongs to referral filings')
    return null
  }
  if (!referral) {
    fail('referral', 'MISSING', '转诊备案须提供转诊转院证明', 'is needed: the certificate of the referring hospital')
    return null
  }
  const institution = institutionFault(referral.institution)
  if (institution !== null) problems.push(problemAt('referral.institution', institution))
  const number = referral.number ?? null
  const inNumber = number === null ? null : identityInText(number)
  if (inNumber !== null) problems.push(problemAt('referral.number', inNumber))
  else if (number !== null && !/^[\p{L}\p{N}./()（）〔〕-]{1,50}$/u.test(number)) {
    fail('referral.number', 'NUMBER_FORM', '证明编号格式错误', 'has not the form of a certificate number')
  }
  const issuedOn = parseDay(referral.issuedOn)
  if (issuedOn === null) {
    fail('referral.issuedOn', 'DATE_FORM', '不是有效日期 yyyy-MM-dd', 'is not a day yyyy-MM-dd')
  } else if (before(today, issuedOn)) {
    fail('referral.issuedOn', 'DATE_IN_FUTURE', '开具日期不能晚于今天', 'is in the future')
  } else if (before(issuedOn, today.subtract({ months: REFERRAL_AGE_MONTHS_MAX }))) {
    fail('referral.issuedOn', 'TOO_OLD', '转诊证明已过期', 'is too long ago')
  }
  return { institution: referral.institution, number, issuedOn: issuedOn ?? today }
}

function readPeriod(input: FilingInput, rules: FilingRules, today: Temporal.PlainDate, fail: Fail) {
  const beginOn = input.beginOn ? parseDay(input.beginOn) : today
  const endOn = input.endOn ? parseDay(input.endOn) : null
  if (beginOn === null) fail('beginOn', 'DATE_FORM', '不是有效日期 yyyy-MM-dd', 'is not a day yyyy-MM-dd')
  else if (before(beginOn, today.subtract({ days: rules.backdateDaysMax }))) {
    fail(
      'beginOn',
      'DATE_IN_PAST',
      '开始日期过早；出院结算前补办即可',
      'is too early; filing before discharge is enough',
    )
  } else if (before(today.add({ days: rules.aheadDaysMax }), beginOn)) {
    fail('beginOn', 'DATE_IN_FUTURE', '开始日期过远', 'is too far in the future')
  }
  if (input.endOn && endOn === null) fail('endOn', 'DATE_FORM', '不是有效日期 yyyy-MM-dd', 'is not a day yyyy-MM-dd')
  const begin = beginOn ?? today
  if (input.type === 'LONG_TERM') {
    if (input.endOn)
      fail('endOn', 'NOT_APPLICABLE', '长期备案长期有效，不填结束日期', 'a long-term filing has no last day')
    return { beginOn: begin, endOn: null }
  }
  const last = lastDay(begin, rules.validity[input.type])
  if (endOn !== null && before(endOn, begin))
    fail('endOn', 'PERIOD_REVERSED', '结束日期早于开始日期', 'is before the first day')
  if (endOn !== null && before(last, endOn)) {
    fail('endOn', 'PERIOD_TOO_LONG', `有效期最长至 ${last.toString()}`, `can be ${last.toString()} at the latest`)
  }
  return { beginOn: begin, endOn: endOn ?? last }
}

/** The last day of a validity: the day before the same day of the month, or the month's end where there is none. */
export function lastDay(begin: Temporal.PlainDate, validity: Temporal.Duration): Temporal.PlainDate {
  const next = begin.add(validity)
  const byMonths = validity.months !== 0 || validity.years !== 0
  return byMonths && next.day !== begin.day ? next : next.subtract({ days: 1 })
}
