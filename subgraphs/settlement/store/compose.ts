import { statement, statementOfMany, type Statement } from './statement.ts'

/** Something a statement does only for inputs that need it. */
export interface Part<Input> {
  readonly when: (input: Input) => boolean
}

/** Which parts inputs ask for, as the sum of 2 to the power of their places. */
const kindBy =
  <Input>(parts: readonly Part<Input>[]) =>
  (input: Input): number =>
    parts.reduce((set, part, i) => (part.when(input) ? set + 2 ** i : set), 0)

/**
 * A hand-written statement that is put together of parts. For each set of parts that inputs ask for there is one text,
 * made once and prepared once: what an ordinary input does not need is not in its statement and costs it nothing.
 */
export function composed<Input, P extends Part<Input>>(
  parts: readonly P[],
  write: (statement: Statement<Input>, chosen: readonly P[]) => string,
) {
  const known = new Map<number, { readonly text: string; readonly args: ReturnType<typeof statement<Input>>['args'] }>()
  const kindOf = kindBy(parts)
  return (input: Input) => {
    const kind = kindOf(input)
    let found = known.get(kind)
    if (found === undefined) {
      const own = statement<Input>()
      const text = write(
        own,
        parts.filter((part) => part.when(input)),
      )
      found = { text, args: own.args }
      known.set(kind, found)
    }
    return { text: found.text, args: found.args(input) }
  }
}

/**
 * The same for many inputs of one kind, which are those that ask for the same parts. `write` gives what follows the table
 * `given` in which they stand.
 */
export function composedForMany<Input, P extends Part<Input>>(
  parts: readonly P[],
  write: (statement: Statement<Input>, chosen: readonly P[]) => string,
) {
  interface Known {
    readonly text: string
    readonly args: ReturnType<typeof statementOfMany<Input>>['args']
  }
  const known = new Map<number, Known>()
  const kindOf = kindBy(parts)

  function textFor(kind: number): Known {
    const many = statementOfMany<Input>()
    const rest = write(
      many,
      parts.filter((_, i) => Math.floor(kind / 2 ** i) % 2 === 1),
    )
    return { text: `with given as (${many.given()})${rest}`, args: many.args }
  }

  return {
    kindOf,
    of(inputs: readonly [Input, ...Input[]]) {
      const kind = kindOf(inputs[0])
      let found = known.get(kind)
      if (found === undefined) known.set(kind, (found = textFor(kind)))
      return { text: found.text, args: found.args(inputs) }
    },
  }
}
