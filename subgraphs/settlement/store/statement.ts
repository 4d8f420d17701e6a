import { arrayLiteral } from './array-literal.ts'

/** A value as the hot client takes it. Numbers go as text: the driver then never guesses another type. */
type Value = string | boolean | null
type Given = Value | bigint | number

/** Types whose texts the driver would rewrite; read as text first they arrive as they are. */
const REWRITTEN = new Set(['jsonb', 'timestamptz', 'date'])

/** What a hand-written statement is put together with. */
export interface Statement<Input> {
  /** The SQL that stands for a value of the input, of this type. */
  readonly param: (type: string, value: (input: Input) => Given) => string
}

/**
 * A hand-written statement whose parameters are numbered while its text is put together, once, when the module loads.
 * `args` takes the values out of an input, in the same order.
 */
export function statement<Input>() {
  const values: ((input: Input) => Given)[] = []
  return {
    param: (type: string, value: (input: Input) => Given): string => {
      const number = values.push(value)
      return REWRITTEN.has(type) ? `$${number}::text::${type}` : `$${number}::${type}`
    },
    args: (input: Input): Value[] =>
      values.map((value) => {
        const given = value(input)
        return typeof given === 'bigint' || typeof given === 'number' ? String(given) : given
      }),
  }
}

const isArray = (type: string): boolean => type.endsWith('[]')

/**
 * The same for many inputs at once: each has a row in the table `given`, and what stands for a value is a column of it, so
 * that the same text serves one and many. An array is a text there until it is read: PostgreSQL has no arrays of arrays.
 */
export function statementOfMany<Input>() {
  const columns: { readonly type: string; readonly value: (input: Input) => Given }[] = []
  return {
    param: (type: string, value: (input: Input) => Given): string => {
      const name = `p${columns.push({ type, value })}`
      return isArray(type) ? `${name}::${type}` : name
    },
    /** The table, once all that stands for values is known; `place` is that of the input, from 1. */
    given: (): string => {
      const arrays = columns.map(({ type }, i) => `$${i + 1}::${isArray(type) ? 'text' : type}[]`)
      const names = columns.map((_, i) => `p${i + 1}`)
      return `select * from unnest(${arrays.join(', ')}) with ordinality as t (${names.join(', ')}, place)`
    },
    args: (inputs: readonly Input[]): string[] => columns.map(({ value }) => arrayLiteral(inputs.map(value))),
  }
}

/** Has the transaction of its statement not wait for the disk: the next one of the server that does takes it along. */
export const WITH_WHAT_FOLLOWS = `set_config('synchronous_commit', 'off', true)`

const RETRIED = new Set(['23505', '40001', '40P01'])

/**
 * True for errors that mean somebody else was first: a natural key just taken, a serialization failure, a deadlock.
 * Reading and deciding again turns each of them into an outcome.
 */
export const isConflict = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && RETRIED.has(error.code)
