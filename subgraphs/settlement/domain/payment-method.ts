import { portion, ZERO, type Fen, type Rate } from '@yibao/schema/money'
import type { ClearingRules } from './clearing-rules.ts'
import { careKindOfClearing } from './clearing-type.ts'
import { MONTH } from './clearing.ts'
import { INSTITUTION } from './declare-month.ts'
import { Fields, INSURANCE_TYPE, POOL, type Maybe } from './fields.ts'

export interface DifferenceInput {
  readonly institution: string
  readonly month: string
  readonly insuranceType: string
  readonly clearingType: string
  readonly method: string
  readonly amount: string
  readonly sourceNumber: string
  readonly document?: Maybe<string>
  readonly corrects?: Maybe<string>
  readonly insuredPool?: Maybe<string>
}

/** What a payment method makes of a month, as a paper says it. */
export interface ReadDifference {
  readonly institution: string
  readonly month: string
  readonly insuranceType: string
  readonly clearingType: string
  readonly method: string
  readonly amount: Fen
  readonly sourceNumber: string
  readonly document: string
  /** The entry it corrects, by what it adds. */
  readonly corrects: string | null
}

const ENTRIES_MAX = 500

/** Reads differences with every fault of each. Throws InvalidInput. */
export function readDifferences(
  inputs: readonly DifferenceInput[],
  { methods }: Pick<ClearingRules, 'methods'>,
): ReadDifference[] {
  const fields = new Fields()
  if (inputs.length === 0 || inputs.length > ENTRIES_MAX)
    fields.fault('entries', 'RANGE', { zh: `应为 1 至 ${ENTRIES_MAX} 条`, en: `takes 1 to ${ENTRIES_MAX} entries` })
  const read = inputs.slice(0, ENTRIES_MAX).map((input, i) => readOne(fields.within(`entries[${i}]`), input, methods))
  fields.check()
  return read
}

function readOne(fields: Fields, input: DifferenceInput, methods: ClearingRules['methods']): ReadDifference {
  const amount = fields.money('amount', input.amount)
  if (amount === 0n) fields.fault('amount', 'RANGE', { zh: '不应为 0', en: 'must not be zero' })
  if (careKindOfClearing(input.clearingType) === null)
    fields.fault('clearingType', 'UNKNOWN_CODE', { zh: '不是清算类别', en: 'is no clearing type' })
  fields.optional('insuredPool', input.insuredPool, { max: 6, ...POOL })
  // What is null here is at fault and thrown by `check`.
  return {
    institution: fields.text('institution', input.institution, INSTITUTION) ?? '',
    month: fields.text('month', input.month, { max: 7, ...MONTH }) ?? '',
    insuranceType: fields.text('insuranceType', input.insuranceType, { max: 3, ...INSURANCE_TYPE }) ?? '',
    clearingType: input.clearingType,
    method: fields.oneOf('method', input.method, [...methods.keys()]) ?? '',
    amount: amount ?? ZERO,
    sourceNumber: fields.words('sourceNumber', input.sourceNumber, { max: 60 }) ?? '',
    document: fields.text('document', input.document, { max: 64, ascii: true }) ?? '',
    corrects: fields.optional('corrects', input.corrects, { max: 36, ascii: true })?.toLowerCase() ?? null,
  }
}

/** What the differences of a key and month come to with one more, and what was settled of them. */
export interface MonthTurnover {
  /** What funds paid of the month, less what was reversed. */
  readonly fund: Fen
  readonly differences: Fen
}

/** Whether one more difference makes more of a month than the limit allows. */
export function isAboveLimit({ fund, differences }: MonthTurnover, amount: Fen, limit: Rate): boolean {
  const total = differences + amount
  const most = portion(fund > 0n ? fund : ZERO, limit)
  // What makes it less is always taken: a correction of one that was too much.
  if ((total < 0n ? -total : total) <= most) return false
  return total < 0n === amount < 0n
}
