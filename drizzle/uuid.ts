import { randomUUIDv7 } from 'node:crypto'
import { systemClock } from '@yibao/schema/dates'
import { createStamp } from '@yibao/schema/ids'

/** The lowest UUIDv7 of a moment, to the millisecond: every id made then or later is not below it. */
export function firstIdOf(at: Temporal.Instant): string {
  const time = BigInt(at.epochMilliseconds).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}

const stamp = createStamp(randomUUIDv7)

/** A new id by the clock of the machine; those of one process stand in the order in which they are made, as lists show them. */
export const newId = (): string => stamp(systemClock())
