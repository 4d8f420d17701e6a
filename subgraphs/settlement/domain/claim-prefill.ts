import { dayOf, parseInstant } from '@yibao/schema/dates'
import {
  fenOf,
  formatQuantity,
  formatYuan,
  parseQuantity,
  parseYuan,
  quantityOf,
  sum,
  ZERO,
  type Fen,
} from '@yibao/schema/money'
import type { LineInput } from './bill.ts'
import type { ClaimContent, ClaimLine } from './claim.ts'
import { stillConfirmed } from './claim-place.ts'

/** A line of a bill, with what its catalogue calls it where that is known. */
export interface KnownLine extends Pick<
  LineInput,
  'serial' | 'code' | 'ownCode' | 'price' | 'quantity' | 'amount' | 'time' | 'refundOf'
> {
  readonly name?: string
  readonly chargeType?: string
}

/** A bill the platform knows, which nobody has settled. */
export interface KnownBill {
  readonly institution: string
  readonly visit: string
  readonly chargeBatch: string | null
  readonly careType: string
  readonly emergency: boolean
  readonly trauma: boolean
  readonly birthType: string | null
  readonly disease?: string | null
  readonly begin: Temporal.Instant
  readonly end: Temporal.Instant
  readonly diagnoses: readonly { readonly code: string; readonly name: string }[]
  readonly lines: readonly KnownLine[]
  /** The institution as the platform of another province told of it. */
  readonly place?: { readonly name: string; readonly level: string; readonly division: string }
  readonly invoice?: string | null
}

/** What a claim of a bill begins with: everything but the invoices, the papers and where the money goes. */
export function draftOfBill(bill: KnownBill): Partial<ClaimContent> {
  const { institution, visit, chargeBatch, invoice = null, place } = bill
  const lines = chargesOf(bill.lines)
  return {
    place: {
      institution,
      name: place?.name ?? '',
      division: place?.division ?? institution.slice(1, 7),
      level: place?.level ?? null,
      designated: place === undefined ? null : true,
      // Its platform lets it settle across provinces by its agreement there.
      ...(place !== undefined && { confirmed: { designated: true, level: place.level } }),
    },
    bill: { institution, visit, chargeBatch, invoice },
    careType: bill.careType,
    emergency: bill.emergency,
    trauma: bill.trauma,
    birthType: bill.birthType,
    disease: bill.disease ?? null,
    begin: dayOf(bill.begin).toString(),
    end: dayOf(bill.end).toString(),
    visit,
    chargeBatch,
    diagnoses: bill.diagnoses.map(({ code, name }) => ({ code, name })),
    filing: null,
    total: formatYuan(sum(lines.map(({ amount }) => parseYuan(amount) ?? ZERO))),
    invoices: [],
    lines,
    papers: [],
    account: null,
    note: null,
  }
}

/**
 * What is written over a claim: whatever else it says, one that was made of a bill stays a claim of that bill, and what was found out
 * about its place stays while it is the same.
 */
export function writtenOver(content: Partial<ClaimContent>, before: Partial<ClaimContent>): Partial<ClaimContent> {
  const written = keepBill(content, before.bill)
  return written.place === undefined ? written : { ...written, place: stillConfirmed(written.place, before.place) }
}

function keepBill(content: Partial<ClaimContent>, bill: ClaimContent['bill']): Partial<ClaimContent> {
  if (bill === undefined) return content
  const { institution, visit, chargeBatch } = bill
  const place = content.place ?? { name: '', division: institution.slice(1, 7), level: null, designated: null }
  return {
    ...content,
    bill,
    place: { ...place, institution },
    visit,
    chargeBatch: chargeBatch ?? content.chargeBatch ?? null,
  }
}

/** The lines that were charged, less what was taken back of them; one taken back whole is none. */
function chargesOf(lines: readonly KnownLine[]): ClaimLine[] {
  const back = Map.groupBy(
    lines.filter((line) => line.refundOf != null && line.refundOf !== ''),
    (line) => line.refundOf,
  )
  return lines
    .filter((line) => line.refundOf == null || line.refundOf === '')
    .flatMap((line) => {
      const taken = back.get(line.serial) ?? []
      const amount = fenOf(
        (parseYuan(line.amount) ?? ZERO) + sum(taken.map((one): Fen => parseYuan(one.amount) ?? ZERO)),
      )
      const quantity = [line, ...taken].reduce((all, one) => all + (parseQuantity(one.quantity) ?? 0n), 0n)
      if (amount <= 0n || quantity <= 0n) return []
      const at = parseInstant(line.time)
      return [
        {
          serial: line.serial,
          name: line.name ?? line.ownCode,
          code: line.code,
          chargeType: line.chargeType ?? '',
          price: line.price,
          quantity: formatQuantity(quantityOf(quantity)),
          amount: formatYuan(amount),
          time: at === null ? line.time : dayOf(at).toString(),
        },
      ]
    })
}
