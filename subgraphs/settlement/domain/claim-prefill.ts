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

/** A bill the platform knows, which nobody has settled. */
export interface KnownBill {
  readonly institution: string
  readonly visit: string
  readonly chargeBatch: string | null
  readonly careType: string
  readonly emergency: boolean
  readonly trauma: boolean
  readonly birthType: string | null
  readonly begin: Temporal.Instant
  readonly end: Temporal.Instant
  readonly diagnoses: readonly { readonly code: string; readonly name: string }[]
  readonly lines: readonly LineInput[]
}

/** What a claim of a bill begins with: everything but the invoices, the papers and where the money goes. */
export function draftOfBill(bill: KnownBill): Partial<ClaimContent> {
  const lines = chargesOf(bill.lines)
  return {
    place: {
      institution: bill.institution,
      name: '',
      division: bill.institution.slice(1, 7),
      level: null,
      designated: null,
    },
    careType: bill.careType,
    emergency: bill.emergency,
    trauma: bill.trauma,
    birthType: bill.birthType,
    begin: dayOf(bill.begin).toString(),
    end: dayOf(bill.end).toString(),
    visit: bill.visit,
    chargeBatch: bill.chargeBatch,
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

/** The lines that were charged, less what was taken back of them; one taken back whole is none. */
function chargesOf(lines: readonly LineInput[]): ClaimLine[] {
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
          name: line.ownCode,
          code: line.code,
          chargeType: '',
          price: line.price,
          quantity: formatQuantity(quantityOf(quantity)),
          amount: formatYuan(amount),
          time: at === null ? line.time : dayOf(at).toString(),
        },
      ]
    })
}
