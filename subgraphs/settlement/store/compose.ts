import { statement, type Statement } from './statement.ts'

/** Something a statement does only for inputs that need it. */
export interface Part<Input> {
  readonly when: (input: Input) => boolean
}

/**
 * A hand-written statement that is put together of parts. For each set of parts that inputs ask for there is one text,
 * made once and prepared once: what an ordinary input does not need is not in its statement and costs it nothing.
 */
export function composed<Input, P extends Part<Input>>(
  parts: readonly P[],
  write: (statement: Statement<Input>, chosen: readonly P[]) => string,
) {
  const known = new Map<number, { readonly text: string; readonly args: Statement<Input>['args'] }>()
  return (input: Input): { text: string; args: ReturnType<Statement<Input>['args']> } => {
    let set = 0
    parts.forEach((part, i) => {
      if (part.when(input)) set += 2 ** i
    })
    let found = known.get(set)
    if (found === undefined) {
      const own = statement<Input>()
      const text = write(
        own,
        parts.filter((part) => part.when(input)),
      )
      found = { text, args: own.args }
      known.set(set, found)
    }
    return { text: found.text, args: found.args(input) }
  }
}
