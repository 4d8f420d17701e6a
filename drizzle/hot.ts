import postgres from 'postgres'
import type { Sql } from 'postgres'
import type { Session } from './client.ts'
import { HOT_TYPES } from './values.ts'

type Parameters = postgres.ParameterOrJSON<never>[]

const UNKNOWN = 0

/**
 * A prepared statement keeps its plan, and one that was made while its tables were small or not yet analysed reads them row by row:
 * measured on a new database, a bill read some 7,000 rows of earlier stays, and without that 1.22 times as many bills went through.
 * Statements of the hot client are to find rows by their keys, whatever the statistics say. Settings of a session, by name.
 */
export const BY_KEY = { enable_seqscan: 'off' }

export interface Options {
  /** Whether the server keeps the plan; true unless said otherwise. */
  readonly prepare?: boolean
}

/**
 * Statements written by hand. int8 is a bigint, timestamptz a Temporal.Instant, date a Temporal.PlainDate. An array is an
 * array of PostgreSQL; for jsonb pass an object or JSON text.
 */
export interface Statements {
  unsafe<Row = Record<string, unknown>>(text: string, args?: readonly unknown[], options?: Options): Promise<Row[]>
}

/** A pool of connections for single prepared statements, each its own transaction. */
export interface HotClient extends Statements {
  close(): Promise<void>
}

/**
 * The client of the hot statements. postgres.js, because it sends the next statement without waiting for the last one:
 * measured on two cores, 16 to 20 % more bills per second than node-postgres. It is used for nothing else and hidden
 * behind this one function, because it does not survive the loss of a connection: a transaction then ends the process
 * or goes on outside of itself on a new connection, and a write that waited leaves the connection unusable for good.
 * So there are no transactions here, and each of `max` clients has one connection and is replaced when that is lost.
 */
export function openHot({ max, ...session }: Session & { readonly max: number }): HotClient {
  const openLine = (): Line => ({ sql: open(session), waiting: 0, turn: 0 })
  const lines = Array.from({ length: max }, openLine)
  let closed = false
  let turns = 0

  function replace(broken: Line): void {
    const place = lines.indexOf(broken)
    if (closed || place === -1) return
    lines[place] = openLine()
    for (const ms of END_MS) setTimeout(() => void endClient(broken.sql), ms).unref()
  }

  return {
    async unsafe<Row>(text: string, args: readonly unknown[] = [], { prepare = true }: Options = {}) {
      const line = freest(lines)
      const { sql } = line
      line.waiting += 1
      line.turn = turns += 1
      try {
        // The driver takes the type of an array's first element for that of the array; 0 leaves it to the server.
        const bound = args.map((value) => (Array.isArray(value) ? sql.typed(value as never, UNKNOWN) : value))
        const rows = await sql.unsafe(text, bound as Parameters, { prepare })
        return withoutHoles(rows as unknown as Row[])
      } catch (error) {
        if (isLost(error)) replace(line)
        throw error
      } finally {
        line.waiting -= 1
      }
    },
    async close() {
      closed = true
      await Promise.all(lines.map(({ sql }) => sql.end({ timeout: 5 })))
    },
  }
}

/**
 * When a client whose connection was lost is ended. At once the driver finds nothing under way, is done, and opens a connection that
 * nobody ends for the statements that waited behind; the later times are for one it was about to open, which it waits for up to 20 s.
 */
const END_MS = [50, 6_000, 35_000]

/** Ends it as often as it is called: the driver's `end` remembers that it has ended. */
async function endClient(sql: Sql): Promise<void> {
  await sql.end({ timeout: 5 }).catch(() => {})
  // Not among the driver's types.
  await (sql as Sql & { close(): Promise<void> }).close().catch(() => {})
}

/**
 * Where the loss of a connection cuts off a result, the driver goes on counting: the next result for that client, of a statement that
 * waited behind, begins with as many holes.
 */
const withoutHoles = <Row>(rows: Row[]): Row[] => (rows.length === 0 || 0 in rows ? rows : rows.filter(() => true))

/** One connection and how many statements are on it. */
interface Line {
  readonly sql: Sql
  waiting: number
  /** When it was last chosen. */
  turn: number
}

/**
 * The first connection with the fewest statements on it, so that few are used while there is little to do: the driver's own pool
 * goes round all of them, and each backend of the server has plans and catalogues of its own to bring back into the caches of the
 * processor. At 50 bills a second across provinces: 10.4 to 11.5 ms of CPU in the server for each instead of 12.3. Where all are busy
 * they go in turn, or what comes alone would wait behind the groups of bills that took the first ones.
 */
function freest(lines: readonly Line[]): Line {
  const least = Math.min(...lines.map(({ waiting }) => waiting))
  const equal = lines.filter(({ waiting }) => waiting === least)
  const found = least === 0 ? equal[0] : equal.toSorted((a, b) => a.turn - b.turn)[0]
  if (found === undefined) throw new Error('no connection')
  return found
}

function open({ url, name, role, settings }: Session): Sql {
  return postgres(url, {
    // This driver leaves %xx in the name of the database as they are.
    database: decodeURIComponent(new URL(url).pathname.slice(1)),
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    types: HOT_TYPES as Record<string, postgres.PostgresType>,
    fetch_types: false,
    connection: {
      application_name: name,
      TimeZone: 'Asia/Shanghai',
      ...BY_KEY,
      ...settings,
      ...(role === undefined ? {} : { role }),
    },
  })
}

/** Whether an error means that the connection, and not the statement, failed. */
export function isLost(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(CONNECT|E[A-Z]+$|57P|08)/.test(code)
}
