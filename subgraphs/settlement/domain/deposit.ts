import { dayOf } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import { hundredths } from './clearing-rules.ts'
import { readDocument } from './deduction.ts'
import { INSTITUTION } from './declare-month.ts'
import { Fields, type Maybe } from './fields.ts'

export interface ScoreInput {
  readonly institution: string
  readonly year: string
  readonly score: string
  readonly document?: Maybe<string>
}

/** The yearly score of an institution, in hundredths of a point. */
export interface Score {
  readonly institution: string
  readonly year: string
  readonly score: number
  readonly document: string | null
}

export const YEAR = { pattern: /^2\d{3}$/, form: { zh: '年度 yyyy，如 2026', en: 'a year (yyyy), such as 2026' } }
export const POINTS = {
  pattern: /^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$/,
  form: { zh: '0 至 100 分，最多两位小数', en: 'points from 0 to 100 with at most two decimals' },
}

/** Reads a score. Throws InvalidInput, NotAllowed while the year is not over. */
export function readScore(input: ScoreInput, now: Temporal.Instant): Score {
  const fields = new Fields()
  const within = fields.within('input')
  const institution = within.text('institution', input.institution, INSTITUTION)
  const year = within.text('year', input.year, { max: 4, ...YEAR })
  const points = within.text('score', input.score, { max: 6, ...POINTS })
  fields.check()
  if (dayOf(now).year <= Number(year))
    throw NotAllowed.at('input.year', 'PERIOD_NOT_OVER', { zh: `${year} 年尚未结束`, en: `${year} is not over` })
  return {
    institution: institution ?? '',
    year: year ?? '',
    score: hundredths(points ?? '0'),
    document: readDocument('input.document', input.document),
  }
}
