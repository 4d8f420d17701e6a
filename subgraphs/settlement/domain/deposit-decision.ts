import { dayOf } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import { readDocument, WORDS } from './deduction.ts'
import { INSTITUTION } from './declare-month.ts'
import { YEAR } from './deposit.ts'
import { Fields, type Maybe } from './fields.ts'

export interface DecideDepositInput {
  readonly institution: string
  readonly year: string
  readonly release: boolean
  readonly reason: string
  readonly sourceNumber: string
  readonly document?: Maybe<string>
}

/** What becomes of what no score gives back of a year. */
export interface ReadDecision {
  readonly institution: string
  readonly year: string
  readonly outcome: 'RELEASED' | 'FORFEITED'
  readonly reason: string
  readonly sourceNumber: string
  readonly document: string | null
}

/** Reads a decision. Throws InvalidInput, NotAllowed while the year is not over. */
export function readDecision(input: DecideDepositInput, now: Temporal.Instant): ReadDecision {
  const fields = new Fields()
  const within = fields.within('input')
  const institution = within.text('institution', input.institution, INSTITUTION)
  const year = within.text('year', input.year, { max: 4, ...YEAR })
  const reason = within.words('reason', input.reason, WORDS)
  const sourceNumber = within.words('sourceNumber', input.sourceNumber, { max: 60 })
  fields.check()
  if (dayOf(now).year <= Number(year))
    throw NotAllowed.at('input.year', 'PERIOD_NOT_OVER', { zh: `${year} 年尚未结束`, en: `${year} is not over` })
  return {
    institution: institution ?? '',
    year: year ?? '',
    outcome: input.release ? 'RELEASED' : 'FORFEITED',
    reason: reason ?? '',
    sourceNumber: sourceNumber ?? '',
    document: readDocument('input.document', input.document),
  }
}
