import { describe, expect, test } from 'vitest'
import { filingClass, placeOf, type FilingRecord, type Treatment } from './filing.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const at = (text: string) => Temporal.Instant.from(`${text}T10:00:00+08:00`)
const rules = {
  localUseWhileFiled: { refused: [] as ('LONG_TERM' | 'REFERRAL' | 'OTHER_TEMPORARY')[], source: 'x' },
  emergencyCountsAsFiled: { value: true, source: 'x' },
}
const filing = (more: Partial<FilingRecord> = {}): FilingRecord => ({
  id: 'F1',
  type: 'REFERRAL',
  destination: '3101',
  begin: day('2025-03-01'),
  end: day('2025-08-31'),
  effectiveFrom: at('2025-03-01'),
  cancelledFrom: null,
  homeBarred: false,
  ...more,
})
const treatment = (more: Partial<Treatment> = {}): Treatment => ({
  place: 'OUT_OF_PROVINCE',
  division: '310104',
  emergency: false,
  admission: day('2025-04-01'),
  discharge: day('2025-04-10'),
  settledAt: at('2025-04-10'),
  ...more,
})
const classOf = (filings: readonly FilingRecord[], more: Partial<Treatment> = {}) =>
  filingClass(rules, filings, treatment(more)).filing

describe('a filing', () => {
  test('counts at its destination, a whole province included', () => {
    expect(classOf([filing()])).toBe('REFERRAL')
    expect(classOf([filing({ destination: '31' })])).toBe('REFERRAL')
    expect(classOf([filing({ destination: '3301' })])).toBe('UNFILED')
  })
  test('counts when made before the settlement, even after admission', () => {
    expect(classOf([filing({ begin: day('2025-04-10'), effectiveFrom: at('2025-04-10') })])).toBe('REFERRAL')
    expect(classOf([filing({ effectiveFrom: at('2025-04-11') })])).toBe('UNFILED')
  })
  test('that runs out during the stay still counts, one that ran out before does not', () => {
    expect(classOf([filing({ end: day('2025-04-01') })])).toBe('REFERRAL')
    expect(classOf([filing({ end: day('2025-03-31') })])).toBe('UNFILED')
  })
  test('that was cancelled counts for stays that began before', () => {
    expect(classOf([filing({ cancelledFrom: day('2025-04-02') })])).toBe('REFERRAL')
    expect(classOf([filing({ cancelledFrom: day('2025-04-01') })])).toBe('UNFILED')
  })
  test('of the better type counts when several do', () => {
    const two = [filing({ id: 'F1', type: 'OTHER_TEMPORARY' }), filing({ id: 'F2', type: 'LONG_TERM', end: null })]
    expect(filingClass(rules, two, treatment())).toEqual({ filing: 'LONG_TERM', filingId: 'F2' })
  })
})

describe('an emergency', () => {
  test('that was filed counts as one, and a referral counts for more', () => {
    const filed = filing({ type: 'EMERGENCY' })
    expect(classOf([filed])).toBe('EMERGENCY')
    expect(classOf([filed, filing({ id: 'F2', type: 'OTHER_TEMPORARY' })])).toBe('EMERGENCY')
    expect(classOf([filed, filing({ id: 'F2' })])).toBe('REFERRAL')
  })
  test('counts as filed without any filing', () => expect(classOf([], { emergency: true })).toBe('EMERGENCY'))
  test('is better than a temporary filing and no better than a referral or long-term one', () => {
    expect(classOf([filing({ type: 'OTHER_TEMPORARY' })], { emergency: true })).toBe('EMERGENCY')
    expect(classOf([filing()], { emergency: true })).toBe('REFERRAL')
    expect(classOf([filing({ type: 'LONG_TERM' })], { emergency: true })).toBe('LONG_TERM')
  })
  test('counts as unfiled where the pool says so', () => {
    const strict = { ...rules, emergencyCountsAsFiled: { value: false, source: 'x' } }
    expect(filingClass(strict, [], treatment({ emergency: true })).filing).toBe('UNFILED')
  })
})

describe('care at home', () => {
  const local = { place: 'IN_POOL' as const, division: '620201' }
  test('is local whatever is filed', () => expect(classOf([filing()], local)).toBe('LOCAL'))
  test('is refused while filed where the pool bars it, from the day after cancelling no more, in an emergency never', () => {
    const barring = { ...rules, localUseWhileFiled: { refused: ['LONG_TERM' as const], source: 'x' } }
    const longTerm = filing({ type: 'LONG_TERM', end: null })
    const decide = (filings: FilingRecord[], more: Partial<Treatment> = {}) =>
      filingClass(barring, filings, treatment({ ...local, ...more })).filing
    expect(() => decide([longTerm])).toThrow(expect.objectContaining({ code: 'LOCAL_USE_WHILE_FILED' }))
    expect(decide([filing()])).toBe('LOCAL')
    expect(decide([longTerm], { emergency: true })).toBe('LOCAL')
    const today = { admission: day('2025-04-01'), discharge: day('2025-04-01'), settledAt: at('2025-04-01') }
    expect(() => decide([{ ...longTerm, cancelledFrom: day('2025-04-02') }], today)).toThrow()
    expect(decide([{ ...longTerm, cancelledFrom: day('2025-04-01') }], today)).toBe('LOCAL')
  })
  test('is refused as well where it was barred when the person filed', () => {
    expect(() => classOf([filing({ homeBarred: true })], local)).toThrow('LOCAL_USE_WHILE_FILED')
    expect(classOf([filing({ homeBarred: true })], { ...local, emergency: true })).toBe('LOCAL')
  })
})

test.each([
  ['620102', 'IN_PROVINCE'],
  ['620201', 'IN_POOL'],
  ['310104', 'OUT_OF_PROVINCE'],
])('seen from Jiayuguan %s is %s', (division, place) =>
  expect(placeOf({ code: '620200', area: ['6202'] }, division)).toBe(place),
)

test('a municipality is one pool with all its districts', () =>
  expect(placeOf({ code: '310000', area: ['31'] }, '310104')).toBe('IN_POOL'))
