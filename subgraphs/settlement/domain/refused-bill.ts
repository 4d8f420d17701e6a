import { formatQuantity, formatUnitPrice, formatYuan } from '@yibao/schema/money'
import type { StoredRejection } from '@yibao/schema/rejection'
import type { KnownBill } from './claim-prefill.ts'
import type { SettledLine, Settlement } from './settlement.ts'

/** What of a bill that another province asked for is kept when it is refused for good: enough to claim it by hand. */
export interface RefusedBill extends KnownBill {
  readonly insuredId: string
  readonly exchange: string
  /** Province of the platform that asked. */
  readonly province: string
  /** Pool whose staff see it; null when none ever covered the person. */
  readonly pool: string | null
  /** Yuan. */
  readonly total: string
  readonly rejection: StoredRejection
  readonly refusedAt: Temporal.Instant
}

/** The same as it comes, before it is known whose it is and why it was refused. */
export type BillToKeep = Omit<RefusedBill, 'insuredId' | 'pool' | 'rejection' | 'refusedAt'>

interface Reserved {
  readonly settlement: Settlement
  readonly lines: readonly SettledLine[]
  /** As its platform told of it. */
  readonly place: { readonly name: string; readonly level: string; readonly pool: string }
}

/** A bill that was reserved for another province, as it was sent. */
export function billReserved(exchange: string, { settlement, lines, place }: Reserved): BillToKeep {
  const { institution, visit, chargeBatch, invoice, careType, emergency, trauma, input } = settlement
  return {
    exchange,
    province: settlement.otherProvince ?? institution.slice(1, 3),
    institution,
    visit,
    chargeBatch,
    invoice,
    careType,
    emergency,
    trauma,
    birthType: input?.care.birthType ?? null,
    disease: input?.care.disease ?? null,
    begin: settlement.beginAt,
    end: settlement.endAt,
    diagnoses: settlement.diagnoses.map(({ code, name }) => ({ code, name })),
    place: { name: place.name, level: place.level, division: place.pool },
    total: formatYuan(settlement.total),
    lines: lines.map(({ serial, code, ownCode, price, quantity, amount, time, refundOf, name, chargeType }) => ({
      serial,
      code,
      ownCode,
      price: formatUnitPrice(price),
      quantity: formatQuantity(quantity),
      amount: formatYuan(amount),
      time: time.toString(),
      refundOf,
      name,
      chargeType,
    })),
  }
}
