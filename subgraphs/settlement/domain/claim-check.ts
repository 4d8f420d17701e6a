import { before, dayOf, parseDay, parseInstant } from '@yibao/schema/dates'
import { divisionFault, institutionFault, uuidFault } from '@yibao/schema/ids'
import { fenOf, formatYuan, parseQuantity, parseUnitPrice, parseYuan, sum, type Fen } from '@yibao/schema/money'
import { canonicalName } from '@yibao/schema/names'
import type { Text } from '@yibao/schema/rejection'
import type { Claim, ClaimContent, ClaimInvoice, ClaimLine } from './claim.ts'
import type { ClaimCase } from './claim-condition.ts'
import type { ClaimRules } from './claim-rules.ts'
import { careKindOf, isMaternityCare, needsDisease, needsRegistration } from './care-type.ts'
import { invoiceKey } from './claim-invoice.ts'
import { squareAmount } from './classify.ts'
import { Fields } from './fields.ts'
import { NOT_SQUARE } from './read-lines.ts'

/** A claim in which nothing is missing that whoever claims can say. */
export interface WholeClaim {
  readonly case: ClaimCase
  readonly content: ClaimContent
  readonly total: Fen
}

interface Frame {
  readonly rules: ClaimRules
  /** The name of the person the claim is of. */
  readonly name: string
  /** When it is, or was, submitted. */
  readonly today: Temporal.PlainDate
  /** When it is checked: an invoice may be issued anew while a claim waits to be put right. */
  readonly now: Temporal.PlainDate
  /** What stands before the paths of faults; nothing for what was saved before. */
  readonly prefix?: string
}

const REQUIRED: Text = { zh: '不能为空', en: 'must not be empty' }
const NO_DAY: Text = { zh: '不是有效的日期', en: 'is not a day' }
const NO_AMOUNT: Text = { zh: '不是大于零的金额', en: 'is not an amount above zero' }

/** Checks a draft as it stands, whole. @throws InvalidInput with every fault at once. */
export function checkWhole({ content, cause }: Pick<Claim, 'content' | 'cause'>, frame: Frame): WholeClaim {
  const fields = new Fields([], frame.prefix ?? '')
  const place = checkPlace(fields.within('place'), content.place)
  const careType = content.careType ?? ''
  if (careKindOf(careType) === null)
    fields.fault('careType', careType === '' ? 'REQUIRED' : 'UNKNOWN_CODE', {
      zh: '不是有效的医疗类别',
      en: 'is not a known care type',
    })
  if (isMaternityCare(careType) && content.birthType == null) fields.fault('birthType', 'REQUIRED', REQUIRED)
  if (needsDisease(careType) && !needsRegistration(careType) && content.disease == null)
    fields.fault('disease', 'REQUIRED', REQUIRED)
  if (cause === null) fields.fault('cause', 'REQUIRED', REQUIRED)
  if ((content.diagnoses ?? []).length === 0) fields.fault('diagnoses', 'REQUIRED', REQUIRED)
  if (content.filing != null && uuidFault(content.filing) !== null)
    fields.fault('filing', 'MALFORMED', { zh: '不是备案标识', en: 'is not the id of a filing' })
  const days = checkDays(fields, content, frame.today)
  const total = checkAmounts(fields, content, { ...frame, days })
  fields.check()
  const whole = {
    ...EMPTY,
    ...content,
    place,
    careType,
    begin: content.begin ?? '',
    end: content.end ?? '',
    total: content.total ?? '',
  }
  return {
    content: whole,
    total,
    case: {
      careType,
      emergency: whole.emergency,
      trauma: whole.trauma ?? false,
      birthType: whole.birthType,
      disease: whole.disease,
      cause,
      ...days,
      place,
      exclusions: whole.exclusions ?? [],
    },
  }
}

const EMPTY = {
  emergency: false,
  trauma: null,
  birthType: null,
  disease: null,
  visit: null,
  chargeBatch: null,
  diagnoses: [],
  filing: null,
  invoices: [],
  lines: [],
  papers: [],
  account: null,
  note: null,
} as const

/** Where the care was given. An institution's code says in which division it lies. */
export function checkPlace(fields: Fields, place: ClaimContent['place'] | undefined): ClaimContent['place'] {
  const one = place ?? { institution: null, name: '', division: '', level: null, designated: null }
  const code = one.institution
  if (code !== null) {
    const fault = institutionFault(code)
    if (fault === null) return { ...one, division: code.slice(1, 7) }
    fields.fault('institutionCode', fault.code, fault.message)
    return one
  }
  if (one.name === '') fields.fault('name', 'REQUIRED', REQUIRED)
  const fault = divisionFault(one.division)
  if (fault !== null) fields.fault('division', one.division === '' ? 'REQUIRED' : fault.code, fault.message)
  return one
}

/** The day of what may be a day or a time. */
export const dayIn = (text: string | undefined): Temporal.PlainDate | null => {
  if (text === undefined) return null
  const at = parseInstant(text)
  return at === null ? parseDay(text) : dayOf(at)
}

/** The day the care began, once it is one. */
export const firstDayOf = ({ begin }: Pick<Claim, 'content'>['content']): Temporal.PlainDate | null => dayIn(begin)

interface Days {
  readonly begin: Temporal.PlainDate
  readonly end: Temporal.PlainDate
}

/** First and last day of the care. */
export function checkDays(
  fields: Fields,
  { begin: first, end: last }: { readonly begin?: string | undefined; readonly end?: string | undefined },
  today: Temporal.PlainDate,
): Days {
  const begin = dayIn(first)
  const end = dayIn(last)
  if (begin === null) fields.fault('begin', 'MALFORMED', NO_DAY)
  if (end === null) fields.fault('end', 'MALFORMED', NO_DAY)
  if (end !== null && before(today, end))
    fields.fault('end', 'IN_FUTURE', { zh: '不能晚于今天', en: 'must not lie in the future' })
  if (begin !== null && end !== null && before(end, begin))
    fields.fault('end', 'BEFORE_BEGIN', { zh: '不能早于开始日期', en: 'must not be before begin' })
  return { begin: begin ?? today, end: end ?? today }
}

interface AmountFrame extends Frame {
  readonly days: Days
}

function checkAmounts(
  fields: Fields,
  { total: text, lines = [], invoices = [] }: Partial<ClaimContent>,
  frame: AmountFrame,
): Fen {
  const total = positive(fields, 'total', text ?? '')
  if (lines.length === 0) fields.fault('lines', 'REQUIRED', { zh: '至少要有一条明细', en: 'needs at least one line' })
  if (invoices.length === 0)
    fields.fault('invoices', 'REQUIRED', { zh: '至少要有一张票据', en: 'needs at least one invoice' })
  const serials = new Set<string>()
  const amounts = lines.map((line, i) => checkLine(fields.within(`lines[${i}]`), line, { ...frame, serials }))
  const numbers = new Set<string>()
  const paid = invoices.map((one, i) => checkInvoice(fields.within(`invoices[${i}]`), one, { ...frame, numbers }))
  if (total === null) return fenOf(0n)
  agrees(fields, 'lines', { parts: amounts, total })
  agrees(fields, 'invoices', { parts: paid, total })
  return total
}

/** Lines and invoices each come to the total. */
function agrees(
  fields: Fields,
  name: 'lines' | 'invoices',
  { parts, total }: { parts: readonly (Fen | null)[]; total: Fen },
) {
  if (parts.length === 0 || parts.includes(null)) return
  const due = sum(parts.filter((one) => one !== null))
  if (due === total) return
  const what = name === 'lines' ? { zh: '各明细', en: 'lines' } : { zh: '各票据', en: 'invoices' }
  fields.fault('total', name === 'lines' ? 'NOT_SUM_OF_LINES' : 'NOT_SUM_OF_INVOICES', {
    zh: `不等于${what.zh}金额之和 ${formatYuan(due)}`,
    en: `is not the sum of the ${what.en}, ${formatYuan(due)}`,
  })
}

function positive(fields: Fields, name: string, text: string): Fen | null {
  const amount = parseYuan(text)
  if (amount !== null && amount > 0n) return amount
  return fields.fault(name, text === '' ? 'REQUIRED' : 'MALFORMED', NO_AMOUNT)
}

function checkLine(
  fields: Fields,
  line: ClaimLine,
  { days, serials }: AmountFrame & { readonly serials: Set<string> },
): Fen | null {
  if (serials.has(line.serial)) fields.fault('serial', 'DUPLICATE', { zh: '明细序号重复', en: 'occurs twice' })
  serials.add(line.serial)
  const price = parseUnitPrice(line.price) ?? fields.fault('price', 'MALFORMED', NO_AMOUNT)
  const quantity =
    parseQuantity(line.quantity) ?? fields.fault('quantity', 'MALFORMED', { zh: '不是数量', en: 'is not a quantity' })
  const amount = positive(fields, 'amount', line.amount)
  const square = (decimals: 2 | 3 | 4) =>
    price !== null && quantity !== null && squareAmount(price, quantity, decimals) === amount
  if (price !== null && quantity !== null && amount !== null && !([2, 3, 4] as const).some(square))
    fields.fault('amount', 'NOT_SQUARE', NOT_SQUARE)
  const time = dayIn(line.time)
  if (time === null) fields.fault('time', 'MALFORMED', NO_DAY)
  else if (before(time, days.begin) || before(days.end, time))
    fields.fault('time', 'OUTSIDE_VISIT', { zh: '不在就诊期间内', en: 'lies outside of the care' })
  return amount
}

/** An invoice as it is printed: form of its numbers, day, amount, and whose it is. */
function checkInvoice(
  fields: Fields,
  one: ClaimInvoice,
  { days, now, name, rules, numbers }: AmountFrame & { readonly numbers: Set<string> },
): Fen | null {
  const key = invoiceKey(one)
  if (numbers.has(key))
    fields.fault('number', 'DUPLICATE', { zh: '同一票据重复填写', en: 'stands twice in this claim' })
  numbers.add(key)
  const fits = (form: ClaimRules['invoiceForms']['list'][number]) =>
    isDigits(one.code, form.code) &&
    isDigits(one.number, form.number) &&
    isDigits(one.checkCode ?? '', form.checkCode, /^[0-9A-Za-z]*$/)
  if (!rules.invoiceForms.list.some(fits))
    fields.fault('number', 'INVOICE_FORM', {
      zh: '票据代码、号码、校验码的位数不符',
      en: 'code, number and check code have other lengths than invoices have',
    })
  const day = parseDay(one.issuedOn)
  if (day === null) fields.fault('issuedOn', 'MALFORMED', NO_DAY)
  else if (before(now, day))
    fields.fault('issuedOn', 'IN_FUTURE', { zh: '不能晚于今天', en: 'must not lie in the future' })
  else if (before(day, days.begin))
    fields.fault('issuedOn', 'BEFORE_CARE', { zh: '早于就诊日期', en: 'is before the care' })
  if (one.payer !== null && canonicalName(one.payer) !== canonicalName(name))
    fields.fault('payer', 'OTHER_PERSON', { zh: '票据上不是参保人姓名', en: 'is not the name of the insured person' })
  return positive(fields, 'amount', one.amount)
}

const isDigits = (text: string, lengths: readonly number[], pattern = /^\d*$/): boolean =>
  pattern.test(text) && lengths.includes(text.length)
