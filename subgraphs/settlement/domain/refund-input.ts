import { quantityOf, type Quantity } from '@yibao/schema/money'
import { InvalidInput } from '@yibao/schema/rejection'
import type { Bill, BillInput } from './bill.ts'
import { Fields, type Maybe } from './fields.ts'
import { readOperator } from './read-bill.ts'

/** What a client sends to take a part of a bill back; quantities are still text. */
export interface RefundInput {
  readonly lines: readonly RefundLineInput[]
  readonly chargeBatch: string
  readonly invoice?: Maybe<string>
  readonly operator?: Maybe<BillInput['operator']>
}

export interface RefundLineInput {
  readonly serial: string
  readonly quantity: string
  readonly traceCodes?: Maybe<readonly string[]>
}

/** How much of a line is taken back, and which packages came back with it. */
export interface RefundLine {
  readonly serial: string
  readonly quantity: Quantity
  readonly traceCodes: readonly string[]
}

/** A refund that has been read: what is taken back, and under which keys what remains is settled. */
export interface Refund {
  readonly lines: readonly RefundLine[]
  readonly chargeBatch: string
  readonly invoice: string | null
  readonly operator: Bill['operator'] | null
}

/** A bill has at most so many lines. */
const LINES_MAX = 2000
const CODES_MAX = 100

/** Reads a refund. Throws InvalidInput with every fault at once. */
export function readRefund({ lines, chargeBatch, invoice, operator }: RefundInput): Refund {
  const fields = new Fields()
  if (lines.length === 0) fields.fault('lines', 'REQUIRED', { zh: '至少要有一条明细', en: 'needs at least one line' })
  if (lines.length > LINES_MAX)
    throw InvalidInput.of([{ path: 'lines', code: 'TOO_MANY', message: { zh: '明细过多', en: 'has too many lines' } }])
  const seen = new Set<string>()
  const refund: Refund = {
    lines: lines.map((line, i) => readLine(fields.within(`lines[${i}]`), line, seen)),
    chargeBatch: fields.text('chargeBatch', chargeBatch, { max: 30, ascii: true }) ?? '',
    invoice: fields.optional('invoice', invoice, { max: 20, ascii: true }),
    operator: operator === null || operator === undefined ? null : readOperator(fields, operator),
  }
  fields.check()
  return refund
}

function readLine(fields: Fields, { serial, quantity, traceCodes }: RefundLineInput, seen: Set<string>): RefundLine {
  const known = fields.text('serial', serial, { max: 30, ascii: true })
  if (known !== null && seen.has(known))
    fields.fault('serial', 'DUPLICATE', { zh: '明细重复', en: 'occurs twice in this refund' })
  if (known !== null) seen.add(known)
  const taken = fields.quantity('quantity', quantity)
  if (taken !== null && taken <= 0n)
    fields.fault('quantity', 'NOT_POSITIVE', { zh: '退回数量须大于零', en: 'must be more than nothing' })
  const codes = traceCodes ?? []
  if (codes.length > CODES_MAX) fields.fault('traceCodes', 'TOO_MANY', { zh: '追溯码过多', en: 'has too many codes' })
  return { serial: known ?? '', quantity: taken ?? quantityOf(0n), traceCodes: codes.slice(0, CODES_MAX) }
}
