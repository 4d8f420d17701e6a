import { uuidFault } from '@yibao/schema/ids'
import type { Problem } from '@yibao/schema/rejection'
import { MONTH } from './clearing.ts'
import { INSTITUTION } from './declare-month.ts'
import { Fields, type Maybe } from './fields.ts'

interface Asked {
  readonly institution?: Maybe<string>
  /** Of clearing, yyyy-MM. */
  readonly month?: Maybe<string>
  /** yyyy */
  readonly year?: Maybe<string>
  /** Id of a payment batch. */
  readonly batch?: Maybe<string>
}

type Read = { readonly [K in keyof Asked]?: string }

const YEAR = { max: 4, pattern: /^\d{4}$/, form: { zh: '四位年度 yyyy', en: 'a year, yyyy' } }

/** Reads what a list of clearing is narrowed to, leaving out what was not said; faults are added to `problems`. */
export function readClearingFilter({ institution, month, year, batch }: Asked, problems: Problem[]): Read {
  const fields = new Fields(problems)
  const read = {
    institution: fields.optional('institution', institution, INSTITUTION),
    month: fields.optional('month', month, { max: 7, ...MONTH }),
    year: fields.optional('year', year, YEAR),
    batch: batch?.toLowerCase() ?? null,
  }
  const fault = read.batch === null ? null : uuidFault(read.batch)
  if (fault !== null) problems.push({ path: 'batch', ...fault })
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== null))
}
