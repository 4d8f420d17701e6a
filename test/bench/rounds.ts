/** What several rounds gave. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

const rounded = (value: number): number => Number(value.toPrecision(4))

/** Null when a round could not be measured. */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((one) => one !== null).toSorted((a, b) => a - b)
  const [min, max] = [known[0], known.at(-1)]
  if (min === undefined || max === undefined || known.length < values.length) return null
  const middle = known.length / 2
  const [low = min, high = min] = [known[Math.ceil(middle) - 1], known[Math.floor(middle)]]
  return { median: rounded((low + high) / 2), min: rounded(min), max: rounded(max) }
}

/**
 * Several rounds of the same measurements, each round one after the other, every second round in the opposite order: what
 * becomes slower or faster with time then meets all of them alike. Answers what each gave, by its name.
 */
export async function interleaved<T, Name extends string>(
  rounds: number,
  arms: Readonly<Record<Name, (round: number) => Promise<T>>>,
): Promise<Record<Name, T[]>> {
  const names = Object.keys(arms) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name].push(await arms[name](round))
  }
  return results
}

/** Each round's quotient. */
export const ratios = (above: readonly (number | null)[], below: readonly (number | null)[]): (number | null)[] =>
  above.map((one, round) => {
    const other = below[round] ?? null
    return one === null || other === null || other === 0 ? null : one / other
  })
