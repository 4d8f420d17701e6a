import { before, overlap } from '@yibao/schema/dates'
import { divisionFault, problemAt } from '@yibao/schema/ids'
import type { Problem } from '@yibao/schema/rejection'
import { INSURANCE_TYPES, isPersonType, isSpecialIdentity, personTypeFits } from './code-tables.ts'
import type { SuspendReason } from './enrolment-change.ts'
import type { WaitReason } from './enrolment-wait.ts'
import { readPeriod } from './period.ts'

/** A special identity (人员身份) and when it holds; `to` null is open-ended. Both days count. */
export interface SpecialIdentity {
  readonly type: string
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate | null
}

/** One insurance of a person in one pool for one period; both days count. */
export interface EnrolmentTerms {
  readonly pool: string
  readonly insuranceType: string
  readonly personType: string
  readonly civilServant: boolean
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
  readonly identities: readonly SpecialIdentity[]
}

export interface Enrolment extends EnrolmentTerms {
  readonly id: string
  readonly insuredId: string
  /** National `psn_insu_stas`: '1' normal, '2' suspended. That it ended is said by `endOn`, never by the status. */
  readonly status: string
  /** Credit code of the employer through whom the person is enrolled; null for the flexibly employed and residents. */
  readonly employer: string | null
  /** First day covered, when there is a waiting period before it. */
  readonly coverFrom: Temporal.PlainDate | null
  readonly waitReason: WaitReason | null
  readonly suspendReason: SuspendReason | null
  /** The enrolment this one goes on from. */
  readonly follows: string | null
  /** Replaced before a day of it was over: it never held. */
  readonly voided: boolean
}

export interface EnrolmentInput {
  readonly pool: string
  readonly insuranceType: string
  readonly personType: string
  readonly civilServant?: boolean | null | undefined
  readonly beginOn: string
  readonly endOn?: string | null | undefined
  readonly identities?: readonly IdentityInput[] | null | undefined
}

export interface IdentityInput {
  readonly type: string
  readonly beginOn: string
  readonly endOn?: string | null | undefined
}

/** Residents enrol in autumn for the whole next year; nobody enrols further ahead. */
const AHEAD_MONTHS_MAX = 14

const IDENTITIES_MAX = 20

interface Setting {
  readonly today: Temporal.PlainDate
  readonly birthDate: Temporal.PlainDate
  readonly path: string
}

/** Reads an enrolment and reports every fault at its path. */
export function readEnrolment(input: EnrolmentInput, setting: Setting, problems: Problem[]): EnrolmentTerms {
  const { today, birthDate, path } = setting
  const fail = (field: string, code: string, zh: string, en: string) =>
    problems.push({ path: `${path}${field}`, code, message: { zh, en } })
  const pool = divisionFault(input.pool)
  const insurance = INSURANCE_TYPES.has(input.insuranceType)

  if (pool !== null) problems.push(problemAt(`${path}pool`, pool))
  if (!insurance) fail('insuranceType', 'INSURANCE_TYPE_UNKNOWN', '险种代码不存在', 'is no known insurance type')
  if (!isPersonType(input.personType)) fail('personType', 'PERSON_TYPE_UNKNOWN', '人员类别不存在', 'is no person type')
  else if (insurance && !personTypeFits(input.insuranceType, input.personType)) {
    fail('personType', 'PERSON_TYPE_MISFIT', '人员类别与险种不符', 'does not belong to this insurance type')
  }
  const { begin, end } = readPeriod(input, path, problems)
  if (begin !== null && before(today.add({ months: AHEAD_MONTHS_MAX }), begin)) {
    fail('beginOn', 'DATE_IN_FUTURE', '开始日期过远', 'is too far in the future')
  }
  if (begin !== null && before(begin, birthDate)) fail('beginOn', 'BEFORE_BIRTH', '早于出生日期', 'is before the birth')
  return {
    pool: input.pool,
    insuranceType: input.insuranceType,
    personType: input.personType,
    civilServant: input.civilServant ?? false,
    beginOn: begin ?? today,
    endOn: end,
    identities: readIdentities(input.identities ?? [], path, problems),
  }
}

function readIdentities(inputs: readonly IdentityInput[], path: string, problems: Problem[]): SpecialIdentity[] {
  const fail = (at: string, code: string, zh: string, en: string) =>
    problems.push({ path: at, code, message: { zh, en } })
  if (inputs.length > IDENTITIES_MAX) fail(`${path}identities`, 'TOO_MANY', '特殊身份过多', 'has too many entries')
  const read: SpecialIdentity[] = []
  for (const [index, input] of inputs.slice(0, IDENTITIES_MAX).entries()) {
    const at = `${path}identities[${index}].`
    const { begin, end } = readPeriod(input, at, problems)
    if (!isSpecialIdentity(input.type)) {
      fail(`${at}type`, 'IDENTITY_TYPE_UNKNOWN', '身份类别不存在', 'is no special identity')
    }
    if (begin === null) continue
    const identity = { type: input.type, from: begin, to: end }
    if (read.some((other) => other.type === identity.type && overlap(spanOf(other), spanOf(identity)))) {
      fail(at.slice(0, -1), 'IDENTITY_OVERLAP', '同一身份的时间重叠', 'overlaps another entry of the same type')
    }
    read.push(identity)
  }
  return read
}

const spanOf = ({ from, to }: SpecialIdentity) => ({ beginOn: from, endOn: to })

export type EnrolmentStatus = 'PENDING' | 'NORMAL' | 'SUSPENDED' | 'ENDED'

/** What an enrolment is on a day, for people to read. */
export function statusOn(enrolment: Enrolment, day: Temporal.PlainDate): EnrolmentStatus {
  if (enrolment.voided || (enrolment.endOn !== null && before(enrolment.endOn, day))) return 'ENDED'
  if (before(day, enrolment.beginOn)) return 'PENDING'
  return enrolment.status === '2' ? 'SUSPENDED' : 'NORMAL'
}
