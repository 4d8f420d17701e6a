import { ZERO, type Fen } from '@yibao/schema/money'
import type { ClearingRules } from './clearing-rules.ts'
import { Fields, type Maybe } from './fields.ts'
import { uuidFault } from '@yibao/schema/ids'
import { parseSettlementNumber } from './settlement-id.ts'

export interface DeductInput {
  readonly statement: string
  readonly settlement: string
  readonly line?: Maybe<string>
  readonly amount: string
  readonly reason: string
  readonly words: string
}

/** What is to be deducted. */
export interface Deducting {
  /** Null when the text is no settlement's id or number. */
  readonly settlementId: string | null
  readonly serial: string | null
  readonly amount: Fen
  readonly reason: string
  readonly words: string
}

/** How long somebody’s reason may be. */
export const WORDS = { max: 500 } as const

/** Reads what is deducted and why. Throws InvalidInput. */
export function readDeduction(input: DeductInput, { reasons }: Pick<ClearingRules, 'reasons'>): Deducting {
  const fields = new Fields()
  const within = fields.within('input')
  const serial = within.optional('line', input.line, { max: 60 })
  const amount = within.money('amount', input.amount)
  if (amount !== null && amount <= 0n) within.fault('amount', 'RANGE', { zh: '应大于 0', en: 'must be more than zero' })
  const reason = within.oneOf('reason', input.reason, [...reasons.keys()])
  const words = within.words('words', input.words, WORDS)
  fields.check()
  // What is null was at fault and is thrown.
  return {
    settlementId: settlementIdOf(input.settlement),
    serial,
    amount: amount ?? ZERO,
    reason: reason ?? '',
    words: words ?? '',
  }
}

/** A settlement by id or by number. */
const settlementIdOf = (text: string): string | null =>
  parseSettlementNumber(text) ?? (uuidFault(text) === null ? text.toLowerCase() : null)

/** Somebody's own words about a decision. Throws InvalidInput. */
export function readWords(path: string, words: string): string {
  const fields = new Fields()
  const read = fields.words(path, words, WORDS)
  fields.check()
  return read ?? ''
}

/** A paper in support, named by its id. Throws InvalidInput. */
export function readDocument(path: string, document: Maybe<string>): string | null {
  const fields = new Fields()
  const read = fields.optional(path, document, { max: 64, ascii: true })
  fields.check()
  return read
}
