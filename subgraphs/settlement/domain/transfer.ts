import { dayOf } from '@yibao/schema/dates'
import type { Fen } from '@yibao/schema/money'
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

/**
 * The stay before, if it ended in a transfer and so many days at most before the admission. Throws the same refusal for
 * every reason: the hospital learns nothing of a stay it does not take over.
 */
export function transferOf(
  record: TransferRecord | null,
  { admittedAt, days }: { readonly admittedAt: Temporal.Instant; readonly days: number },
): TransferRecord {
  if (record === null) throw transferNotFound()
  const { wasOpened, dischargeWay, isSettled, endAt } = record
  if (wasOpened && (dischargeWay !== TRANSFERRED || !isSettled)) throw transferNotFound()
  const apart = dayOf(endAt).until(dayOf(admittedAt), { largestUnit: 'days' }).days
  if (apart < 0 || apart > days) throw transferNotFound()
  return record
}
