import published from './working-days.json' with { type: 'json' }

interface Year {
  /** First and last days of what is off, both of them in it. */
  readonly off: readonly (readonly string[])[]
  /** Saturdays and Sundays that are worked instead. */
  readonly worked: readonly string[]
}

const YEARS = new Map<number, Year>(Object.entries(published).map(([year, rest]) => [Number(year), rest]))

/** A day that was counted out. */
export interface CountedDay {
  readonly day: Temporal.PlainDate
  /** Holidays of a year on the way are not published yet, so that only weekends were left out of it. */
  readonly provisional: boolean
}

/** Whether public offices work on a day; Monday to Friday in years whose holidays are not published. */
export function isWorkingDay(day: Temporal.PlainDate): boolean {
  const year = YEARS.get(day.year)
  const text = day.toString()
  if (year?.worked.includes(text) === true) return true
  if (year?.off.some(([first = '', last = '']) => first <= text && text <= last) === true) return false
  return day.dayOfWeek <= 5
}

/**
 * The `count`th working day after a day, which itself is not counted: what "within five working days" ends on. With a
 * count of 0 the day itself, or the next that is worked.
 */
export function addWorkingDays(from: Temporal.PlainDate, count: number): CountedDay {
  let day = from
  let left = count
  while (left > 0 || !isWorkingDay(day)) {
    day = day.add({ days: 1 })
    if (left > 0 && isWorkingDay(day)) left -= 1
  }
  const years = Array.from({ length: day.year - from.year + 1 }, (_, later) => from.year + later)
  return { day, provisional: !years.every((year) => YEARS.has(year)) }
}
