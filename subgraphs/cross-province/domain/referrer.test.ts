import { expect, test } from 'vitest'
import { loadRules } from '../store/rules.ts'
import { checkReferrer, type Designation } from './referrer.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const HOSPITAL: Designation = {
  pool: '620200',
  kind: 'HOSPITAL',
  level: 'LEVEL_2',
  status: 'ACTIVE',
  beginOn: day('2026-01-01'),
  endOn: day('2026-12-31'),
}
const check = (designations: Designation[], issuedOn = '2026-11-20') =>
  checkReferrer(
    { institution: 'H62020000001', number: null, issuedOn: day(issuedOn) },
    { designations, pool: '620200', rules: loadRules().rulesOf('620200') },
  )

test('a hospital of county level that the home pool has designated may refer', () => {
  expect(() => check([HOSPITAL])).not.toThrow()
})

test.each<[string, Designation[]]>([
  ['REFERRER_NOT_DESIGNATED', []],
  ['REFERRER_NOT_DESIGNATED', [{ ...HOSPITAL, pool: '620100' }]],
  ['REFERRER_NOT_DESIGNATED', [{ ...HOSPITAL, kind: 'PHARMACY' }]],
  ['REFERRER_NOT_DESIGNATED', [{ ...HOSPITAL, status: 'SUSPENDED' }]],
  ['REFERRER_NOT_DESIGNATED', [{ ...HOSPITAL, endOn: day('2026-11-19') }]],
  ['REFERRER_LEVEL', [{ ...HOSPITAL, level: 'COMMUNITY' }]],
])('no other institution may: %s', (code, designations) => {
  expect(() => check(designations)).toThrow(code)
})
