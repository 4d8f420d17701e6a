import postgres from 'postgres'
import type { Sql } from 'postgres'
import type { Session } from './client.ts'

type Parameters = Parameter[]
type Parameter = postgres.ParameterOrJSON<never>

export interface Options {
  /** Whether the server keeps the plan; true unless said otherwise. */
  readonly prepare?: boolean
}

/**
 * Statements written by hand. int8 is a bigint, timestamptz a Temporal.Instant, date a Temporal.PlainDate. Do not select
 * arrays that may hold null (jsonb does): the hot driver reads it as the text NULL.
 */
export interface Statements {
  unsafe<Row = Record<string, unknown>>(text: string, args?: readonly unknown[], options?: Options): Promise<Row[]>
}

/** A pool of connections for single prepared statements, each its own transaction. */
export interface HotClient extends Statements {
  close(): Promise<void>
}

const instant = {
  to: 1184,
  from: [1184],
  serialize: (value: Temporal.Instant | string) => value.toString(),
  parse: (text: string) => Temporal.Instant.from(text),
}
const day = {
  to: 1082,
  from: [1082],
  serialize: (value: Temporal.PlainDate | string) => value.toString(),
  parse: (text: string) => Temporal.PlainDate.from(text),
}

/**
 * The client of the hot statements. postgres.js, because it sends the next statement without waiting for the last one:
 * measured on two cores, 16 to 20 % more bills per second than node-postgres. It is used for nothing else and hidden
 * behind this one function, because it does not survive the loss of a connection: a transaction then ends the process
 * or goes on outside of itself on a new connection, and a write that waited leaves the connection unusable for good.
 * So there are no transactions here, and after a lost connection the whole pool is replaced.
 */
export function openHot(session: Session & { readonly max: number }): HotClient {
  let current = open(session)
  let closed = false

  function replace(broken: Sql): void {
    if (closed || current !== broken) return
    current = open(session)
    void broken.end({ timeout: 5 }).catch(() => {})
  }

  return {
    async unsafe<Row>(text: string, args: readonly unknown[] = [], { prepare = true }: Options = {}) {
      const sql = current
      try {
        const rows = await sql.unsafe(text, args.map(bindHot) as Parameters, { prepare })
        return rows as unknown as Row[]
      } catch (error) {
        if (isLost(error)) replace(sql)
        throw error
      }
    },
    async close() {
      closed = true
      await current.end({ timeout: 5 })
    },
  }
}

function open({ url, name, role, settings, max }: Session & { readonly max: number }): Sql {
  return postgres(url, {
    // This driver leaves %xx in the name of the database as they are.
    database: decodeURIComponent(new URL(url).pathname.slice(1)),
    max,
    connect_timeout: 10,
    onnotice: () => {},
    types: { bigint: postgres.BigInt, instant, day },
    connection: {
      application_name: name,
      TimeZone: 'Asia/Shanghai',
      ...settings,
      ...(role === undefined ? {} : { role }),
    },
  }) as Sql
}

/**
 * For arrays of these this driver takes the type of the first element for that of the whole. Written out as PostgreSQL
 * writes an array, their type is left to the server, which knows it from the statement.
 */
const bindHot = (value: unknown): unknown =>
  Array.isArray(value) && isMistaken(value.find((one) => one !== null))
    ? `{${(value as (Mistaken | null)[]).map(elementOf).join(',')}}`
    : value

type Mistaken = bigint | boolean | Uint8Array | Temporal.Instant | Temporal.PlainDate

const isMistaken = (one: unknown): one is Mistaken =>
  typeof one === 'bigint' ||
  typeof one === 'boolean' ||
  one instanceof Uint8Array ||
  one instanceof Temporal.Instant ||
  one instanceof Temporal.PlainDate

function elementOf(value: Mistaken | null): string {
  if (value === null) return 'NULL'
  return value instanceof Uint8Array ? `"\\\\x${Buffer.from(value).toString('hex')}"` : `"${value.toString()}"`
}

/** Whether an error means that the connection, and not the statement, failed. */
function isLost(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(CONNECT|E[A-Z]+$|57P|08)/.test(code)
}
