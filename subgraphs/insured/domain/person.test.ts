import { expect, test } from 'vitest'
import type { Problem } from '@yibao/schema/rejection'
import { artificialIdentity } from './artificial-identity.ts'
import { readPerson, type PersonInput } from './person.ts'

const TODAY = Temporal.PlainDate.from('2026-11-22')
const BORN = '1980-01-01'
const GOOD: PersonInput = {
  name: '甲样本',
  sex: '1',
  birthDate: BORN,
  identityNumber: artificialIdentity('620200', Temporal.PlainDate.from(BORN), 1),
}

function faultsOf(change: Partial<PersonInput>): string[] {
  const problems: Problem[] = []
  readPerson({ ...GOOD, ...change }, TODAY, '', problems)
  return problems.map(({ path, code }) => `${path} ${code}`)
}

test('a person whose birth date and sex agree with the number is read', () => {
  const problems: Problem[] = []
  const person = readPerson({ ...GOOD, personNumber: '6202001' }, TODAY, '', problems)
  expect(problems).toEqual([])
  expect(person).toMatchObject({ personNumber: '6202001', certificateType: '01', nationality: '01' })
})

test('names of minorities and foreigners are names; digits and markup are not', () => {
  expect(faultsOf({ name: '买买提·吐尔逊' })).toEqual([])
  expect(faultsOf({ name: "Anne-Marie O'Neil" })).toEqual([])
  // Blanks around a name are a keyboard's, not the name's.
  expect(faultsOf({ name: ' 甲 ' })).toEqual([])
  for (const name of ['', ' ', '甲1', '<b>', '甲\n乙', '甲'.repeat(51)])
    expect(faultsOf({ name })).toEqual(['name NAME_FORM'])
})

test.each<[Partial<PersonInput>, string[]]>([
  [{ identityNumber: '34052419800101001' }, ['identityNumber IDENTITY_FORM']],
  [{ identityNumber: '340524198001010011' }, ['identityNumber IDENTITY_CHECK']],
  [{ birthDate: '1980-01-02' }, ['birthDate BIRTH_DATE_MISMATCH']],
  [{ birthDate: '1980-02-30' }, ['birthDate DATE_FORM']],
  [{ birthDate: '2026-11-23' }, ['birthDate DATE_IN_FUTURE', 'birthDate BIRTH_DATE_MISMATCH']],
  [{ sex: '2' }, ['sex SEX_MISMATCH']],
  [{ nationality: '57' }, ['nationality NATIONALITY_UNKNOWN']],
  [{ personNumber: 'a-b' }, ['personNumber PERSON_NUMBER_FORM']],
])('a fault is reported at its field: %j', (change, expected) => {
  expect(faultsOf(change)).toEqual(expected)
})

test('all faults are reported at once, and none quotes a value', () => {
  const problems: Problem[] = []
  const bad: PersonInput = {
    personNumber: 'a b',
    name: '9',
    sex: '1',
    nationality: 'zz',
    birthDate: '1980',
    identityNumber: '6202',
  }
  readPerson(bad, TODAY, 'persons[3].', problems)
  expect(problems.map((p) => p.path)).toEqual([
    'persons[3].personNumber',
    'persons[3].name',
    'persons[3].nationality',
    'persons[3].birthDate',
    'persons[3].identityNumber',
  ])
  expect(JSON.stringify(problems)).not.toContain('6202')
})
