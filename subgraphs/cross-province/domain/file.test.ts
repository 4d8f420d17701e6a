import { describe, expect, test } from 'vitest'
import { loadRules } from '../store/rules.ts'
import { cancel } from './cancel.ts'
import type { Coverage } from './coverage.ts'
import { file } from './file.ts'
import { stateOn, type Filing, type FilingTerms } from './filing.ts'
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
  referral: null,
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
    const { filing, replaced } = decide(LONG)
    expect(filing.effectiveFrom.equals(NOW)).toBe(true)
    expect(filing).toMatchObject({ pool: '620200', rules: '620200@2023-11-17', homeUse: 'BOTH', cancelledFrom: null })
    expect(stateOn(filing, TODAY)).toBe('EFFECTIVE')
    expect(replaced).toEqual([])
  })

  test('that begins later takes effect at the start of that day', () => {
    const { filing } = decide({ ...LONG, beginOn: day('2026-12-01') })
    expect(filing.effectiveFrom.toString()).toBe('2026-11-30T16:00:00Z')
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

  test('for the same place replaces the one there from its own first day', () => {
    const old = decide(OTHER).filing
    const { filing, replaced } = decide({ ...OTHER, beginOn: day('2026-12-01') }, [old])
    expect(replaced).toHaveLength(1)
    expect(replaced[0]).toMatchObject({ id: old.id, replacedBy: filing.id })
    expect(replaced[0]?.cancelledFrom?.toString()).toBe('2026-12-01')
    expect(stateOn(replaced[0]!, TODAY)).toBe('EFFECTIVE')
    expect(stateOn(replaced[0]!, day('2026-12-01'))).toBe('REPLACED')
  })

  test('for a residence replaces a temporary one there, never the other way round', () => {
    expect(decide(LONG, [decide(OTHER).filing]).replaced).toHaveLength(1)
    expect(() => decide(OTHER, [decide(LONG).filing])).toThrow('COVERED_BY_LONG_TERM')
    expect(decide({ ...OTHER, destination: '4401' }, [decide(LONG).filing]).replaced).toEqual([])
  })

  test('of a second residence replaces the first, not before the pool allows a change', () => {
    const old = decide(LONG).filing
    const move = { ...LONG, destination: '1101' }
    expect(() => decide(move, [old])).toThrow('CHANGE_TOO_EARLY')
    const later = { now: at('2027-05-22') }
    expect(() => decide({ ...move, beginOn: day('2027-05-21') }, [old], { now: at('2027-05-21') })).toThrow(
      'CHANGE_TOO_EARLY',
    )
    expect(decide({ ...move, beginOn: day('2027-05-22') }, [old], later).replaced[0]?.id).toBe(old.id)
    expect(decide(move, [old], { rules: book.rulesOf('620100') }).replaced).toHaveLength(1)
  })

  test('for one place too many at the same time is refused', () => {
    const held = ['11', '12', '50', '4401', '4403'].map((destination) => decide({ ...OTHER, destination }).filing)
    expect(() => decide(OTHER, held)).toThrow('TOO_MANY_PLACES')
    const ended = held.map((one, i) => (i === 0 ? { ...one, cancelledFrom: TODAY, cancelledAt: NOW } : one))
    expect(() => decide(OTHER, ended)).not.toThrow()
  })
})

describe('a cancellation', () => {
  const rules = book.rulesOf('620200')

  test('takes effect the next day: today the filing still holds', () => {
    const gone = cancel(decide(OTHER).filing, rules, NOW)
    expect(gone.cancelledFrom?.toString()).toBe('2026-11-23')
    expect(stateOn(gone, TODAY)).toBe('EFFECTIVE')
    expect(stateOn(gone, day('2026-11-23'))).toBe('CANCELLED')
  })

  test('of a long-term filing waits as long as the pool says, unless it has not begun', () => {
    const { filing } = decide(LONG)
    expect(() => cancel(filing, rules, at('2027-05-21'))).toThrow('CHANGE_TOO_EARLY')
    expect(cancel(filing, rules, at('2027-05-22')).cancelledFrom?.toString()).toBe('2027-05-23')
    expect(() => cancel(filing, book.rulesOf('320500'), at('2027-01-20'))).toThrow('CHANGE_TOO_EARLY')
    expect(() => cancel(filing, book.rulesOf('320500'), at('2027-01-21'))).not.toThrow()
    const ahead = decide({ ...LONG, beginOn: day('2026-12-01') }).filing
    expect(stateOn(cancel(ahead, rules, NOW), TODAY)).toBe('CANCELLED')
  })

  test('happens once and not after the end', () => {
    const { filing } = decide(OTHER)
    expect(() => cancel(cancel(filing, rules, NOW), rules, NOW)).toThrow('FILING_CANCELLED')
    expect(() => cancel(filing, rules, at('2027-05-22'))).toThrow('FILING_EXPIRED')
    expect(stateOn(filing, day('2027-05-22'))).toBe('EXPIRED')
  })
})
