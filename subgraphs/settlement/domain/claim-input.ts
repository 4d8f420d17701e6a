import type { ClaimCause, ClaimContent, ClaimInvoice, ClaimLine, ClaimPaper } from './claim.ts'
import { Fields, INSURANCE_TYPE, isGiven, type Maybe } from './fields.ts'

interface PlaceInput {
  readonly institutionCode?: Maybe<string>
  readonly name?: Maybe<string>
  readonly division?: Maybe<string>
  readonly level?: Maybe<string>
  readonly designated?: Maybe<boolean>
}

interface InvoiceInput {
  readonly code?: Maybe<string>
  readonly number: string
  readonly issuedOn: string
  readonly amount: string
  readonly checkCode?: Maybe<string>
  readonly payer?: Maybe<string>
}

interface LineInput {
  readonly serial: string
  readonly name: string
  readonly code?: Maybe<string>
  readonly chargeType?: Maybe<string>
  readonly price: string
  readonly quantity: string
  readonly amount: string
  readonly time: string
}

interface PaperInput {
  readonly kind: ClaimPaper
  readonly document?: Maybe<string>
  readonly promise?: Maybe<boolean>
}

/** What is written into a draft; everything may be missing. */
export interface ClaimInput {
  readonly insuranceType?: Maybe<string>
  readonly cause?: Maybe<ClaimCause>
  readonly place?: Maybe<PlaceInput>
  readonly careType?: Maybe<string>
  readonly emergency?: Maybe<boolean>
  readonly trauma?: Maybe<boolean>
  readonly birthType?: Maybe<string>
  readonly disease?: Maybe<string>
  readonly begin?: Maybe<string>
  readonly end?: Maybe<string>
  readonly visit?: Maybe<string>
  readonly chargeBatch?: Maybe<string>
  readonly diagnoses?: Maybe<readonly { readonly code?: Maybe<string>; readonly name: string }[]>
  readonly filing?: Maybe<string>
  readonly total?: Maybe<string>
  readonly invoices?: Maybe<readonly InvoiceInput[]>
  readonly lines?: Maybe<readonly LineInput[]>
  readonly papers?: Maybe<readonly PaperInput[]>
  readonly exclusions?: Maybe<readonly string[]>
  readonly note?: Maybe<string>
}

/** What a draft holds: as it was written, whatever is still to be mended. */
export interface ReadDraft {
  readonly insuranceType: string | null
  readonly cause: ClaimCause | null
  readonly content: Partial<ClaimContent>
}

/** A claim lists what a person has at hand; longer bills are claimed with the lines summed up as the hospital prints them. */
const LINES_MAX = 500
const INVOICES_MAX = 50
const PAPERS_MAX = 100
const DIAGNOSES_MAX = 10

/** Reads a draft. Only what could not be kept is a fault: too long, broken characters, an identity number. @throws InvalidInput */
export function readDraft(input: ClaimInput): ReadDraft {
  const fields = new Fields([], 'input.')
  const { place, diagnoses, emergency, trauma } = input
  const text = (name: 'careType' | 'begin' | 'end' | 'total', value: Maybe<string>, max: number) =>
    isGiven(value) ? { [name]: fields.text(name, value, { max }) ?? '' } : {}
  const content: Partial<ClaimContent> = {
    ...(place != null && { place: readPlace(fields.within('place'), place) }),
    ...text('careType', input.careType, 6),
    emergency: emergency ?? false,
    trauma: trauma ?? null,
    birthType: fields.optional('birthType', input.birthType, { max: 1 }),
    disease: fields.optional('disease', input.disease, { max: 30, ascii: true }),
    ...text('begin', input.begin, 40),
    ...text('end', input.end, 40),
    visit: fields.optional('visit', input.visit, { max: 30, ascii: true }),
    chargeBatch: fields.optional('chargeBatch', input.chargeBatch, { max: 30, ascii: true }),
    diagnoses: bounded(fields, 'diagnoses', diagnoses ?? [], DIAGNOSES_MAX).map((one, i) => {
      const at = fields.within(`diagnoses[${i}]`)
      return {
        code: at.optional('code', one.code, { max: 20, ascii: true }),
        name: at.words('name', one.name, { max: 100 }) ?? '',
      }
    }),
    filing: fields.optional('filing', input.filing, { max: 36 }),
    ...text('total', input.total, 20),
    invoices: bounded(fields, 'invoices', input.invoices ?? [], INVOICES_MAX).map((one, i) =>
      readInvoice(fields.within(`invoices[${i}]`), one),
    ),
    lines: bounded(fields, 'lines', input.lines ?? [], LINES_MAX).map((one, i) =>
      readLine(fields.within(`lines[${i}]`), one),
    ),
    papers: bounded(fields, 'papers', input.papers ?? [], PAPERS_MAX).map((one, i) => ({
      kind: one.kind,
      document: fields.within(`papers[${i}]`).optional('document', one.document, { max: 36 })?.toLowerCase() ?? null,
      promise: one.promise ?? false,
    })),
    account: null,
    exclusions: bounded(fields, 'exclusions', input.exclusions ?? [], PAPERS_MAX).map(
      (one, i) => fields.text(`exclusions[${i}]`, one, { max: 30, ascii: true }) ?? '',
    ),
    note: isGiven(input.note) ? fields.words('note', input.note, { max: 500 }) : null,
  }
  const insuranceType = fields.optional('insuranceType', input.insuranceType, { max: 6, ...INSURANCE_TYPE })
  fields.check()
  return { insuranceType, cause: input.cause ?? null, content }
}

function bounded<T>(fields: Fields, name: string, list: readonly T[], max: number): readonly T[] {
  if (list.length <= max) return list
  fields.fault(name, 'TOO_MANY', { zh: `最多 ${max} 项`, en: `takes at most ${max}` })
  return []
}

function readPlace(fields: Fields, place: PlaceInput): ClaimContent['place'] {
  return {
    institution: fields.optional('institutionCode', place.institutionCode, { max: 12, ascii: true }),
    name: isGiven(place.name) ? (fields.words('name', place.name, { max: 100 }) ?? '') : '',
    division: fields.optional('division', place.division, { max: 6, ascii: true }) ?? '',
    level: fields.optional('level', place.level, { max: 20, ascii: true }),
    designated: place.designated ?? null,
  }
}

const readInvoice = (fields: Fields, one: InvoiceInput): ClaimInvoice => ({
  code: fields.optional('code', one.code, { max: 20, ascii: true }) ?? '',
  number: fields.text('number', one.number, { max: 30, ascii: true }) ?? '',
  issuedOn: fields.text('issuedOn', one.issuedOn, { max: 10, ascii: true }) ?? '',
  amount: fields.text('amount', one.amount, { max: 20, ascii: true }) ?? '',
  checkCode: fields.optional('checkCode', one.checkCode, { max: 32, ascii: true }),
  payer: isGiven(one.payer) ? fields.words('payer', one.payer, { max: 50 }) : null,
})

const readLine = (fields: Fields, one: LineInput): ClaimLine => ({
  serial: fields.text('serial', one.serial, { max: 30, ascii: true }) ?? '',
  name: fields.words('name', one.name, { max: 150 }) ?? '',
  code: fields.optional('code', one.code, { max: 50, ascii: true }),
  chargeType: fields.optional('chargeType', one.chargeType, { max: 6, ascii: true }) ?? '',
  price: fields.text('price', one.price, { max: 24, ascii: true }) ?? '',
  quantity: fields.text('quantity', one.quantity, { max: 20, ascii: true }) ?? '',
  amount: fields.text('amount', one.amount, { max: 20, ascii: true }) ?? '',
  time: fields.text('time', one.time, { max: 40, ascii: true }) ?? '',
})
