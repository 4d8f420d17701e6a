import { CREDENTIAL_KINDS, identityFault, uuidFault } from '@yibao/schema/ids'
import { fenOf, formatYuan, sum, ZERO } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Bill, BillInput, Converted, Diagnosis, DiagnosisInput, Trauma } from './bill.ts'
import { careKindOf, isEmergencyCare, isMaternityCare, isTraumaCare, needsDisease } from './care-type.ts'
import { Fields, INSURANCE_TYPE, isGiven, type Maybe } from './fields.ts'
import { readLines } from './read-lines.ts'
import { readTransfer } from './transfer.ts'
import { VISIT_LINES_MAX, type OpenedVisit } from './opened-visit.ts'

/** `Input_2203`: a visit carries one main and at most nine further diagnoses. */
const DIAGNOSES_MAX = 10

/** Clocks of hospitals run apart by seconds; a bill that ends this far ahead of ours is not "in the future" yet. */
export const CLOCK_SKEW = Temporal.Duration.from({ minutes: 2 })

/** The longest stay one bill may cover, in days: longer ones are settled in parts. */
const STAY_DAYS_MAX = 731

const ICD = {
  pattern: /^[0-9A-Za-z.+*\-/]+$/,
  form: {
    zh: '医保版疾病编码（半角字母、数字或 . + * - /）',
    en: 'a code of a disease, made of letters, digits and . + * - /',
  },
}
const DIVISION = {
  pattern: /^[1-8][0-9]{5}$/,
  form: { zh: '六位医保区划', en: 'a division of six digits' },
}
const EPOCH = Temporal.Instant.fromEpochMilliseconds(0)

/** The moment and the institution a bill is read for. */
export interface BillFrame {
  readonly now: Temporal.Instant
  /** Code of the institution that signed in; bills are settled in its name only. */
  readonly institution: string
  /** The opened visit the bill is made of; when its lines were uploaded, it was checked that they lie within the visit. */
  readonly opened?: OpenedVisit
}

/**
 * Reads a bill and checks everything that can be said about it without knowing the person or the rules.
 * Throws InvalidInput with every fault at once.
 */
export function readBill(input: BillInput, frame: BillFrame): Bill {
  const fields = new Fields()
  const { begin, end } = readVisit(fields, input, frame.now)
  const { opened } = frame
  const hospital = frame.institution.startsWith('H')
  const lineFrame =
    opened === undefined ? { begin, end, hospital } : { begin: null, end: null, hospital, max: VISIT_LINES_MAX }
  const lines = readLines(fields, input.lines, lineFrame)
  const total = readTotal(fields, input, sum(lines.map((line) => line.amount)))
  const careType = fields.text('careType', input.careType, { max: 6 })
  const careKind = careType === null ? null : careKindOf(careType)
  if (careType !== null && careKind === null)
    fields.fault('careType', 'UNKNOWN_CODE', { zh: '不是有效的医疗类别', en: 'is not a known care type' })
  const bill: Bill = {
    credential: readCredential(fields, input.credential),
    institution: frame.institution,
    insuredPool: readPool(fields, input.insuredPool),
    insuranceType: fields.optional('insuranceType', input.insuranceType, { max: 6, ...INSURANCE_TYPE }),
    operator: readOperator(fields, input.operator),
    visit: fields.text('visit', input.visit, { max: 30, ascii: true }) ?? '',
    chargeBatch: fields.text('chargeBatch', input.chargeBatch, { max: 30, ascii: true }) ?? '',
    invoice: fields.optional('invoice', input.invoice, { max: 20, ascii: true }),
    careType: careType ?? '',
    careKind: careKind ?? 'OUTPATIENT',
    emergency: (input.emergency ?? false) || isEmergencyCare(input.careType),
    trauma: readTrauma(fields, input.trauma, input.careType),
    begin: begin ?? EPOCH,
    end: end ?? EPOCH,
    diagnoses: readDiagnoses(fields, input.diagnoses),
    useAccount: input.useAccount,
    useMutualAid: input.useMutualAid ?? true,
    ...readCase(fields, input),
    quote: readQuote(fields, input.quote),
    confirmWithin: readConfirmWithin(fields, input.confirmWithin),
    converts: readConverts(fields, input, { now: frame.now, total }),
    transferredFrom: readTransfer(fields, input.transferredFrom, careKind),
    total,
    lines,
    ...(opened !== undefined && { opened }),
  }
  fields.check()
  return bill
}

export function readCredential(fields: Fields, input: BillInput['credential']): Bill['credential'] {
  const kind = fields.oneOf('credential.kind', input.kind, Object.values(CREDENTIAL_KINDS))
  const value = fields.text('credential.value', input.value, { max: 256 })
  const fault = kind === '02' && value !== null ? identityFault(value) : null
  if (fault !== null) fields.fault('credential.value', fault.code, fault.message)
  return { kind: kind ?? '01', value: value ?? '' }
}

/** Where the person is insured, when that is said. */
export const readPool = (fields: Fields, pool: Maybe<string>): string | null =>
  fields.optional('insuredPool', pool, { max: 6, ...DIVISION })

export const readOperator = (fields: Fields, input: BillInput['operator']): Bill['operator'] => ({
  code: fields.text('operator.code', input.code, { max: 30 }) ?? '',
  name: isGiven(input.name) ? fields.words('operator.name', input.name, { max: 50 }) : null,
  terminal: fields.oneOf('operator.terminal', input.terminal, ['1', '2', '3']) ?? '1',
})

function readVisit(fields: Fields, input: BillInput, now: Temporal.Instant) {
  const begin = fields.instant('begin', input.begin)
  const end = fields.instant('end', input.end)
  const latest = now.add(CLOCK_SKEW)
  for (const [path, at] of [['begin', begin] as const, ['end', end] as const]) {
    if (at !== null && Temporal.Instant.compare(at, latest) > 0)
      fields.fault(path, 'IN_FUTURE', { zh: '不能晚于当前时间', en: 'must not lie in the future' })
  }
  if (begin === null || end === null) return { begin, end }
  if (Temporal.Instant.compare(begin, end) > 0)
    fields.fault('end', 'BEFORE_BEGIN', { zh: '不能早于开始时间', en: 'must not be before begin' })
  if (begin.until(end, { largestUnit: 'hours' }).hours > STAY_DAYS_MAX * 24)
    fields.fault('begin', 'TOO_LONG_AGO', {
      zh: `一次结算最多 ${STAY_DAYS_MAX} 天`,
      en: `one bill covers at most ${STAY_DAYS_MAX} days`,
    })
  return { begin, end }
}

const notSum = (due: string): Text => ({ zh: `不等于各明细金额之和 ${due}`, en: `is not the sum of the lines, ${due}` })

function readTotal(fields: Fields, input: BillInput, lines: bigint) {
  const total = fields.money('total', input.total)
  if (total !== null && total < 0n)
    fields.fault('total', 'NEGATIVE', { zh: '总额不能为负', en: 'must not be negative' })
  if (total !== null && total !== lines && !fields.hasFault('lines'))
    fields.fault('total', 'NOT_SUM_OF_LINES', notSum(formatYuan(fenOf(lines))))
  return total ?? ZERO
}

/**
 * An injury for which somebody else is liable is not the fund's; otherwise the patient promises in writing that nobody
 * is (national cross-province rules of 2022, article 35).
 */
export function readTrauma(fields: Fields, input: BillInput['trauma'], careType: string): Trauma | null {
  if (input === null || input === undefined) {
    if (isTraumaCare(careType))
      fields.fault('trauma', 'REQUIRED', { zh: '外伤就诊须填写外伤信息', en: 'is required for an injury' })
    return null
  }
  const promise = input.promise ?? false
  if (!input.thirdParty && !promise)
    fields.fault('trauma.promise', 'REQUIRED', {
      zh: '无第三方责任须有书面承诺',
      en: 'is required when no third party is liable',
    })
  return { thirdParty: input.thirdParty, promise }
}

const BIRTH_TYPES = ['1', '2', '3', '4', '5', '6', '7', '9'] as const

/** The disease or the birth that decides by which quota or limit the bill is paid. */
export function readCase(
  fields: Fields,
  { careType, disease, birthType }: Pick<BillInput, 'careType' | 'disease' | 'birthType'>,
): Pick<Bill, 'disease' | 'birthType'> {
  if (needsDisease(careType) && !isGiven(disease))
    fields.fault('disease', 'REQUIRED', { zh: '该医疗类别须填写病种', en: 'is required for this care type' })
  if (isMaternityCare(careType) && !isGiven(birthType))
    fields.fault('birthType', 'REQUIRED', { zh: '生育类就诊须填写生育类别', en: 'is required for maternity care' })
  return {
    disease: fields.optional('disease', disease, { max: 30, ...ICD }),
    birthType: isGiven(birthType) ? fields.oneOf('birthType', birthType, BIRTH_TYPES) : null,
  }
}

function readQuote(fields: Fields, quote: Maybe<string>): string | null {
  if (!isGiven(quote)) return null
  if (uuidFault(quote) === null) return quote.toLowerCase()
  return fields.fault('quote', 'MALFORMED', { zh: '不是报价标识', en: 'is not the id of a quote' })
}

/** A day is the longest a settlement may stand unconfirmed. */
const CONFIRM_MINUTES_MAX = 1440

function readConfirmWithin(fields: Fields, minutes: Maybe<number>): number | null {
  if (minutes === null || minutes === undefined) return null
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= CONFIRM_MINUTES_MAX) return minutes
  const message = { zh: `应为 1 到 ${CONFIRM_MINUTES_MAX} 分钟`, en: `must be 1 to ${CONFIRM_MINUTES_MAX} minutes` }
  return fields.fault('confirmWithin', 'OUT_OF_RANGE', message)
}

interface ConvertFrame {
  readonly now: Temporal.Instant
  readonly total: bigint
}

/** The invoice that was paid in full: what was paid is what the bill comes to, and its number is not used again. */
function readConverts(
  fields: Fields,
  { converts, invoice }: BillInput,
  { now, total }: ConvertFrame,
): Converted | null {
  if (converts === null || converts === undefined) return null
  const own = fields.within('converts')
  const number = own.text('invoice', converts.invoice, { max: 20, ascii: true })
  const paidAt = own.instant('paidAt', converts.paidAt)
  const paid = own.money('paid', converts.paid)
  if (number !== null && number === invoice)
    fields.fault('invoice', 'VOID_INVOICE', { zh: '须换开新发票', en: 'must be another than the voided invoice' })
  if (paidAt !== null && Temporal.Instant.compare(paidAt, now.add(CLOCK_SKEW)) > 0)
    own.fault('paidAt', 'IN_FUTURE', { zh: '不能晚于当前时间', en: 'must not lie in the future' })
  if (paid !== null && paid !== total)
    own.fault('paid', 'NOT_TOTAL', { zh: '须等于账单总额（全额自费）', en: 'must be the total of the bill' })
  if (number === null || paidAt === null || paid === null) return null
  return { invoice: number, paidAt, paid }
}

/** One main diagnosis, and up to nine more. */
export function readDiagnoses(fields: Fields, inputs: readonly DiagnosisInput[]): Diagnosis[] {
  if (inputs.length === 0)
    fields.fault('diagnoses', 'REQUIRED', { zh: '至少要有一个诊断', en: 'needs at least one diagnosis' })
  if (inputs.length > DIAGNOSES_MAX) {
    const message = { zh: `最多 ${DIAGNOSES_MAX} 个诊断`, en: `takes at most ${DIAGNOSES_MAX} diagnoses` }
    fields.fault('diagnoses', 'TOO_MANY', message)
    return []
  }
  const seen = new Set<string>()
  return inputs.map((input, i) => readDiagnosis(fields.within(`diagnoses[${i}]`), input, seen))
}

function readDiagnosis(fields: Fields, input: DiagnosisInput, seen: Set<string>): Diagnosis {
  const code = fields.text('code', input.code, { max: 20, ...ICD })
  const kind: Maybe<'1' | '2' | '3'> = fields.oneOf('kind', input.kind ?? '1', ['1', '2', '3'])
  const key = `${kind} ${code}`
  if (code !== null && seen.has(key))
    fields.fault('code', 'DUPLICATE', { zh: '诊断重复', en: 'occurs twice in this bill' })
  seen.add(key)
  return { code: code ?? '', name: fields.words('name', input.name, { max: 300 }) ?? '', kind: kind ?? '1' }
}
