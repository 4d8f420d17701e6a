import { dayOf } from '@yibao/schema/dates'
import type { NotAllowed } from '@yibao/schema/rejection'
import { Fields, INSURANCE_TYPE, type Maybe } from './fields.ts'
import { refusedAt } from './refusals.ts'

/** What is closed, as the bureau's program names it. */
export interface ClosePeriodInput {
  readonly kind: 'MONTH' | 'YEAR'
  readonly institution?: Maybe<string>
  readonly insuranceType?: Maybe<string>
  readonly period: string
}

/** A declared month of an institution, or a benefit year of an insurance, that is closed. */
export interface ClosedPeriod {
  readonly kind: 'MONTH' | 'YEAR'
  readonly pool: string
  /** The institution, or the insurance type. */
  readonly scope: string
  readonly period: string
}

const INSTITUTION = {
  pattern: /^[HP]\d{11}$/,
  form: { zh: '机构编码，H 或 P 加 11 位数字', en: 'the code of an institution, H or P and 11 digits' },
}
const MONTH = {
  pattern: /^2\d{3}-(0[1-9]|1[0-2])$/,
  form: { zh: '月份 yyyy-MM，如 2026-10', en: 'a month (yyyy-MM), such as 2026-10' },
}
const YEAR = { pattern: /^2\d{3}$/, form: { zh: '年度 yyyy，如 2026', en: 'a benefit year (yyyy), such as 2026' } }

/** Reads what is to be closed for a pool. Throws InvalidInput. */
export function readClosePeriod(
  { kind, institution, insuranceType, period }: ClosePeriodInput,
  pool: string,
): ClosedPeriod {
  const fields = new Fields()
  const scope =
    kind === 'MONTH'
      ? fields.text('input.institution', institution, { max: 12, ...INSTITUTION })
      : fields.text('input.insuranceType', insuranceType, { max: 3, ...INSURANCE_TYPE })
  const read = fields.text('input.period', period, { max: 7, ...(kind === 'MONTH' ? MONTH : YEAR) })
  fields.check()
  return { kind, pool, scope: scope ?? '', period: read ?? '' }
}

/** The day after the last of a period. A benefit year begins on the day the pool says. */
export function endOf({ kind, period }: ClosedPeriod, year: { month: number; day: number }): Temporal.PlainDate {
  if (kind === 'MONTH') return Temporal.PlainDate.from(`${period}-01`).add({ months: 1 })
  return Temporal.PlainDate.from({ year: Number(period) + 1, ...year })
}

/** Throws NotAllowed while a period is not over. */
export function checkOver(end: Temporal.PlainDate, now: Temporal.Instant): void {
  if (Temporal.PlainDate.compare(dayOf(now), end) < 0)
    throw refusedAt('PERIOD_NOT_OVER', ['input.period'], {
      zh: `期间至 ${end.subtract({ days: 1 }).toString()}，尚未结束`,
      en: `the period lasts until ${end.subtract({ days: 1 }).toString()} and is not over`,
    })
}

export const alreadyClosed = (): NotAllowed =>
  refusedAt('ALREADY_CLOSED', ['input.period'], { zh: '该期间已清算', en: 'the period is closed already' })

/** A new bill of a benefit year that is closed: its counters count no more. */
export const yearClosed = (year: string): NotAllowed =>
  refusedAt('YEAR_CLOSED', ['end'], {
    zh: `${year} 待遇年度已清算，不能再联网结算；已结算的以 refund 更正，未结算的到经办机构手工报销`,
    en: `the benefit year ${year} is closed; a settled bill of it is corrected by refund, another is claimed by hand`,
  })
