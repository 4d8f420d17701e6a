import type { StoredRejection } from '@yibao/schema/rejection'
import type { KnownBill } from './claim-prefill.ts'

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
