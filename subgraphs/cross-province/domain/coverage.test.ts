import { expect, test } from 'vitest'
import { chooseCoverage, type Enrolment } from './coverage.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const enrolment = (change: Partial<Enrolment> = {}): Enrolment => ({
  pool: '620200',
  insuranceType: '310',
  personType: '1101',
  status: '1',
  beginOn: day('2020-01-01'),
  endOn: null,
  ...change,
})
const choose = (rows: Enrolment[], insuranceType: string | null = null, on = '2026-11-22') =>
  chooseCoverage(rows, { day: day(on), insuranceType }).pool

test('a filing rests on the basic insurance in force on its first day', () => {
  expect(choose([enrolment({ insuranceType: '320' }), enrolment()])).toBe('620200')
  expect(choose([enrolment({ endOn: day('2026-11-22') })])).toBe('620200')
})

test.each([
  [[]],
  [[enrolment({ insuranceType: '320' })]],
  [[enrolment({ status: '2' })]],
  [[enrolment({ endOn: day('2026-11-21') })]],
  [[enrolment({ beginOn: day('2026-11-23') })]],
])('who is not covered cannot file', (rows) => {
  expect(() => choose(rows)).toThrow('NOT_COVERED')
})

test('whoever is covered in two pools says which', () => {
  const both = [enrolment(), enrolment({ insuranceType: '390', pool: '620100' })]
  expect(() => choose(both)).toThrow('COVERAGE_AMBIGUOUS')
  expect(choose(both, '390')).toBe('620100')
})
