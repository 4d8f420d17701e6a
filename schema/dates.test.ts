import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ageOn, dayOf, holdsOn, overlap, parseDay, parseInstant, systemClock, wallTime } from './dates.ts'

test('a business day begins at midnight in Shanghai, not in Greenwich', () => {
  expect(dayOf(Temporal.Instant.from('2025-12-31T15:59:59Z')).toString()).toBe('2025-12-31')
  expect(dayOf(Temporal.Instant.from('2025-12-31T16:00:00Z')).toString()).toBe('2026-01-01')
})

test('the clock gives whole milliseconds, so an instant survives the database', () => {
  expect(systemClock().epochNanoseconds % 1_000_000n).toBe(0n)
})

test.each(['2025-02-29', '2025-13-01', '2025-1-1', '25-01-01', '1899-12-31', '2025-01-01T00:00:00Z', ''])(
  'no day: %j',
  (text) => expect(parseDay(text)).toBeNull(),
)

test.each(['2025-01-01T00:00:00', '2025-01-01', '2025-01-01T24:00:00+08:00', '2025-01-01 00:00:00+08:00', 'now'])(
  'no instant: %j',
  (text) => expect(parseInstant(text)).toBeNull(),
)

test('an instant keeps its moment whatever offset it was written with', () => {
  const [here, there] = [parseInstant('2025-06-01T08:00:00+08:00'), parseInstant('2025-06-01T00:00:00Z')]
  expect(here?.equals(there!)).toBe(true)
  expect(wallTime(here!)).toBe('2025-06-01 08:00:00')
})

test('age counts completed years; who was born on 29 February is older on 1 March', () => {
  const born = Temporal.PlainDate.from('2004-02-29')
  expect(ageOn(born, Temporal.PlainDate.from('2025-02-28'))).toBe(20)
  expect(ageOn(born, Temporal.PlainDate.from('2025-03-01'))).toBe(21)
})

test('the last ten-millionth of a second of a day still belongs to it', () => {
  expect(dayOf(parseInstant('2025-12-31T23:59:59.9999999+08:00')!).toString()).toBe('2025-12-31')
})

const FIRST = Temporal.PlainDate.from('2026-11-22')
const spanOf = ({ begin, length }: { begin: number; length: number | null }) => ({
  beginOn: FIRST.add({ days: begin }),
  endOn: length === null ? null : FIRST.add({ days: begin + length }),
})

test('two periods overlap exactly when some day lies in both', () => {
  const period = fc.record({
    begin: fc.integer({ min: 0, max: 20 }),
    length: fc.option(fc.integer({ min: 0, max: 20 })),
  })
  fc.assert(
    fc.property(period, period, (a, b) => {
      const days = Array.from({ length: 50 }, (_, i) => i)
      const within = (p: typeof a, i: number) => i >= p.begin && (p.length === null || i <= p.begin + p.length)
      expect(overlap(spanOf(a), spanOf(b))).toBe(days.some((i) => within(a, i) && within(b, i)))
      for (const i of days) expect(holdsOn(spanOf(a), FIRST.add({ days: i }))).toBe(within(a, i))
    }),
  )
})

const slow = (at: Temporal.Instant) => at.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString()

test('the day of an instant is that of the calendar, whichever way it is found', () => {
  const edges = [
    '1986-05-04',
    '1990-09-16',
    '1991-04-14',
    '1991-09-15',
    '1991-09-16',
    '2000-02-29',
    '2026-12-31',
    '2999-12-31',
  ]
  for (const edge of edges) {
    const midnight = Temporal.Instant.from(`${edge}T00:00:00+08:00`)
    for (const ms of [-3_600_001, -3_600_000, -1, 0, 1, 3_599_999, 86_399_999]) {
      const at = midnight.add({ milliseconds: ms })
      expect(dayOf(at).toString()).toBe(slow(at))
      expect(dayOf(at).toString()).toBe(slow(at))
    }
  }
})
