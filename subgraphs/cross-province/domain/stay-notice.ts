import type { StoredRejection } from '@yibao/schema/rejection'

export type NoticeType = 'admission' | 'change' | 'discharge'

/** Something home has to be told of a stay. */
export interface StayNotice {
  readonly stayId: string
  /** Notices of one stay go in this order. */
  readonly number: number
  /** Under this id it is said, however often. */
  readonly exchange: string
  readonly type: NoticeType
  readonly message: Readonly<Record<string, unknown>>
  readonly state: 'WAITING' | 'RECORDED' | 'REFUSED'
  readonly attempts: number
  readonly nextAt: Temporal.Instant | null
  /** Why the last attempt got no answer. */
  readonly lastCode: string | null
  readonly rejection: StoredRejection | null
  readonly announcedAt: Temporal.Instant
  readonly answeredAt: Temporal.Instant | null
}

const FIRST_SECONDS = 5
const LONGEST_SECONDS = 600

/** After so many attempts, about twenty minutes, the hospital is told that home does not answer. */
export const PATIENCE = 9

/** When a notice that got no answer is sent again: after 5 seconds, then twice as long each time, 10 minutes at most. */
export const nextAttempt = (attempts: number, at: Temporal.Instant): Temporal.Instant =>
  at.add({ seconds: Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(attempts, 10)) })
