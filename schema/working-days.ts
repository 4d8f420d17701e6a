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
  /**
   * The arrangement of a year on the way is not published yet, so that only weekends and the statutory days were left out
   * of it; what is moved from and to weekends around them is not known.
   */
  readonly provisional: boolean
}

/**
 * Whether public offices work on a day. In years whose arrangement is not published those are the days from Monday to
 * Friday which are no statutory holidays.
 */
export function isWorkingDay(day: Temporal.PlainDate): boolean {
  const year = YEARS.get(day.year)
  const text = day.toString()
  if (year === undefined) return day.dayOfWeek <= 5 && !isStatutory(day)
  if (year.worked.includes(text)) return true
  if (year.off.some(([first = '', last = '']) => first <= text && text <= last)) return false
  return day.dayOfWeek <= 5
}

/** New Year, Labour Day (two days) and National Day (three). */
const FIXED = new Set(['01-01', '05-01', '05-02', '10-01', '10-02', '10-03'])
/** By the Chinese calendar: three days of the Spring Festival, Dragon Boat, Mid-Autumn. */
const LUNAR = new Set(['M01-1', 'M01-2', 'M01-3', 'M05-5', 'M08-15'])

/**
 * The thirteen statutory holidays (法定节假日) of every year since 2025: 全国年节及纪念日放假办法, 国务院令第795号 of 2024-11-10, art. 2. They are
 * off whatever is arranged around them.
 */
export function isStatutory(day: Temporal.PlainDate): boolean {
  if (FIXED.has(day.toString().slice(5))) return true
  // The last day of the year has no number of its own: it is the one before the first.
  return LUNAR.has(lunarDay(day)) || lunarDay(day.add({ days: 1 })) === 'M01-1' || isQingming(day)
}

/** Month and day by the Chinese calendar; a leap month has a code of its own. */
function lunarDay(date: Temporal.PlainDate): string {
  const { monthCode, day } = date.withCalendar('chinese')
  return `${monthCode}-${day}`
}

/**
 * Qingming (清明), when the sun is at 15°: the usual formula of the solar terms, which holds from 2000 to 2099.
 */
function isQingming({ year, month, day }: Temporal.PlainDate): boolean {
  const ofCentury = year % 100
  return month === 4 && day === Math.floor(ofCentury * 0.2422 + 4.81) - Math.floor(ofCentury / 4)
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
  return { day, provisional: reachesUnpublished(from, day) }
}

/** How many days were counted. */
export interface CountedDays {
  readonly days: number
  /** As of `CountedDay`. */
  readonly provisional: boolean
}

/** The working days after a day up to another, which itself is counted: `addWorkingDays` the other way round. */
export function countWorkingDays(from: Temporal.PlainDate, to: Temporal.PlainDate): CountedDays {
  let days = 0
  for (let day = from; Temporal.PlainDate.compare(day, to) < 0;) {
    day = day.add({ days: 1 })
    if (isWorkingDay(day)) days += 1
  }
  return { days, provisional: reachesUnpublished(from, to) }
}

const reachesUnpublished = (from: Temporal.PlainDate, to: Temporal.PlainDate): boolean =>
  Array.from({ length: Math.max(0, to.year - from.year) + 1 }, (_, later) => from.year + later).some(
    (year) => !YEARS.has(year),
  )
