import { dayOf } from '@yibao/schema/dates'
import { addWorkingDays, countWorkingDays, isWorkingDay } from '@yibao/schema/working-days'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  colourOf,
  daysOfColour,
  daysLeft,
  goOn,
  isAlarming,
  isBreached,
  pauseClock,
  recount,
  startClock,
  stopClock,
  WORKING_DAYS,
  type Calendar,
  type ClaimClock,
} from './claim-clock.ts'

const at = (text: string) => Temporal.Instant.from(`${text}T10:00:00+08:00`)
const day = (text: string) => Temporal.PlainDate.from(text)
const reason = { zh: '请补齐发票', en: 'the invoice is missing' }
const pause = (clock: ClaimClock, text: string, calendar = WORKING_DAYS) =>
  pauseClock(clock, { at: at(text), reason }, calendar)
const start = (text: string, days = 15, calendar = WORKING_DAYS) =>
  startClock({ kind: 'DECISION', days, at: at(text) }, calendar)
const due = (clock: ClaimClock) => `${clock.dueOn?.toString() ?? 'paused'}${clock.provisional ? ' provisional' : ''}`

const within = (dueOn: Temporal.PlainDate, { from, to }: ReturnType<typeof daysOfColour>) =>
  (from === null || Temporal.PlainDate.compare(from, dueOn) <= 0) &&
  (to === null || Temporal.PlainDate.compare(dueOn, to) <= 0)

/** A calendar in which these days are off too, and that knows every year. */
const withOff = (...off: string[]): Calendar => {
  const works = (one: Temporal.PlainDate) => isWorkingDay(one) && !off.includes(one.toString())
  const count = (from: Temporal.PlainDate, to: Temporal.PlainDate) => {
    let days = 0
    for (let one = from; Temporal.PlainDate.compare(one, to) < 0;) {
      one = one.add({ days: 1 })
      if (works(one)) days += 1
    }
    return { days, provisional: false }
  }
  const add = (from: Temporal.PlainDate, days: number) => {
    let one = from
    for (let left = days; left > 0 || !works(one);) {
      one = one.add({ days: 1 })
      if (left > 0 && works(one)) left -= 1
    }
    return { day: one, provisional: false }
  }
  return { add, count }
}

describe('a clock', () => {
  test('counts working days from the day after it begins, over holidays and weekends that are worked', () => {
    expect(due(start('2026-11-20'))).toBe('2026-12-11')
    // The Spring Festival of 2026 takes six weekdays, and 14 and 28 February are worked.
    expect(due(start('2026-02-10'))).toBe('2026-03-09')
    expect(due(start('2026-09-25', 5))).toBe('2026-10-09')
  })

  test('stands still while papers are missing, and goes on with the days that are left', () => {
    const running = start('2026-11-20')
    const paused = pause(running, '2026-11-25')
    expect(paused).toMatchObject({ used: 3, dueOn: null, pauseReason: reason })
    const on = goOn(paused, at('2026-12-02'))
    // Five working days passed meanwhile.
    expect(due(on)).toBe('2026-12-18')
    expect(on).toMatchObject({ used: 3, pausedAt: null, pauseReason: null })
    const twice = goOn(pause(on, '2026-12-04'), at('2026-12-07'))
    expect(due(twice)).toBe('2026-12-21')
    expect(twice.used).toBe(5)
  })

  test('that is stopped and goes on within one day loses nothing', () => {
    const running = start('2026-11-20')
    expect(due(goOn(pause(running, '2026-11-25'), at('2026-11-25')))).toBe(due(running))
  })

  test('stopped on its last day has no day left: what comes back is due at once', () => {
    const paused = pause(start('2026-11-20'), '2026-12-11')
    expect(due(goOn(paused, at('2026-12-16')))).toBe('2026-12-16')
    expect(due(goOn(paused, at('2026-12-19')))).toBe('2026-12-21')
  })

  test('is neither stopped twice nor started twice', () => {
    const paused = pause(start('2026-11-20'), '2026-11-25')
    expect(pause(paused, '2026-11-27')).toBe(paused)
    const on = goOn(paused, at('2026-12-02'))
    expect(goOn(on, at('2026-12-03'))).toBe(on)
    const done = stopClock(on, at('2026-12-04'))
    expect(pause(done, '2026-12-05')).toBe(done)
    expect(stopClock(done, at('2026-12-09'))).toBe(done)
  })

  test('runs for exactly its days however often it is stopped, and ends later by the working days it stood', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 700 }),
        fc.integer({ min: 10, max: 30 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 12 })), { maxLength: 3 }),
        (offset, days, stops) => {
          let now = at('2024-01-02').add({ hours: 24 * offset })
          let clock = start(dayOf(now).toString(), days)
          let stood = 0
          const first = clock.dueOn ?? day('1900-01-01')
          for (const [runs, stands] of stops) {
            now = now.add({ hours: 24 * runs })
            const from = dayOf(now)
            clock = pause(clock, from.toString())
            now = now.add({ hours: 24 * stands })
            clock = goOn(clock, now)
            stood += countWorkingDays(from, dayOf(now)).days
          }
          const ran = clock.runs.map(({ from, to }) => countWorkingDays(day(from), day(to ?? String(clock.dueOn))).days)
          expect(ran.reduce((sum, one) => sum + one, 0)).toBe(days)
          expect(countWorkingDays(first, clock.dueOn ?? first).days).toBe(stood)
        },
      ),
    )
  })
})

describe('a clock that runs into a year whose holidays are not published', () => {
  const holiday = withOff('2027-01-04', '2027-01-05')

  test('says so, and is counted anew when they are', () => {
    const clock = start('2026-12-25', 10)
    expect(due(clock)).toBe('2027-01-11 provisional')
    expect(due(recount(clock))).toBe('2027-01-11 provisional')
    expect(due(recount(clock, holiday))).toBe('2027-01-13')
  })

  test('has back the days it had used that turn out to be holidays', () => {
    const paused = pause(start('2026-12-25', 10), '2027-01-06')
    expect(paused).toMatchObject({ used: 7, provisional: true, dueOn: null })
    expect(recount(paused, holiday)).toMatchObject({ used: 5, provisional: false, dueOn: null })
    const on = goOn(paused, at('2027-01-13'))
    expect(due(on)).toBe('2027-01-18 provisional')
    expect(due(recount(on, holiday))).toBe('2027-01-20')
  })

  test('binds the agency by the earlier day too, and never the person who was told a later one', () => {
    const kind = 'SUPPLEMENT'
    const later = withOff('2027-01-04')
    const agency = start('2026-12-25', 10, later)
    const person = startClock({ kind, days: 10, at: at('2026-12-25') }, later)
    expect([due(agency), due(person)]).toEqual(['2027-01-12', '2027-01-12'])
    const known = withOff()
    expect([due(recount(agency, known)), due(recount(person, known))]).toEqual(['2027-01-11', '2027-01-12'])
  })
})

describe('how urgent a claim is', () => {
  const clock = start('2026-11-20')
  const colour = (today: string, one = clock) => colourOf(one, { today: day(today), alarmDays: 3 })

  test('goes by the working days that are left', () => {
    expect(['2026-11-20', '2026-12-07', '2026-12-08', '2026-12-11', '2026-12-12'].map((one) => colour(one))).toEqual([
      'GREEN',
      'GREEN',
      'YELLOW',
      'YELLOW',
      'RED',
    ])
    expect(
      ['2026-11-20', '2026-12-10', '2026-12-11', '2026-12-12', '2026-12-15'].map((one) => daysLeft(clock, day(one))),
    ).toEqual([15, 1, 0, -1, -2])
  })

  test('is one colour for each deadline, by which the queue is narrowed', () => {
    for (let i = 0; i < 400; i += 1) {
      const dueOn = day('2026-01-01').add({ days: i })
      const standing = { today: day('2026-06-15').add({ days: i % 9 }), alarmDays: i % 6 }
      const colours = (['GREEN', 'YELLOW', 'RED'] as const).filter((one) => within(dueOn, daysOfColour(one, standing)))
      expect(colours).toEqual([colourOf({ ...clock, dueOn }, standing)])
    }
  })

  test('is nothing of what is paused or done', () => {
    expect(colour('2026-12-20', pause(clock, '2026-11-25'))).toBe('PAUSED')
    expect(colour('2026-12-20', stopClock(clock, at('2026-12-10')))).toBeNull()
    expect(daysLeft(stopClock(clock, at('2026-12-10')), day('2026-12-20'))).toBeNull()
  })

  test('is told once before the time is over and once after', () => {
    const standing = (today: string) => ({ today: day(today), alarmDays: 3 })
    expect(isAlarming(clock, standing('2026-12-07'))).toBe(false)
    expect(isAlarming(clock, standing('2026-12-08'))).toBe(true)
    expect(isAlarming({ ...clock, alarmedAt: at('2026-12-08') }, standing('2026-12-09'))).toBe(false)
    expect(isBreached(clock, day('2026-12-11'))).toBe(false)
    expect(isBreached(clock, day('2026-12-12'))).toBe(true)
    expect(isBreached({ ...clock, breachedAt: at('2026-12-12') }, day('2026-12-14'))).toBe(false)
    expect(isBreached(stopClock(clock, at('2026-12-10')), day('2026-12-14'))).toBe(false)
  })

  test('is told anew once the clock has gone on after a pause', () => {
    const alarmed = { ...clock, alarmedAt: at('2026-12-08') }
    const on = goOn(pause(alarmed, '2026-12-08'), at('2026-12-22'))
    expect(due(on)).toBe(addWorkingDays(day('2026-12-22'), 3).day.toString())
    expect(isAlarming(on, { today: day('2026-12-22'), alarmDays: 3 })).toBe(true)
  })
})
