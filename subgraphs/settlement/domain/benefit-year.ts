/** A year over which counters run, named after the calendar year it begins in. */
export interface BenefitYear {
  /** `2025`: the period of counter keys. */
  readonly label: string
  readonly begin: Temporal.PlainDate
  /** Last day, included. */
  readonly end: Temporal.PlainDate
}

/** The benefit year of a pool that a day belongs to; in some pools it begins in July. */
export function benefitYear(
  start: { readonly month: number; readonly day: number },
  on: Temporal.PlainDate,
): BenefitYear {
  const sameYear = Temporal.PlainDate.from({ year: on.year, month: start.month, day: start.day })
  const begin = Temporal.PlainDate.compare(on, sameYear) < 0 ? sameYear.subtract({ years: 1 }) : sameYear
  return { label: String(begin.year), begin, end: begin.add({ years: 1 }).subtract({ days: 1 }) }
}
