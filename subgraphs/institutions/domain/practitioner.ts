import { divisionFault, type Fault } from '@yibao/schema/ids'
import { NotAllowed } from '@yibao/schema/rejection'
import { RowReader, type ReadRow } from './register-row.ts'

export const KINDS = ['DOCTOR', 'NURSE', 'PHARMACIST'] as const
export type PractitionerKind = (typeof KINDS)[number]

/** A doctor, nurse or pharmacist in one of the institutions they work in (5102). */
export interface Practitioner {
  readonly institution: string
  /** The national code, the same wherever the person works (`dr_codg`, `phar_code`). */
  readonly code: string
  readonly pool: string
  readonly kind: PractitionerKind
  readonly name: string
  readonly title: string | null
  /** Code of the department. */
  readonly department: string | null
  /** National codes or names of specialities. */
  readonly specialities: readonly string[]
  readonly mayPrescribe: boolean
  readonly beginOn: Temporal.PlainDate
  readonly endOn: Temporal.PlainDate | null
}

export interface PractitionerInput {
  readonly code: string
  readonly name: string
  readonly title?: string | null | undefined
  readonly department?: string | null | undefined
  readonly specialities?: readonly string[] | null | undefined
  readonly mayPrescribe?: boolean | null | undefined
  readonly beginOn: string
  readonly endOn?: string | null | undefined
}

const SPECIALITIES_MAX = 10

/** What the first letter of a code says; a code that begins otherwise is faulty anyway. */
function kindOf(code: string): PractitionerKind {
  if (code.startsWith('N')) return 'NURSE'
  return code.startsWith('H') ? 'PHARMACIST' : 'DOCTOR'
}

/** What is wrong with the code of a doctor, nurse or pharmacist; null when it is right. */
export function practitionerFault(code: string): Fault | null {
  const [, division = ''] = /^(?:[DN]|H[YJ])([0-9]{6})[0-9]{6}$/.exec(code) ?? []
  if (division === '') return FORM
  return divisionFault(division)
}

const FORM: Fault = {
  code: 'PRACTITIONER_FORM',
  message: {
    zh: '应为 D（医师）、N（护士）、HY 或 HJ（药师、药学技术人员）加 6 位区划和 6 位顺序号',
    en: 'must be D (doctor), N (nurse), HY or HJ (pharmacist), a division and six digits',
  },
}
const PRESCRIBES: Fault = {
  code: 'NOT_A_DOCTOR',
  message: { zh: '仅医师可有处方权', en: 'only a doctor prescribes' },
}
const TOO_MANY: Fault = {
  code: 'TOO_MANY',
  message: { zh: `最多 ${SPECIALITIES_MAX} 项`, en: `takes at most ${SPECIALITIES_MAX}` },
}
const DOCTOR_OF_PHARMACY: Fault = {
  code: 'KIND_MISMATCH',
  message: { zh: '零售药店只能登记药师', en: 'a pharmacy registers pharmacists alone' },
}

/** Reads one practitioner; what is wrong comes beside it. */
export function readPractitioner(
  input: PractitionerInput,
  path: string,
  { institution, pool }: Pick<Practitioner, 'institution' | 'pool'>,
): ReadRow<Practitioner> {
  const reader = new RowReader(path)
  const { code } = input
  const kind = kindOf(code)
  reader.fault('code', practitionerFault(code))
  if (institution.startsWith('P') && kind !== 'PHARMACIST') reader.fault('code', DOCTOR_OF_PHARMACY)
  const mayPrescribe = input.mayPrescribe ?? false
  if (mayPrescribe && kind !== 'DOCTOR') reader.fault('mayPrescribe', PRESCRIBES)
  const given = input.specialities ?? []
  if (given.length > SPECIALITIES_MAX) reader.fault('specialities', TOO_MANY)
  const specialities = given
    .slice(0, SPECIALITIES_MAX)
    .map((one, i) => reader.text(`specialities[${i}]`, one, { min: 1, max: 50 }))
  const row = {
    institution,
    code,
    pool,
    kind,
    name: reader.text('name', input.name, { min: 1, max: 50 }),
    title: reader.optional('title', input.title, 50),
    department: reader.optional('department', input.department, 30),
    specialities,
    mayPrescribe,
    ...reader.period(input),
  }
  return { row, problems: reader.problems }
}

/** Whether two entries say the same. */
export const samePractitioner = (a: Practitioner, b: Practitioner): boolean =>
  a.name === b.name &&
  a.title === b.title &&
  a.department === b.department &&
  a.specialities.join('\n') === b.specialities.join('\n') &&
  a.mayPrescribe === b.mayPrescribe &&
  a.beginOn.equals(b.beginOn) &&
  (a.endOn?.toString() ?? null) === (b.endOn?.toString() ?? null)

export const STANDING_ACTIONS = ['POINTS', 'SUSPENDED', 'RESUMED'] as const
export type StandingAction = (typeof STANDING_ACTIONS)[number]

/** Whether the fund pays for what a person does, wherever they work. */
export interface Standing {
  readonly code: string
  readonly status: 'ACTIVE' | 'SUSPENDED'
  readonly since: Temporal.Instant
  /** Points noted against the person. */
  readonly points: number
}

/** The standing after an action. @throws NotAllowed when a suspended person is suspended, or an active one resumed */
export function nextStanding(
  before: Standing | null,
  { code, action, points, at }: { code: string; action: StandingAction; points: number; at: Temporal.Instant },
): Standing {
  const status = before?.status ?? 'ACTIVE'
  const total = (before?.points ?? 0) + points
  if (action === 'POINTS') return { code, status, since: before?.since ?? at, points: total }
  const next = action === 'SUSPENDED' ? 'SUSPENDED' : 'ACTIVE'
  if (next === status)
    throw NotAllowed.at('input.action', 'STANDING_UNCHANGED', {
      zh: '该人员已处于此状态',
      en: 'the person has this standing already',
    })
  return { code, status: next, since: at, points: total }
}
