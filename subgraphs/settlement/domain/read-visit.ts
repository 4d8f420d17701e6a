import type { Bill } from './bill.ts'
import { careKindOf, isEmergencyCare } from './care-type.ts'
import { Fields, INSURANCE_TYPE, isGiven, type Maybe } from './fields.ts'
import { CLOCK_SKEW, readCase, readCredential, readDiagnoses, readOperator, readPool, readTrauma } from './read-bill.ts'
import { careNotOffered } from './refusals.ts'
import { readTransfer } from './transfer.ts'
import { DISCHARGE_WAYS, type ChangeVisitInput, type DischargeInput, type OpenVisitInput, type Visit } from './visit.ts'

const EPOCH = Temporal.Instant.fromEpochMilliseconds(0)

/** When, for whom and under which id a visit is opened. */
export interface OpeningFrame {
  readonly now: Temporal.Instant
  readonly institution: string
  readonly id: string
}

/** A visit that has been read, and what was shown for it. */
export interface Opening {
  /** Null: no card at hand. */
  readonly credential: Bill['credential'] | null
  /** Where the person is said to be insured. */
  readonly insuredPool: string | null
  readonly visit: Visit
}

/** Reads an admission or a registration. @throws InvalidInput with every fault, NotAllowed for care without visits. */
export function readOpening(input: OpenVisitInput, { now, institution, id }: OpeningFrame): Opening {
  const fields = new Fields()
  const number = readVisitNumber(fields, input.visit)
  const careType = readCareType(fields, input.careType)
  const begin = readTime(fields, 'begin', input.begin, now) ?? EPOCH
  const { credential } = input
  const read = credential === null || credential === undefined ? null : readCredential(fields, credential)
  const insuredPool = readPool(fields, input.insuredPool)
  const kind = careKindOf(careType)
  const opening: Visit = {
    institution,
    visit: number,
    id,
    insuredId: null,
    pool: null,
    agency: null,
    insuranceType: fields.optional('insuranceType', input.insuranceType, { max: 6, ...INSURANCE_TYPE }),
    careType,
    careKind: kind === 'INPATIENT' ? 'INPATIENT' : 'OUTPATIENT',
    emergency: (input.emergency ?? false) || isEmergencyCare(careType),
    // Whether an injury needs more than this is asked when the visit is settled.
    trauma: readTrauma(fields, input.trauma, ''),
    admittedAt: begin,
    linesFrom: begin,
    dischargedAt: null,
    dischargeWay: null,
    ...readPlace(fields, input),
    doctor: fields.optional('doctor', input.doctor, { max: 30 }),
    diagnoses: (input.diagnoses?.length ?? 0) > 0 ? readDiagnoses(fields, input.diagnoses ?? []) : [],
    ...readCase(fields, { careType: '', disease: input.disease, birthType: input.birthType }),
    transferredFrom: readTransfer(fields, input.transferredFrom, kind),
    joins: fields.optional('joins', input.joins, { max: 30, ascii: true }),
    joinedTo: null,
    state: 'OPEN',
    version: 1n,
    nextLine: 1,
    settledTo: null,
    settlements: [],
    operator: readOperator(fields, input.operator).code,
    openedAt: now,
    changedAt: now,
  }
  if (opening.joins !== null && opening.joins === opening.visit)
    fields.fault('joins', 'SAME_VISIT', { zh: '不能与就诊号相同', en: 'must not be the visit itself' })
  fields.check()
  if (kind === 'PHARMACY') throw careNotOffered()
  return { credential: read, insuredPool, visit: opening }
}

/** What a change comes to; what it leaves out stays. @throws InvalidInput with every fault */
export function readChange(
  input: ChangeVisitInput,
  before: Visit,
  now: Temporal.Instant,
): Pick<Visit, ChangedField> & { readonly careKind: ReturnType<typeof careKindOf> } {
  const fields = new Fields()
  const careType = isGiven(input.careType) ? readCareType(fields, input.careType) : before.careType
  const admittedAt = isGiven(input.begin) ? (readTime(fields, 'begin', input.begin, now) ?? EPOCH) : before.admittedAt
  const given = readPlace(fields, input)
  const found = readCase(fields, { careType: '', disease: input.disease, birthType: input.birthType })
  const change = {
    careType,
    careKind: careKindOf(careType),
    emergency: (input.emergency ?? before.emergency) || isEmergencyCare(careType),
    trauma: readTrauma(fields, input.trauma, '') ?? before.trauma,
    admittedAt,
    department: given.department ?? before.department,
    bed: given.bed ?? before.bed,
    doctor: fields.optional('doctor', input.doctor, { max: 30 }) ?? before.doctor,
    diagnoses: (input.diagnoses?.length ?? 0) > 0 ? readDiagnoses(fields, input.diagnoses ?? []) : before.diagnoses,
    disease: found.disease ?? before.disease,
    birthType: found.birthType ?? before.birthType,
    transferredFrom: readTransfer(fields, input.transferredFrom, before.careKind) ?? before.transferredFrom,
  }
  const { dischargedAt } = before
  if (dischargedAt !== null && Temporal.Instant.compare(admittedAt, dischargedAt) > 0)
    fields.fault('begin', 'AFTER_END', { zh: '不能晚于出院时间', en: 'must not be after the discharge' })
  fields.check()
  return change
}

type ChangedField =
  | 'careType'
  | 'emergency'
  | 'trauma'
  | 'admittedAt'
  | 'department'
  | 'bed'
  | 'doctor'
  | 'diagnoses'
  | 'disease'
  | 'birthType'
  | 'transferredFrom'

/** What a discharge says of the visit. @throws InvalidInput with every fault, a discharge before the admission among them */
export function readDischarge(
  input: DischargeInput,
  before: Visit,
  now: Temporal.Instant,
): Pick<Visit, 'dischargedAt' | 'dischargeWay' | 'department' | 'bed' | 'diagnoses' | 'disease' | 'birthType'> {
  const fields = new Fields()
  const end = readTime(fields, 'end', input.end, now)
  if (end !== null && Temporal.Instant.compare(end, before.admittedAt) < 0)
    fields.fault('end', 'BEFORE_BEGIN', { zh: '不能早于入院时间', en: 'must not be before the admission' })
  const place = readPlace(fields, input)
  const found = readCase(fields, { careType: '', disease: input.disease, birthType: input.birthType })
  const discharge = {
    dischargedAt: end,
    dischargeWay: fields.oneOf('way', input.way, DISCHARGE_WAYS),
    department: place.department ?? before.department,
    bed: place.bed ?? before.bed,
    diagnoses: (input.diagnoses?.length ?? 0) > 0 ? readDiagnoses(fields, input.diagnoses ?? []) : before.diagnoses,
    disease: found.disease ?? before.disease,
    birthType: found.birthType ?? before.birthType,
  }
  fields.check()
  return discharge
}

/** Reads the number of a visit; what is none leads to no visit. */
export const readVisitNumber = (fields: Fields, value: string): string =>
  fields.text('visit', value, { max: 30, ascii: true }) ?? ''

function readCareType(fields: Fields, value: string): string {
  const careType = fields.text('careType', value, { max: 6 })
  if (careType !== null && careKindOf(careType) === null)
    fields.fault('careType', 'UNKNOWN_CODE', { zh: '不是有效的医疗类别', en: 'is not a known care type' })
  return careType ?? ''
}

function readTime(fields: Fields, path: string, value: string, now: Temporal.Instant): Temporal.Instant | null {
  const time = fields.instant(path, value)
  if (time !== null && Temporal.Instant.compare(time, now.add(CLOCK_SKEW)) > 0)
    fields.fault(path, 'IN_FUTURE', { zh: '不能晚于当前时间', en: 'must not lie in the future' })
  return time
}

const readPlace = (
  fields: Fields,
  { department, bed }: { readonly department?: Maybe<string>; readonly bed?: Maybe<string> },
): Pick<Visit, 'department' | 'bed'> => ({
  department: fields.optional('department', department, { max: 30 }),
  bed: fields.optional('bed', bed, { max: 30 }),
})
