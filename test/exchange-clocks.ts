// Where the clocks of two platforms stand in seeded runs, and how they jump.

/**
 * Some time in the month after the one it is: in the midst of it, or just before it ends. The clocks of two platforms may
 * differ, by seconds, minutes or hours.
 */
export function nextMonth(
  clocks: readonly [Temporal.Instant, Temporal.Instant],
  random: () => number,
): [Temporal.Instant, Temporal.Instant] {
  const [one, other] = clocks
  const latest = Temporal.Instant.compare(one, other) < 0 ? other : one
  const next = latest.toZonedDateTimeISO('Asia/Shanghai').add({ months: 1 })
  const isLate = random() < 0.3
  const then = isLate
    ? next.with({ day: next.daysInMonth, hour: 23, minute: 57, second: 0 })
    : next.with({ day: 5 + Math.floor(random() * 20), hour: 10 })
  return [then.toInstant(), then.add({ seconds: difference(random) }).toInstant()]
}

function difference(random: () => number): number {
  const roll = random()
  return roll < 0.6 ? 0 : Math.floor((random() - 0.5) * (roll < 0.85 ? 360 : 43_200))
}

/**
 * By how many minutes a clock jumps: a few, and now and then many, forth or back. Back by no hour, which is what the proof of
 * the books bears.
 */
export const jump = (random: () => number): number =>
  random() < 0.7 ? Math.floor(random() * 9) - 2 : Math.floor(random() * 120) - 25
