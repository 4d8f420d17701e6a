import { describe, expect, test } from 'vitest'
import { loadRules } from '../store/rules.ts'
import { cancel } from './cancel.ts'
import { extend, type OpenStay } from './change.ts'
import type { Coverage } from './coverage.ts'
import { file } from './file.ts'
import { stateOn, type Filing, type FilingTerms } from './filing.ts'
import { certify, confirm, refuse } from './review.ts'
import type { FilingRules } from './rules.ts'

const day = (text: string) => Temporal.PlainDate.from(text)
const at = (text: string) => Temporal.Instant.from(`${text}T10:00:00+08:00`)
const NOW = at('2026-11-22')
const TODAY = day('2026-11-22')
const book = loadRules()
const coverage: Coverage = { pool: '620200', insuranceType: '310', personType: '1101' }

const LONG: FilingTerms = {
  type: 'LONG_TERM',
  ground: 'RESIDENT_ELSEWHERE',
  destination: '31',
  beginOn: TODAY,
  endOn: null,
  evidence: 'PROMISE',
  documents: [],
  referral: null,
  referralId: null,
  hospital: null,
  department: null,
  doctor: null,
}
const OTHER: FilingTerms = {
  ...LONG,
  type: 'OTHER_TEMPORARY',
  ground: null,
  endOn: day('2027-05-21'),
  evidence: 'NONE',
}

let count = 0
function decide(
  terms: FilingTerms,
  existing: Filing[] = [],
  change: { now?: Temporal.Instant; rules?: FilingRules } = {},
) {
  const rules = change.rules ?? book.rulesOf('620200')
  return file(terms, { id: `f${++count}`, insuredId: 'p1', coverage, rules, existing, now: change.now ?? NOW })
}

describe('a filing', () => {
  test('takes effect at once and is seen as effective today', () => {
    const filing = decide(LONG)
    expect(filing.effectiveFrom?.equals(NOW)).toBe(true)
    expect(filing).toMatchObject({ pool: '620200', rules: '620200@2023-11-17', homeUse: 'BOTH', cancelledFrom: null })
    expect(stateOn(filing, TODAY)).toBe('EFFECTIVE')
  })

  test('that begins later takes effect at the start of that day', () => {
    const filing = decide({ ...LONG, beginOn: day('2026-12-01') })
    expect(filing.effectiveFrom?.toString()).toBe('2026-11-30T16:00:00Z')
    expect(stateOn(filing, TODAY)).toBe('PENDING')
  })

  test('for the home pool, or a place it lies in, is refused', () => {
    expect(() => decide({ ...OTHER, destination: '6202' })).toThrow('DESTINATION_IS_HOME')
    expect(() => decide({ ...OTHER, destination: '62' })).toThrow('DESTINATION_IS_HOME')
    expect(() => decide({ ...OTHER, destination: '6201' })).not.toThrow()
  })

  test('on a ground that is not open to the type of person is refused', () => {
    expect(() => decide({ ...LONG, ground: 'RETIRED_ELSEWHERE' })).toThrow('GROUND_NOT_OPEN')
    expect(() => decide({ ...LONG, ground: 'WORKING_ELSEWHERE' })).not.toThrow()
  })

  test('for a place that is filed already is refused, also when that one is still under review', () => {
    const old = decide(OTHER)
    expect(() => decide({ ...OTHER, beginOn: day('2026-12-01') }, [old])).toThrow('FILING_OVERLAPS')
    expect(() => decide(OTHER, [{ ...old, stage: 'UNDER_REVIEW' }])).toThrow('FILING_OVERLAPS')
    expect(() => decide(OTHER, [{ ...old, stage: 'REFUSED' }])).not.toThrow()
    const after = { ...OTHER, beginOn: day('2027-05-22'), endOn: day('2027-06-22') }
    expect(() => decide(after, [old])).not.toThrow()
  })

  test('for a residence may be made where one is filed for a while, never the other way round', () => {
    expect(() => decide(LONG, [decide(OTHER)])).not.toThrow()
    expect(() => decide(OTHER, [decide(LONG)])).toThrow('COVERED_BY_LONG_TERM')
    expect(() => decide({ ...OTHER, destination: '4401' }, [decide(LONG)])).not.toThrow()
  })

  test('of a second residence is refused: the first is changed', () => {
    expect(() => decide({ ...LONG, destination: '1101' }, [decide(LONG)])).toThrow('TOO_MANY_PLACES')
  })

  test('for one place too many at the same time is refused', () => {
    const held = ['11', '12', '50', '4401', '4403'].map((destination) => decide({ ...OTHER, destination }))
    expect(() => decide(OTHER, held)).toThrow('TOO_MANY_PLACES')
    const ended = held.map((one, i) => (i === 0 ? { ...one, cancelledFrom: TODAY, cancelledAt: NOW } : one))
    expect(() => decide(OTHER, ended)).not.toThrow()
  })
})

const end = (filing: Filing, by: FilingRules, now: Temporal.Instant, stays: readonly OpenStay[] = []) =>
  cancel(filing, { rules: by, others: [], stays, now })

describe('a cancellation', () => {
  const rules = book.rulesOf('620200')
  test('takes effect the next day, so today the filing still holds; or at once where the pool says so', () => {
    const gone = end(decide(OTHER), rules, NOW)
    expect(gone.cancelledFrom?.toString()).toBe('2026-11-23')
    expect(stateOn(gone, TODAY)).toBe('EFFECTIVE')
    expect(stateOn(gone, day('2026-11-23'))).toBe('CANCELLED')
    expect(stateOn(end(decide(OTHER), { ...rules, cancellation: 'AT_ONCE' }, NOW), TODAY)).toBe('CANCELLED')
  })

  test('of a long-term filing waits as long as the pool says, unless it has not begun', () => {
    const filing = decide(LONG)
    expect(() => end(filing, rules, at('2027-05-21'))).toThrow('CHANGE_TOO_EARLY')
    expect(end(filing, rules, at('2027-05-22')).cancelledFrom?.toString()).toBe('2027-05-23')
    expect(() => end(filing, book.rulesOf('320500'), at('2027-01-20'))).toThrow('CHANGE_TOO_EARLY')
    expect(() => end(filing, book.rulesOf('320500'), at('2027-01-21'))).not.toThrow()
    const ahead = decide({ ...LONG, beginOn: day('2026-12-01') })
    expect(stateOn(end(ahead, rules, NOW), TODAY)).toBe('CANCELLED')
  })

  test('happens once and not after the end', () => {
    const filing = decide(OTHER)
    expect(() => end(end(filing, rules, NOW), rules, NOW)).toThrow('FILING_CANCELLED')
    expect(() => end(filing, rules, at('2027-05-22'))).toThrow('FILING_EXPIRED')
    expect(stateOn(filing, day('2027-05-22'))).toBe('EXPIRED')
  })

  test('waits while the person is in hospital there, not while elsewhere', () => {
    const filing = decide(OTHER)
    const isElsewhere = false
    const there = { institution: 'H31010000001', isElsewhere }
    const elsewhere = { institution: 'H44030000001', isElsewhere }
    expect(() => end({ ...filing, destination: '31' }, rules, NOW, [there])).toThrow('STAY_OPEN')
    expect(() => end({ ...filing, destination: '31' }, rules, NOW, [elsewhere])).not.toThrow()
  })

  test('withdraws what is not decided yet', () => {
    expect(end({ ...decide(OTHER), stage: 'UNDER_REVIEW' }, rules, NOW)).toMatchObject({
      stage: 'WITHDRAWN',
      cancelledFrom: null,
    })
  })
})

describe('an extension', () => {
  const rules = book.rulesOf('620200')
  const goOn = (old: Filing, endOn: string) => extend(old, { endOn: day(endOn), rules, now: NOW })

  test('goes on from the day after, for at most one validity from today', () => {
    const old = decide({ ...OTHER, endOn: day('2026-12-31') })
    const { beginOn, endOn } = goOn(old, '2027-05-21')
    expect([beginOn, endOn].map(String)).toEqual(['2027-01-01', '2027-05-21'])
    expect(() => goOn(old, '2027-05-22')).toThrow('endOn can be 2027-05-21')
    expect(() => goOn(old, '2026-12-31')).toThrow('endOn must be after')
  })

  test('is not for ever, and not for what has no end', () => {
    expect(() => goOn({ ...decide(OTHER), extensions: 2 }, '2027-06-01')).toThrow('TOO_MANY_EXTENSIONS')
    expect(() => goOn(decide(LONG), '2027-06-01')).toThrow('NOT_APPLICABLE')
  })
})

describe('a review', () => {
  const rules: FilingRules = {
    ...book.rulesOf('620200'),
    decision: { ...book.rulesOf('620200').decision, RESIDENT_ELSEWHERE: 'REVIEW' },
    certification: { ...book.rulesOf('620200').certification, OTHER_TEMPORARY: 'REQUIRED' },
  }

  test('waits for staff until a working day, and then is confirmed or refused once', () => {
    const filing = decide(LONG, [], { rules })
    // A Sunday; two working days on is Tuesday.
    expect(filing).toMatchObject({ stage: 'UNDER_REVIEW', effectiveFrom: null, certifier: null })
    expect(filing.dueOn?.toString()).toBe('2026-11-24')
    const done = confirm(filing, at('2026-11-23'))
    expect(done).toMatchObject({ stage: 'CONFIRMED', dueOn: null })
    expect(() => confirm(done, NOW)).toThrow('FILING_STAGE')
    expect(() => refuse(done, NOW)).toThrow('FILING_STAGE')
  })

  test('waits first for the agency of the place, whose silence leaves it to home', () => {
    const filing = decide(OTHER, [], { rules })
    expect(filing).toMatchObject({ stage: 'AWAITING_CERTIFICATION', certifier: '310000' })
    expect(() => confirm(filing, NOW)).toThrow('FILING_STAGE')
    expect(certify(filing, rules, NOW)).toMatchObject({ stage: 'CONFIRMED' })
    expect(confirm({ ...filing, escalatedAt: NOW }, NOW)).toMatchObject({ stage: 'CONFIRMED' })
  })
})
