/** The lowest UUIDv7 of a moment, to the millisecond: every id made then or later is not below it. */
export function firstIdOf(at: Temporal.Instant): string {
  const time = BigInt(at.epochMilliseconds).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`
}
