import { parseInstant } from '@yibao/schema/dates'
import { divisionFault, problemAt, uuidFault } from '@yibao/schema/ids'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'
import {
  DISCHARGE_WAYS,
  type Diagnosis,
  type Discharge,
  type DischargeWay,
  type StayChange,
  type StayTerms,
} from './stay.ts'

type Maybe<T> = T | null | undefined

interface TermsInput {
  readonly careType?: Maybe<string>
  readonly begin?: Maybe<string>
  readonly department?: Maybe<string>
  readonly diagnoses?: Maybe<readonly Diagnosis[]>
}

/** An admission as an institution announces it. */
export interface AdmissionInput extends TermsInput {
  readonly insuredPool: string
  readonly insuredId: string
  readonly visit: string
  readonly careType: string
  readonly begin: string
  readonly diagnoses: readonly Diagnosis[]
}

export interface StayChangeInput extends TermsInput {
  readonly visit: string
  readonly takesBack?: Maybe<'ADMISSION' | 'DISCHARGE'>
}

export interface StayDischargeInput {
  readonly visit: string
  readonly end: string
  readonly way: DischargeWay
  readonly diagnoses?: Maybe<readonly Diagnosis[]>
}

/** Clocks of institutions differ. */
const SKEW = { minutes: 10 }
const DIAGNOSES_MAX = 50
const EPOCH = Temporal.Instant.fromEpochMilliseconds(0)

/** Inpatient care among the national care types (`med_type`), by the two digits that open each code. */
const INPATIENT = /^(2[1-8]|52)([0-9]{2}){0,2}$/
const PLAIN = /^[\x21-\x7e]{1,30}$/

class Faults {
  readonly problems: Problem[] = []
  note(path: string, code: string, zh: string, en: string): void {
    this.problems.push({ path: `input.${path}`, code, message: { zh, en } })
  }
  check(): void {
    InvalidInput.throwIf(this.problems)
  }
}

/** Reads an admission. @throws InvalidInput with every fault */
export function readAdmission(
  input: AdmissionInput,
  now: Temporal.Instant,
): StayTerms & { readonly insuredId: string } {
  const faults = new Faults()
  const pool = divisionFault(input.insuredPool)
  if (pool !== null) faults.problems.push(problemAt('input.insuredPool', pool))
  const id = uuidFault(input.insuredId)
  if (id !== null) faults.problems.push(problemAt('input.insuredId', id))
  readPlain(faults, 'visit', input.visit)
  const { careType, department, diagnoses, admittedAt } = readTerms(faults, input, now)
  if (diagnoses === null) faults.note('diagnoses', 'MISSING', '至少填写一个入院诊断', 'at least one is needed')
  faults.check()
  return {
    insuredId: input.insuredId.toLowerCase(),
    careType: careType ?? '',
    department,
    diagnoses: diagnoses ?? [],
    admittedAt: admittedAt ?? EPOCH,
  }
}

/** Reads a change. @throws InvalidInput with every fault */
export function readStayChange({ takesBack, ...input }: StayChangeInput, now: Temporal.Instant): StayChange {
  const faults = new Faults()
  const terms = readTerms(faults, input, now)
  const saysMore = Object.values(terms).some((one) => one !== null)
  if (takesBack === 'ADMISSION' && saysMore)
    faults.note('takesBack', 'NOT_APPLICABLE', '撤销入院时不能变更其他内容', 'an admission taken back is not changed')
  if (!takesBack && !saysMore) faults.note('visit', 'NOTHING_CHANGED', '没有变更内容', 'nothing is changed')
  faults.check()
  return { ...terms, takesBack: takesBack ?? null }
}

/** Reads a discharge. @throws InvalidInput with every fault */
export function readStayDischarge({ end, way, diagnoses }: StayDischargeInput, now: Temporal.Instant): Discharge {
  const faults = new Faults()
  const dischargedAt = readTime(faults, 'end', end, now)
  const read = readDiagnoses(faults, diagnoses)
  if (!DISCHARGE_WAYS.includes(way)) faults.note('way', 'UNKNOWN_CODE', '不是有效的离院方式', 'is not a known way')
  faults.check()
  return { dischargedAt: dischargedAt ?? EPOCH, way, diagnoses: read }
}

function readTerms(faults: Faults, { careType, begin, department, diagnoses }: TermsInput, now: Temporal.Instant) {
  if (careType && !INPATIENT.test(careType))
    faults.note('careType', 'UNKNOWN_CODE', '不是住院的医疗类别', 'is no care type of a stay')
  if (department) readPlain(faults, 'department', department)
  return {
    careType: careType || null,
    department: department || null,
    diagnoses: readDiagnoses(faults, diagnoses),
    admittedAt: begin ? readTime(faults, 'begin', begin, now) : null,
  }
}

/** Whether a visit can have this number at all; no other was ever announced, nor can every text be looked for. */
export const isVisitNumber = (visit: string): boolean => PLAIN.test(visit)

function readPlain(faults: Faults, path: string, value: string): void {
  if (!PLAIN.test(value))
    faults.note(path, 'TEXT_FORM', '应为 1–30 个可见 ASCII 字符', 'must be 1 to 30 visible ASCII characters')
}

function readTime(faults: Faults, path: string, value: string, now: Temporal.Instant): Temporal.Instant | null {
  const at = parseInstant(value)
  if (at === null) faults.note(path, 'TIME_FORM', '不是有效的时间（RFC 3339，须带时区）', 'is not a valid instant')
  else if (Temporal.Instant.compare(at, now.add(SKEW)) > 0)
    faults.note(path, 'IN_FUTURE', '不能晚于当前时间', 'must not lie in the future')
  return at
}

function readDiagnoses(faults: Faults, given: Maybe<readonly Diagnosis[]>): readonly Diagnosis[] | null {
  if (!given || given.length === 0) return null
  if (given.length > DIAGNOSES_MAX)
    faults.note('diagnoses', 'TOO_MANY', `最多 ${DIAGNOSES_MAX} 个诊断`, `at most ${DIAGNOSES_MAX}`)
  given.forEach(({ code, name }, i) => {
    readPlain(faults, `diagnoses[${i}].code`, code)
    const fault = textFault(name, { min: 1, max: 200 })
    if (fault !== null) faults.problems.push(problemAt(`input.diagnoses[${i}].name`, fault))
  })
  return given.map(({ code, name }) => ({ code, name }))
}
