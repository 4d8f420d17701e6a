import { dayOf } from '@yibao/schema/dates'
import { NotAllowed, type StoredRejection } from '@yibao/schema/rejection'

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

/**
 * Whether money is said to be paid on a day that has not begun here. The next one may have begun at the other platform, and
 * soon has here. @throws NotAllowed of a later one
 */
export function isPaidTomorrow(paidOn: Temporal.PlainDate, now: Temporal.Instant): boolean {
  const today = dayOf(now)
  if (Temporal.PlainDate.compare(paidOn, today) <= 0) return false
  if (paidOn.equals(today.add({ days: 1 }))) return true
  throw NotAllowed.at('paidOn', 'PAID_IN_FUTURE', { zh: '付款日期不能晚于今日', en: 'is a day that is still to come' })
}

const FIRST_SECONDS = 5
const LONGEST_SECONDS = 600

/** How long until something is said again that was said so often without an answer. */
export const waitAfter = (tries: number): Temporal.DurationLike => ({
  seconds: Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(tries, 10)),
})
