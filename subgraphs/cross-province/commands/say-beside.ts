/** How long one province is spoken to in one run; what is left is for the next. */
const ROUND_MS = 5_000

/**
 * Says what waits to each province in its order, and to provinces beside each other, so that one that hangs holds up nothing of
 * another. What fails does not hold up what comes after it.
 *
 * @throws AggregateError of what failed, once everything else was said
 */
export async function sayBeside<One>(
  waiting: readonly One[],
  provinceOf: (one: One) => string,
  say: (one: One) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = []
  async function sayInOrder(queue: readonly One[]): Promise<void> {
    const end = performance.now() + ROUND_MS
    for (const one of queue) {
      if (performance.now() > end) return
      await say(one).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all([...Map.groupBy(waiting, provinceOf).values()].map(sayInOrder))
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} provinces were not told of something`)
}
