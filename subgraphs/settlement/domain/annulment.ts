import type { StoredRejection } from '@yibao/schema/rejection'

/** What an annulment came to. */
export interface Annulment {
  /** The request that was annulled. */
  readonly target: string
  /** The settlement it had led to; null when nothing had been settled. */
  readonly settlement: string | null
  /** The settlement that takes it back. */
  readonly reversal: string | null
}

/** What is known about a request of the caller. */
export type RequestState = 'COMMITTED' | 'REFUSED' | 'ANNULLED' | 'PENDING' | 'UNKNOWN'

export interface Outcome {
  readonly requestId: string
  readonly state: RequestState
  /** Ids of what the request led to. */
  readonly settlement: string | null
  readonly reversal: string | null
  /** Why it was refused. */
  readonly rejection: StoredRejection | null
}
