import { describe, expect, test } from 'vitest'
import type { Problem } from '@yibao/schema/rejection'
import { endEnrolment, readEnd } from './end-enrolment.ts'
import { checkEnrolment } from './enrol.ts'
import { readEnrolment, statusOn, type Enrolment, type EnrolmentInput } from './enrolment.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const TODAY = day('2026-11-22')
const GOOD: EnrolmentInput = { pool: '620200', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }

function faultsOf(change: Partial<EnrolmentInput>): string[] {
  const problems: Problem[] = []
  readEnrolment({ ...GOOD, ...change }, { today: TODAY, birthDate: day('1980-01-01'), path: '' }, problems)
  return problems.map(({ path, code }) => `${path} ${code}`)
}

const enrolment = (change: Partial<Enrolment> = {}): Enrolment => ({
  id: 'e1',
  insuredId: 'p1',
  pool: '620200',
  insuranceType: '310',
  personType: '1101',
  civilServant: false,
  status: '1',
  beginOn: day('2020-01-01'),
  endOn: null,
  identities: [],
  employer: null,
  coverFrom: null,
  waitReason: null,
  suspendReason: null,
  follows: null,
  voided: false,
  ...change,
})

describe('an enrolment that is entered', () => {
  test.each<[Partial<EnrolmentInput>, string[]]>([
    [{}, []],
    [{ insuranceType: '390', personType: '1402', endOn: '2026-12-31' }, []],
    [{ beginOn: '2027-12-31' }, []],
    [{ pool: '999999' }, ['pool DIVISION_UNKNOWN']],
    [{ insuranceType: '311' }, ['insuranceType INSURANCE_TYPE_UNKNOWN']],
    [{ personType: '17' }, ['personType PERSON_TYPE_UNKNOWN']],
    [{ personType: '1501' }, ['personType PERSON_TYPE_MISFIT']],
    [{ beginOn: '1979-12-31' }, ['beginOn BEFORE_BIRTH']],
    [{ beginOn: '2028-02-01' }, ['beginOn DATE_IN_FUTURE']],
    [{ beginOn: '2026-02-29', endOn: 'x' }, ['beginOn DATE_FORM', 'endOn DATE_FORM']],
    [{ endOn: '2019-12-31' }, ['endOn PERIOD_REVERSED']],
    [{ identities: [{ type: '99', beginOn: '2020-01-01' }] }, ['identities[0].type IDENTITY_TYPE_UNKNOWN']],
    [
      {
        identities: [
          { type: '2303', beginOn: '2020-01-01' },
          { type: '2303', beginOn: '2021-01-01', endOn: '2021-12-31' },
        ],
      },
      ['identities[1] IDENTITY_OVERLAP'],
    ],
  ])('is checked at every field: %j', (change, expected) => {
    expect(faultsOf(change)).toEqual(expected)
  })

  test('may not share a day with another of the same insurance type', () => {
    const old = enrolment({ endOn: day('2026-06-30') })
    expect(() => checkEnrolment({ ...old, beginOn: day('2026-07-01'), endOn: null }, [old])).not.toThrow()
    expect(() => checkEnrolment({ ...old, insuranceType: '320' }, [old])).not.toThrow()
    expect(() => checkEnrolment({ ...old, beginOn: day('2026-06-30'), endOn: null }, [old])).toThrow(
      'ENROLMENT_OVERLAP',
    )
  })
})

test('what an enrolment is follows from its period first and its status second', () => {
  const one = enrolment({ endOn: day('2026-11-22') })
  expect(statusOn(one, TODAY)).toBe('NORMAL')
  expect(statusOn(one, TODAY.add({ days: 1 }))).toBe('ENDED')
  expect(statusOn(one, day('2019-12-31'))).toBe('PENDING')
  expect(statusOn({ ...one, status: '2' }, TODAY)).toBe('SUSPENDED')
})

describe('ending an enrolment', () => {
  test('sets the last day, past or future, and can only bring it forward', () => {
    const ended = endEnrolment(enrolment(), day('2026-12-31'))
    expect(ended.endOn?.toString()).toBe('2026-12-31')
    expect(endEnrolment(ended, day('2026-10-31')).endOn?.toString()).toBe('2026-10-31')
    expect(() => endEnrolment(ended, day('2026-12-31'))).toThrow('ENROLMENT_ENDED')
  })

  test('refuses a day before the first, a day that is none, and one far ahead', () => {
    expect(() => endEnrolment(enrolment(), day('2019-12-31'))).toThrow('INVALID_INPUT')
    expect(() => readEnd('2026-13-01', TODAY)).toThrow('INVALID_INPUT')
    expect(() => readEnd('2028-02-01', TODAY)).toThrow('INVALID_INPUT')
    expect(readEnd('2026-01-31', TODAY).toString()).toBe('2026-01-31')
  })
})
