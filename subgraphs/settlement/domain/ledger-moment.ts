import { dayOf } from '@yibao/schema/dates'
import { idFloor } from './settlement-id.ts'

/** Bounds of what counts as of a moment: whole days before `day`, and the groups of that day below `below`. */
export interface Moment {
  readonly day: Temporal.PlainDate
  /** The smallest group id of the day. */
  readonly floor: string
  /** The smallest group id after the moment. */
  readonly below: string
}

const EPOCH = Temporal.Instant.fromEpochMilliseconds(0)
const sinceEpoch = (at: Temporal.Instant): Temporal.Instant => (Temporal.Instant.compare(at, EPOCH) < 0 ? EPOCH : at)

/** What counts as of `at`, itself included: entries whose group carries that time or an earlier one. */
export function momentOf(at: Temporal.Instant): Moment {
  const day = dayOf(at)
  const begin = sinceEpoch(day.toZonedDateTime('Asia/Shanghai').toInstant())
  return { day, floor: idFloor(begin), below: idFloor(sinceEpoch(at.add({ milliseconds: 1 }))) }
}
