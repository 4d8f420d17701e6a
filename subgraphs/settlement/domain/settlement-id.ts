import { bareId, hyphened, timeDigits } from '@yibao/schema/ids'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const NUMBER_LENGTH = 26

/**
 * Gives a UUIDv7 the time of `at`, so that ids and settlement times agree also under a set clock: pages by period and
 * the monthly partitions go by the id alone.
 */
export const stampId = (id: string, at: Temporal.Instant): string => hyphened(timeDigits(at) + bareId(id).slice(12))

/** The time an id carries. */
export const timeOfId = (id: string): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(Number.parseInt(bareId(id).slice(0, 12), 16))

/** The smallest id a record made at or after `at` can have. */
export const idFloor = (at: Temporal.Instant): string => hyphened(`${timeDigits(at)}${'0'.repeat(20)}`)

/**
 * The settlement number printed on receipts and sent to institutions (`setl_id`, at most 30 characters): the id in
 * Crockford's base 32, 26 characters, so that no table has to hold the pair.
 */
export function settlementNumber(id: string): string {
  let rest = BigInt(`0x${bareId(id)}`)
  let number = ''
  for (let i = 0; i < NUMBER_LENGTH; i += 1) {
    number = DIGITS.charAt(Number(rest & 31n)) + number
    rest >>= 5n
  }
  return number
}

/** The id behind a settlement number; null when the text is not such a number. */
export function parseSettlementNumber(number: string): string | null {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(number)) return null
  let id = 0n
  for (const digit of number) id = (id << 5n) | BigInt(DIGITS.indexOf(digit))
  return hyphened(id.toString(16).padStart(32, '0'))
}

/** The time of the next change of a person's money: now, or just after the last one when clocks run apart. */
export function nextTime(now: Temporal.Instant, last: Temporal.Instant | null): Temporal.Instant {
  if (last === null || Temporal.Instant.compare(now, last) > 0) return now
  return last.add({ milliseconds: 1 })
}
