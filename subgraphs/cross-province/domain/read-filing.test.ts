import { describe, expect, test } from 'vitest'
import type { Problem } from '@yibao/schema/rejection'
import { loadRules } from '../store/rules.ts'
import { lastDay, readFiling, type FilingInput } from './read-filing.ts'
import { destinationOf } from './rules.ts'

const TODAY = Temporal.PlainDate.from('2026-11-22')
const book = loadRules()
const rules = book.rulesOf('620100')

const LONG: FilingInput = {
  type: 'LONG_TERM',
  ground: 'RESIDENT_ELSEWHERE',
  destination: '310000',
  evidence: 'PROMISE',
}
const REFERRAL: FilingInput = {
  type: 'REFERRAL',
  destination: '610100',
  documents: ['01930000-0000-7000-8000-000000000001'],
  referral: { institution: 'H62010000001', number: '甘转字〔2026〕12', issuedOn: '2026-11-20' },
}
const OTHER: FilingInput = { type: 'OTHER_TEMPORARY', destination: '440300' }

function read(input: FilingInput, by = rules) {
  const problems: Problem[] = []
  const terms = readFiling(input, { rules: by, today: TODAY }, problems)
  return { terms, faults: problems.map(({ path, code }) => `${path} ${code}`) }
}

describe('a filing that is entered', () => {
  test('long-term stands until changed, on a written promise', () => {
    const { terms, faults } = read(LONG)
    expect(faults).toEqual([])
    expect(terms).toMatchObject({ destination: '31', endOn: null, evidence: 'PROMISE' })
    expect(terms.beginOn.equals(TODAY)).toBe(true)
  })

  test('temporary is valid for the months the home pool gives', () => {
    expect(read(REFERRAL).terms.endOn?.toString()).toBe('2027-05-21')
    expect(read(OTHER).terms.endOn?.toString()).toBe('2027-05-21')
    expect(read(REFERRAL, book.rulesOf('320500')).terms.endOn?.toString()).toBe('2027-11-21')
    expect(read(REFERRAL, book.rulesOf('440900')).terms.endOn?.toString()).toBe('2027-02-21')
    expect(read({ ...OTHER, endOn: '2026-12-31' }).terms.endOn?.toString()).toBe('2026-12-31')
  })

  test.each<[FilingInput, string[]]>([
    [{ ...LONG, ground: null }, ['ground MISSING']],
    [{ ...LONG, evidence: null }, ['evidence MISSING']],
    [{ ...LONG, evidence: 'WORK_CERTIFICATE', documents: REFERRAL.documents }, ['evidence EVIDENCE_NOT_ACCEPTED']],
    [{ ...LONG, evidence: 'RESIDENCE_CERTIFICATE' }, ['documents MISSING']],
    [{ ...LONG, evidence: 'RESIDENCE_CERTIFICATE', documents: ['x'] }, ['documents[0] NOT_FOUND']],
    [{ ...REFERRAL, documents: [] }, ['documents MISSING']],
    [{ ...LONG, endOn: '2027-01-01' }, ['endOn NOT_APPLICABLE']],
    [{ ...LONG, destination: '620000' }, ['destination DESTINATION_TOO_WIDE']],
    [{ ...LONG, destination: '6201' }, ['destination DIVISION_FORM']],
    [{ ...LONG, destination: '999999' }, ['destination DIVISION_UNKNOWN']],
    [{ ...OTHER, ground: 'WORKING_ELSEWHERE' }, ['ground NOT_APPLICABLE']],
    [{ ...OTHER, evidence: 'PROMISE' }, ['evidence NOT_APPLICABLE']],
    [{ ...OTHER, referral: REFERRAL.referral }, ['referral NOT_APPLICABLE']],
    [{ ...OTHER, beginOn: '2026-11-21' }, ['beginOn DATE_IN_PAST']],
    [{ ...OTHER, beginOn: '2027-11-23' }, ['beginOn DATE_IN_FUTURE']],
    [{ ...OTHER, beginOn: '2026-11-31' }, ['beginOn DATE_FORM']],
    [{ ...OTHER, endOn: '2026-11-21' }, ['endOn PERIOD_REVERSED']],
    [{ ...OTHER, endOn: '2027-05-22' }, ['endOn PERIOD_TOO_LONG']],
    [{ ...REFERRAL, referral: null }, ['referral MISSING']],
    [
      { ...REFERRAL, referral: { institution: 'X1', number: '<b>', issuedOn: '2026-11-23' } },
      ['referral.institution INSTITUTION_FORM', 'referral.number NUMBER_FORM', 'referral.issuedOn DATE_IN_FUTURE'],
    ],
    [{ ...REFERRAL, referral: { institution: 'H62010000001', issuedOn: '2026-05-21' } }, ['referral.issuedOn TOO_OLD']],
    [
      { ...REFERRAL, referral: { institution: 'H62010000001', number: '34052419800101001X', issuedOn: '2026-11-20' } },
      ['referral.number IDENTITY_IN_TEXT'],
    ],
  ])('is checked at every field: %j', (input, expected) => {
    expect(read(input).faults).toEqual(expected)
  })

  test('reports all faults at once', () => {
    const { faults } = read({ type: 'LONG_TERM', destination: 'x', beginOn: 'y', endOn: 'z' })
    expect(faults).toEqual([
      'beginOn DATE_FORM',
      'endOn DATE_FORM',
      'endOn NOT_APPLICABLE',
      'ground MISSING',
      'destination DIVISION_FORM',
      'evidence MISSING',
    ])
  })
})

test.each([
  ['620102', 'CITY', '6201'],
  ['620100', 'CITY', '6201'],
  ['620000', 'CITY', null],
  ['310115', 'CITY', '31'],
  ['500000', 'CITY', '50'],
  ['429004', 'CITY', '429004'],
  ['429000', 'CITY', null],
  ['620102', 'PROVINCE', '62'],
] as const)(
  'a place is filed as its city, municipality or the county without a city: %s by %s',
  (division, by, place) => {
    expect(destinationOf(division, by)).toBe(place)
  },
)

test.each([
  ['2026-11-22', 'P6M', '2027-05-21'],
  ['2026-08-31', 'P6M', '2027-02-28'],
  ['2028-02-29', 'P1Y', '2029-02-28'],
  ['2026-11-22', 'P60D', '2027-01-20'],
])('six months are never shorter than six months: %s for %s', (begin, validity, last) => {
  expect(lastDay(Temporal.PlainDate.from(begin), Temporal.Duration.from(validity)).toString()).toBe(last)
})
