import { dayOf } from '@yibao/schema/dates'
import type { Fen } from '@yibao/schema/money'
import type { Bill } from './bill.ts'
import type { CareKind } from './care-type.ts'
import type { Facts } from './facts.ts'
import type { Fields, Maybe } from './fields.ts'
import { admittedAt } from './opened-visit.ts'
import type { PoolRules } from './policy.ts'
import { parseSettlementNumber } from './settlement-id.ts'
import { TRANSFERRED, type DischargeWay } from './visit.ts'
import { transferNotFound } from './visit-refusals.ts'

/** The stay a patient was transferred from, as far as the next hospital's bill depends on it. */
export interface TransferRecord {
  /** How it ended; null when it was settled without being opened, so that nobody has said. */
  readonly dischargeWay: DischargeWay | null
  readonly wasOpened: boolean
  /** Whether all of it is settled. */
  readonly isSettled: boolean
  readonly endAt: Temporal.Instant
  /** What was charged of the deductible there and, if that stay was a transfer itself, before. */
  readonly charged: Fen
  /** Which admission of the year it was. */
  readonly admission: number
}

/** Reads the number of the settlement before. What is no such number is refused like one of nobody. */
export function readTransfer(fields: Fields, value: Maybe<string>, careKind: CareKind | null): string | null {
  const number = fields.optional('transferredFrom', value, { max: 30, ascii: true })
  if (number === null) return null
  if (careKind !== 'INPATIENT')
    fields.fault('transferredFrom', 'NOT_A_STAY', { zh: '只用于住院', en: 'is for stays only' })
  const id = parseSettlementNumber(number)
  if (id === null) throw transferNotFound()
  return id
}

/** The stay a bill's patient was transferred from: with that one it is a single admission. Null when it was none. */
export const transferBefore = (bill: Bill, { transfer }: Pick<Facts, 'transfer'>, { days }: PoolRules['transfer']) =>
  bill.transferredFrom === null ? null : transferOf(transfer, { admittedAt: admittedAt(bill), days })

/**
 * The stay before, if it ended in a transfer and so many days at most before the admission. Throws the same refusal for
 * every reason: the hospital learns nothing of a stay it does not take over.
 */
export function transferOf(
  record: TransferRecord | null,
  { admittedAt: begin, days }: { readonly admittedAt: Temporal.Instant; readonly days: number },
): TransferRecord {
  if (record === null) throw transferNotFound()
  const { wasOpened, dischargeWay, isSettled, endAt } = record
  if (wasOpened && (dischargeWay !== TRANSFERRED || !isSettled)) throw transferNotFound()
  const apart = dayOf(endAt).until(dayOf(begin), { largestUnit: 'days' }).days
  if (apart < 0 || apart > days) throw transferNotFound()
  return record
}
