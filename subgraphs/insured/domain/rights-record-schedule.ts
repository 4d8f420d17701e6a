/**
 * From this day of a year on the records of the year before are made. The law (社会保险法 第七十四条) says "regularly" and
 * no day; by March the last bills of December have come in (assumed).
 */
const FROM = { month: 3, day: 1 }

/** The latest year whose records are due on a day; null where the year before is not due yet. */
export const lastYearToTell = (today: Temporal.PlainDate): number | null =>
  Temporal.PlainDate.compare(today, today.with(FROM)) < 0 ? null : today.year - 1
