import { before, overlap } from '@yibao/schema/dates'
import { institutionFault, problemAt } from '@yibao/schema/ids'
import { NotAllowed, type Problem } from '@yibao/schema/rejection'
import { identityInText, textFault } from '@yibao/schema/text'
import { INSURANCE_TYPES } from './code-tables.ts'
import type { Enrolment } from './enrolment.ts'
import { covers } from './enrolment-wait.ts'
import { readDay, readPeriod } from './period.ts'
import { nameFault } from './person.ts'
import type { DiseaseKind, Registration, RegistrationTerms } from './registration.ts'

/** A registration as a bureau or a hospital enters it. */
export interface DiseaseInput {
  readonly insuranceType: string
  readonly disease: string
  readonly name: string
  readonly kind: DiseaseKind
  readonly institutions?: readonly string[] | null | undefined
  readonly certifiedBy?: string | null | undefined
  readonly certifiedOn: string
  readonly doctorCode: string
  readonly doctorName: string
  readonly beginOn: string
  readonly endOn?: string | null | undefined
}

interface Setting {
  readonly today: Temporal.PlainDate
  /** The hospital that asks; null for the bureau. */
  readonly hospital: string | null
}

/** People choose one to three; a pool that allows more is not known. */
const INSTITUTIONS_MAX = 5

/** Renewals are entered some time before; nobody is certified a year ahead. */
const AHEAD_MONTHS_MAX = 12

/** National code of a chronic or special disease, M03900; pools have codes of their own in the same manner. */
const DISEASE = /^[A-Z][0-9A-Z.]{1,29}$/

type Fail = (field: string, code: string, zh: string, en: string) => void

/** Reads a registration and reports every fault at its field. */
export function readDisease(input: DiseaseInput, setting: Setting, problems: Problem[]): RegistrationTerms {
  const fail: Fail = (path, code, zh, en) => problems.push({ path, code, message: { zh, en } })
  if (!INSURANCE_TYPES.has(input.insuranceType)) {
    fail('insuranceType', 'INSURANCE_TYPE_UNKNOWN', '险种代码不存在', 'is no known insurance type')
  }
  if (!DISEASE.test(input.disease)) {
    fail('disease', 'DISEASE_FORM', '病种编码格式错误，例如 M03900', 'has not the form of a disease code, M03900')
  }
  const name = textFault(input.name, { min: 1, max: 300 })
  if (name !== null) problems.push(problemAt('name', name))
  const institutions = readInstitutions(input.institutions ?? [], problems)
  const certifiedBy = readCertifier(input, setting, fail)
  if (!/^[0-9A-Za-z]{1,30}$/.test(input.doctorCode)) {
    fail('doctorCode', 'DOCTOR_FORM', '医师编码应为 1–30 位字母或数字', 'must be 1–30 letters and digits')
  }
  const inCode = identityInText(input.doctorCode)
  if (inCode !== null) problems.push(problemAt('doctorCode', inCode))
  const doctor = nameFault(input.doctorName)
  if (doctor !== null) problems.push(problemAt('doctorName', doctor))
  const days = readDays(input, setting, problems)
  const { insuranceType, disease, kind, doctorCode, doctorName } = input
  return { insuranceType, disease, kind, doctorCode, doctorName, name: input.name, institutions, certifiedBy, ...days }
}

function readInstitutions(codes: readonly string[], problems: Problem[]): readonly string[] | null {
  if (codes.length > INSTITUTIONS_MAX) {
    const message = { zh: `最多 ${INSTITUTIONS_MAX} 家`, en: `can be ${INSTITUTIONS_MAX} at most` }
    problems.push({ path: 'institutions', code: 'TOO_MANY', message })
    return null
  }
  for (const [index, code] of codes.entries()) {
    const fault = institutionFault(code)
    if (fault !== null) problems.push(problemAt(`institutions[${index}]`, fault))
    else if (codes.indexOf(code) < index) {
      const message = { zh: '重复', en: 'is named twice' }
      problems.push({ path: `institutions[${index}]`, code: 'TWICE', message })
    }
  }
  return codes.length === 0 ? null : codes
}

/** A hospital certifies what it asks for; the bureau says which hospital did. */
function readCertifier({ certifiedBy }: DiseaseInput, { hospital }: Setting, fail: Fail): string {
  const code = certifiedBy ?? hospital
  if (code === null) fail('certifiedBy', 'MISSING', '须填写鉴定医疗机构', 'is needed: the hospital that certified it')
  else if (hospital !== null && code !== hospital) {
    fail('certifiedBy', 'NOT_YOURSELF', '医疗机构只能申报本机构鉴定的病种', 'must be the hospital that asks')
  } else if (institutionFault(code) !== null || !code.startsWith('H')) {
    fail('certifiedBy', 'NO_HOSPITAL', '须为定点医疗机构编码', 'must be the code of a hospital')
  }
  return code ?? ''
}

function readDays(input: DiseaseInput, { today, hospital }: Setting, problems: Problem[]) {
  const fail: Fail = (path, code, zh, en) => problems.push({ path, code, message: { zh, en } })
  const certifiedOn = readDay(input.certifiedOn, 'certifiedOn', problems)
  const { begin, end } = readPeriod(input, '', problems)
  if (certifiedOn !== null && before(today, certifiedOn)) {
    fail('certifiedOn', 'DATE_IN_FUTURE', '鉴定日期不能晚于今天', 'is in the future')
  } else if (certifiedOn !== null && begin !== null && before(begin, certifiedOn)) {
    fail('beginOn', 'BEFORE_CERTIFICATION', '早于鉴定日期', 'is before the disease was certified')
  }
  if (begin !== null && before(today.add({ months: AHEAD_MONTHS_MAX }), begin)) {
    fail('beginOn', 'DATE_IN_FUTURE', '开始日期过远', 'is too far in the future')
  }
  if (begin !== null && hospital !== null && before(begin, today)) {
    fail(
      'beginOn',
      'DATE_IN_PAST',
      '医疗机构申报的备案自今日起生效',
      'of what a hospital asks for is today at the earliest',
    )
  }
  return { certifiedOn: certifiedOn ?? today, beginOn: begin ?? today, endOn: end }
}

/** The pool that keeps the registration: where the person is covered on its first day. */
export function poolOf(terms: RegistrationTerms, enrolments: readonly Enrolment[], own: string | null): string {
  const covering = enrolments.find((one) => one.insuranceType === terms.insuranceType && covers(one, terms.beginOn))
  if (covering === undefined) {
    throw NotAllowed.at('insuranceType', 'NOT_COVERED', {
      zh: `${terms.beginOn.toString()} 无该险种的正常参保关系`,
      en: `the person is not covered by this insurance type on ${terms.beginOn.toString()}`,
    })
  }
  if (own !== null && covering.pool !== own) {
    const message = { zh: '参保关系不在本统筹区', en: 'the person is covered in the pool of another bureau' }
    throw NotAllowed.at('insuranceType', 'POOL_NOT_YOURS', message)
  }
  return covering.pool
}

/** Whether an institution ever had an agreement, and whether one is in force. */
export interface Known {
  readonly institution: string
  readonly isActive: boolean
}

/** Refuses a certifier nobody knows, and places to be treated at that have no agreement. */
export function checkInstitutions({ certifiedBy, institutions }: RegistrationTerms, known: readonly Known[]): void {
  if (!known.some((one) => one.institution === certifiedBy)) {
    const message = { zh: '鉴定机构不是定点医疗机构', en: 'the certifying hospital is no designated institution' }
    throw NotAllowed.at('certifiedBy', 'INSTITUTION_NOT_DESIGNATED', message)
  }
  for (const [index, code] of (institutions ?? []).entries()) {
    if (known.some((one) => one.institution === code && one.isActive)) continue
    const message = { zh: '该机构目前没有有效的服务协议', en: 'the institution has no agreement in force' }
    throw NotAllowed.at(`institutions[${index}]`, 'INSTITUTION_NOT_DESIGNATED', message)
  }
}

/** Guards a registration against those the person has: no two of one disease on the same day. */
export function checkRegistration(terms: RegistrationTerms, existing: readonly Registration[]): void {
  const rival = existing.find((one) => !one.withdrawn && one.disease === terms.disease && overlap(one, terms))
  if (rival === undefined) return
  throw NotAllowed.at('beginOn', 'REGISTRATION_OVERLAP', {
    zh: '该病种在此期间已有备案，请先终止原备案',
    en: 'there is a registration of this disease in this period already; end it first',
  })
}
