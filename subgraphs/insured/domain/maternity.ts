import { before, dayOf, holdsOn, overlap, type Span } from '@yibao/schema/dates'
import { institutionFault, problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import limits from './credential-limits.json' with { type: 'json' }
import { isBasic } from './code-tables.ts'
import type { Enrolment } from './enrolment.ts'
import { readDay } from './period.ts'

/** `matn_type`: how a birth goes, or that it is an examination before one. */
export const BIRTH_TYPES = ['1', '2', '3', '4', '5', '6', '7', '9'] as const
export type BirthType = (typeof BIRTH_TYPES)[number]

/** That a woman is registered for maternity care (生育备案). */
export interface Maternity extends Span {
  readonly id: string
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  /** Where she is treated; null wherever there is an agreement. */
  readonly hospital: string | null
  readonly birthType: BirthType | null
  readonly expectedOn: Temporal.PlainDate
  /** Weeks of pregnancy on the day it was registered. */
  readonly weeks: number
  readonly endOn: Temporal.PlainDate
  readonly requestedBy: string | null
  readonly registeredAt: Temporal.Instant
  readonly endReason: string | null
  readonly endedAt: Temporal.Instant | null
  readonly withdrawn: boolean
}

export interface MaternityInput {
  readonly hospital?: string | null | undefined
  readonly birthType?: BirthType | null | undefined
  readonly expectedOn: string
  readonly weeks: number
}

type Terms = Pick<Maternity, 'hospital' | 'birthType' | 'expectedOn' | 'weeks' | 'beginOn' | 'endOn'>

const WEEKS_OF_PREGNANCY = 40
const { weeksOff, daysAfter } = limits.maternity

/** Reads a registration: it holds from today until some time after the expected birth. */
export function readMaternity(input: MaternityInput, today: Temporal.PlainDate): Terms {
  const problems: Problem[] = []
  const hospital = input.hospital ?? null
  const fault = hospital === null ? null : institutionFault(hospital)
  if (fault !== null) problems.push(problemAt('hospital', fault))
  else if (hospital !== null && !hospital.startsWith('H')) {
    problems.push({
      path: 'hospital',
      code: 'NO_HOSPITAL',
      message: { zh: '须为定点医疗机构', en: 'must be a hospital' },
    })
  }
  const { weeks } = input
  if (weeks < 4 || weeks > 43) {
    const message = { zh: '孕周应为 4–43', en: 'must be 4 to 43 weeks' }
    problems.push({ path: 'weeks', code: 'WEEKS_RANGE', message })
  }
  const expectedOn = readDay(input.expectedOn, 'expectedOn', problems)
  if (expectedOn !== null && problems.length === 0 && !agrees(expectedOn, weeks, today)) {
    const message = { zh: '与孕周不符', en: 'does not agree with the weeks of pregnancy' }
    problems.push({ path: 'expectedOn', code: 'WEEKS_MISMATCH', message })
  }
  InvalidInput.throwIf(problems)
  const expected = expectedOn ?? today
  const birthType = input.birthType ?? null
  return { hospital, birthType, expectedOn: expected, weeks, beginOn: today, endOn: expected.add({ days: daysAfter }) }
}

/** Whether a birth is expected about when the weeks of pregnancy say. */
function agrees(expectedOn: Temporal.PlainDate, weeks: number, today: Temporal.PlainDate): boolean {
  const reckoned = today.add({ weeks: Math.max(0, WEEKS_OF_PREGNANCY - weeks) })
  const off = Math.abs(reckoned.until(expectedOn, { largestUnit: 'days' }).days)
  return off <= weeksOff * 7
}

/** The enrolment that keeps it: the basic insurance of today, employees' before residents'. @throws NotAllowed */
export function keeperOf(enrolments: readonly Enrolment[], today: Temporal.PlainDate, own: string | null): Enrolment {
  const covering = enrolments
    .filter((one) => isBasic(one.insuranceType) && one.status !== '2' && holdsOn(one, today))
    .toSorted((a, b) => a.insuranceType.localeCompare(b.insuranceType))
  const found = own === null ? covering[0] : covering.find((one) => one.pool === own)
  if (found !== undefined) return found
  const message = { zh: '今天没有正常的基本医保参保关系', en: 'the person has no basic insurance today' }
  throw NotAllowed.at('insuredId', 'NOT_COVERED', message)
}

/** Guards a registration against who it is for and those there are. @throws NotAllowed */
export function checkMaternity(terms: Span, sex: string, existing: readonly Maternity[]): void {
  if (sex !== '2') refuse('insuredId', 'SEX_MISFIT', '生育备案须为女性参保人', 'maternity is registered for women')
  if (existing.some((one) => !one.withdrawn && overlap(one, terms))) {
    refuse('insuredId', 'REGISTRATION_OVERLAP', '已有有效的生育备案', 'there is a registration in this period already')
  }
}

/** Ends a registration today, or takes it back on the day it was entered. @throws NotAllowed */
export function endMaternity(one: Maternity, reason: string, now: Temporal.Instant): Maternity {
  const today = dayOf(now)
  if (one.endedAt !== null || before(one.endOn, today)) {
    refuse('registrationId', 'REGISTRATION_ENDED', '该备案已终止', 'has ended')
  }
  const ended = { ...one, endReason: reason, endedAt: now }
  return dayOf(one.registeredAt).equals(today) ? { ...ended, withdrawn: true } : { ...ended, endOn: today }
}

function refuse(path: string, code: string, zh: string, en: string): never {
  throw NotAllowed.at(path, code, { zh, en })
}
