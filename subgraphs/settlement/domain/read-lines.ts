import { quantityOf, unitPriceOf, ZERO, type Quantity } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Approval, BillLine, LineInput } from './bill.ts'
import { refundAmount, squareAmount } from './classify.ts'
import { isGiven, type Fields, type Maybe } from './fields.ts'
import { checkTraceCodes } from './trace-codes.ts'

/** More lines than this are refused: a stay that long is settled in parts. The national upload takes far fewer at once. */
export const LINES_MAX = 2000

/** Days of supply above which the national rule set refuses a prescription. */
const SUPPLY_DAYS_MAX = 300
const TRACE_CODES_MAX = 100
/** Codes of items and packages. */
export const CODE = {
  pattern: /^[0-9A-Za-z._\-/]+$/,
  form: { zh: '半角字母、数字或 . _ - /', en: 'made of letters, digits and . _ - /' },
}

/** Largest amounts the platform handles: a sum of 2,000 lines still fits the database's bigint a thousand times over. */
const AMOUNT_MAX = 1_000_000_000_000n
const PRICE_MAX = 10_000_000_000_000_000n
const QUANTITY_MAX = 1_000_000_000_000n

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

/** `hosp_appr_flag` 0, 1 and 2. */
const APPROVALS = ['NOT_NEEDED', 'APPROVED', 'REFUSED'] as const satisfies readonly Approval[]

/** What a line is read against: the visit it belongs to, and who has to name department and doctor. */
export interface LineFrame {
  readonly begin: Temporal.Instant | null
  readonly end: Temporal.Instant | null
  /** A hospital names department and doctor on every line; a pharmacy has neither. */
  readonly hospital: boolean
  /** How many lines are taken; those of a bill unless said otherwise. */
  readonly max?: number
}

/** Reads the lines of a bill; every fault is added to `fields` under `lines[i]`. */
export function readLines(fields: Fields, inputs: readonly LineInput[], frame: LineFrame): BillLine[] {
  if (inputs.length === 0) fields.fault('lines', 'REQUIRED', { zh: '至少要有一条明细', en: 'needs at least one line' })
  const max = frame.max ?? LINES_MAX
  if (inputs.length > max) {
    const message = { zh: `最多 ${max} 条明细，请分次结算`, en: `takes at most ${max} lines; settle in parts` }
    fields.fault('lines', 'TOO_MANY', message)
    return []
  }
  const charges: Charges = new Map()
  const lines = inputs.map((input, index) => readNext(fields.within(`lines[${index}]`), input, { frame, charges }))
  if (lines.some(({ traceCodes }) => traceCodes.length > 0)) checkTraceCodes(fields, lines)
  return lines
}

/** The lines read before, by serial, with what refunds have left of them. */
export type Charges = Map<string, Charge>

interface NextFrame {
  readonly frame: LineFrame
  readonly charges: Charges
  /** What is said of a serial that was there before. */
  readonly repeated?: Text
}

const TWICE: Text = { zh: '明细流水号重复', en: 'occurs twice in this bill' }

/** Reads one more line and adds it to those before it. */
export function readNext(fields: Fields, input: LineInput, { frame, charges, repeated = TWICE }: NextFrame): BillLine {
  const line = readLine(fields, input, frame)
  if (line.serial !== '' && charges.has(line.serial)) fields.fault('serial', 'DUPLICATE', repeated)
  const read = line.refundOf === null ? readCharge(fields, line) : readRefund(fields, line, { input, charges })
  charges.set(line.serial, { line: read, left: line.quantity })
  return read
}

function readLine(fields: Fields, input: LineInput, frame: LineFrame): BillLine {
  const named = (name: 'department' | 'doctor') =>
    frame.hospital ? fields.text(name, input[name], { max: 30 }) : fields.optional(name, input[name], { max: 30 })
  return {
    serial: fields.text('serial', input.serial, { max: 30, ascii: true }) ?? '',
    code: fields.text('code', input.code, { max: 50, ...CODE }) ?? '',
    ownCode: fields.text('ownCode', input.ownCode, { max: 150 }) ?? '',
    ...readAmounts(fields, input),
    time: readTime(fields, 'time', input.time, frame),
    department: named('department'),
    doctor: named('doctor'),
    prescription: fields.optional('prescription', input.prescription, { max: 30 }),
    ePrescription: fields.optional('ePrescription', input.ePrescription, { max: 30, ascii: true }),
    days: readDays(fields, 'days', input.days),
    approval: fields.oneOf('approval', input.approval ?? 'NOT_NEEDED', APPROVALS) ?? 'NOT_NEEDED',
    takeHome: input.takeHome ?? false,
    traceCodes: readTraceCodes(fields, 'traceCodes', input.traceCodes ?? []),
    refundOf: fields.optional('refundOf', input.refundOf, { max: 30, ascii: true }),
  }
}

const TOO_LARGE: Text = { zh: '数额过大', en: 'is too large' }

function readAmounts(fields: Fields, input: LineInput): Pick<BillLine, 'price' | 'quantity' | 'amount'> {
  const price = fields.unitPrice('price', input.price)
  const quantity = fields.quantity('quantity', input.quantity)
  const amount = fields.money('amount', input.amount)
  if (price !== null && price < 0n)
    fields.fault('price', 'NEGATIVE', { zh: '单价不能为负', en: 'must not be negative' })
  if (quantity === 0n) fields.fault('quantity', 'ZERO', { zh: '数量不能为零', en: 'must not be zero' })
  if (price !== null && price >= PRICE_MAX) fields.fault('price', 'TOO_LARGE', TOO_LARGE)
  if (quantity !== null && magnitude(quantity) >= QUANTITY_MAX) fields.fault('quantity', 'TOO_LARGE', TOO_LARGE)
  if (amount !== null && magnitude(amount) >= AMOUNT_MAX) fields.fault('amount', 'TOO_LARGE', TOO_LARGE)
  if (price !== null && quantity !== null && amount !== null && !isGiven(input.refundOf))
    checkSquare(fields, (decimals) => squareAmount(price, quantity, decimals) === amount, NOT_SQUARE)
  return { price: price ?? unitPriceOf(0n), quantity: quantity ?? quantityOf(0n), amount: amount ?? ZERO }
}

/** "横平竖直": the fault of a line whose amount is not its price times its quantity. */
export const NOT_SQUARE: Text = {
  zh: '金额不等于单价乘数量（四舍五入到分）',
  en: 'is not price × quantity, rounded half up to the fen',
}

/** The fault of a refund line whose amount is not what it takes off its charge. */
export const NOT_REFUND: Text = {
  zh: '金额不等于原明细退费前后应收金额之差',
  en: 'is not the difference between what the charge comes to before and after the refund',
}

/** Pools round lines at 2 to 4 decimals. Which one applies is known only with the person, so here any of them will do. */
function checkSquare(fields: Fields, isDue: (decimals: 2 | 3 | 4) => boolean, message: Text): void {
  if (!isDue(2) && !isDue(3) && !isDue(4)) fields.fault('amount', 'NOT_PRICE_TIMES_QUANTITY', message)
}

const EPOCH = Temporal.Instant.fromEpochMilliseconds(0)

function readTime(fields: Fields, path: string, value: string, { begin, end }: LineFrame): Temporal.Instant {
  const time = fields.instant(path, value)
  if (time === null) return EPOCH
  const before = begin !== null && Temporal.Instant.compare(time, begin) < 0
  const after = end !== null && Temporal.Instant.compare(time, end) > 0
  if (before || after)
    fields.fault(path, 'OUTSIDE_VISIT', { zh: '不在就诊起止时间之内', en: 'is not within begin and end of the visit' })
  return time
}

function readDays(fields: Fields, path: string, value: Maybe<number>): number | null {
  if (value === null || value === undefined) return null
  if (Number.isInteger(value) && value >= 1 && value <= SUPPLY_DAYS_MAX) return value
  const message = { zh: `用药天数应为 1 到 ${SUPPLY_DAYS_MAX}`, en: `must be 1 to ${SUPPLY_DAYS_MAX} days` }
  return fields.fault(path, 'OUT_OF_RANGE', message)
}

function readTraceCodes(fields: Fields, path: string, values: readonly string[]): string[] {
  if (values.length > TRACE_CODES_MAX) {
    const message = { zh: `最多 ${TRACE_CODES_MAX} 个追溯码`, en: `takes at most ${TRACE_CODES_MAX} trace codes` }
    fields.fault(path, 'TOO_MANY', message)
    return []
  }
  return values.map((value, i) => fields.text(`${path}[${i}]`, value, { max: 50, ...CODE }) ?? '')
}

/** A line read before, and the quantity that refunds have left of it so far. */
export interface Charge {
  readonly line: BillLine
  left: Quantity
}

function readCharge(fields: Fields, line: BillLine): BillLine {
  const { quantity, amount } = line
  const message = { zh: '只有退费明细可以为负', en: 'may be negative only on a line that refunds another' }
  if (quantity < 0n || amount < 0n) fields.fault('quantity', 'NEGATIVE', message)
  return line
}

interface RefundFrame {
  readonly input: LineInput
  readonly charges: ReadonlyMap<string, Charge>
}

/** A refund takes back an earlier line, no more than is left of it, and shares its approval. */
function readRefund(fields: Fields, line: BillLine, { input, charges }: RefundFrame): BillLine {
  if (line.quantity > 0n)
    fields.fault('quantity', 'NOT_NEGATIVE', {
      zh: '退费明细的数量应为负',
      en: 'must be negative on a refund line',
    })
  const charge = charges.get(line.refundOf ?? '')
  if (charge === undefined || charge.line.refundOf !== null) {
    const message = { zh: '未找到在前的原明细', en: 'names no earlier line of this bill' }
    fields.fault('refundOf', 'NOT_FOUND', message)
    return line
  }
  const { code, ownCode, price, time, approval, ePrescription = null } = charge.line
  if (line.code !== code || line.ownCode !== ownCode || line.price !== price)
    fields.fault('refundOf', 'DIFFERENT_ITEM', {
      zh: '与原明细的医保编码、院内编码或单价不同',
      en: 'refers to a line with another code, own code or price',
    })
  if (Temporal.Instant.compare(line.time, time) < 0)
    fields.fault('time', 'BEFORE_CHARGE', { zh: '不能早于原明细', en: 'must not be before the line it refunds' })
  if (isGiven(input.approval) && line.approval !== approval)
    fields.fault('approval', 'DIFFERENT_APPROVAL', {
      zh: '与原明细的审批标志不同；可不填',
      en: 'differs from that of the line it refunds; it may be left out',
    })
  if (isGiven(input.ePrescription) && line.ePrescription !== ePrescription)
    fields.fault('ePrescription', 'DIFFERENT_PRESCRIPTION', {
      zh: '与原明细的电子处方不同；可不填',
      en: 'differs from that of the line it refunds; it may be left out',
    })
  takeBack(fields, charge, line)
  return { ...line, approval, ePrescription }
}

function takeBack(fields: Fields, charge: Charge, line: BillLine): void {
  const { left } = charge
  charge.left = quantityOf(left + line.quantity)
  if (charge.left < 0n) {
    fields.fault('quantity', 'REFUND_TOO_LARGE', {
      zh: '退费数量超过原明细余量',
      en: 'takes back more than is left of the original line',
    })
    return
  }
  if (!fields.hasFault('price') && !fields.hasFault('quantity') && !fields.hasFault('amount'))
    checkSquare(fields, (decimals) => refundAmount(line, left, decimals) === line.amount, NOT_REFUND)
}
