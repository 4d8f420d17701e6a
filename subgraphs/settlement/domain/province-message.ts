import type { StoredRejection } from '@yibao/schema/rejection'

/** What platforms of two provinces say to each other about money beside the bills themselves. */
export type MoneyMessageType = 'deduction' | 'prefund' | 'netting'

/** Something to be said to another province, until it has answered. */
export interface ProvinceMessage {
  readonly id: string
  readonly province: string
  readonly type: MoneyMessageType
  /** Whose staff it concerns. */
  readonly pool: string
  readonly message: unknown
  readonly at: Temporal.Instant
}

/**
 * The answer to such a message: it is on record there (and was before, when it is said again), cannot be taken yet because
 * something else is still on its way, or is refused for good.
 */
export interface MoneyAnswer {
  readonly id: string
  readonly state: 'TAKEN' | 'LATER' | 'REFUSED'
  readonly rejection: StoredRejection | null
}

export const taken = (id: string): MoneyAnswer => ({ id, state: 'TAKEN', rejection: null })
export const later = (id: string): MoneyAnswer => ({ id, state: 'LATER', rejection: null })

const FIRST_SECONDS = 5
const LONGEST_SECONDS = 600

/** How long until something is said again that was said so often without an answer. */
export const waitAfter = (tries: number): Temporal.DurationLike => ({
  seconds: Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(tries, 10)),
})
