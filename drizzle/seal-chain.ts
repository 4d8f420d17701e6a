import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import type { Schema } from './roles.ts'

/** The schemas that keep an access log. */
export const SEALED: readonly Schema[] = ['insured', 'institutions', 'settlement', 'cross_province']

/** A row of the access log in the form that is hashed: every column as text. */
export interface LogRow {
  readonly id: string
  readonly at: string
  readonly role: string
  readonly actor: string
  readonly subject: string
  readonly operation: string
  readonly purpose: string | null
  readonly trace_id: string | null
}

/** A moment as it is hashed and signed: UTC, to the microsecond. */
export const momentOf = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** The columns of a LogRow from the table `l`. */
export const LOG_ROW = `l.id::text, ${momentOf('l.at')} as at, l.role, l.actor, l.subject::text, l.operation, l.purpose,
  l.trace_id`

/** What stands before the first hash. */
export const ORIGIN = Buffer.alloc(32)

/** The hash of a row in its place: SM3 over the hash before it and the row. JSON keeps the columns apart. */
export function linkOf(previous: Uint8Array, schema: Schema, sequence: bigint, row: LogRow): Buffer {
  const { id, at, role, actor, subject, operation, purpose, trace_id: traceId } = row
  const text = JSON.stringify([schema, String(sequence), id, at, role, actor, subject, operation, purpose, traceId])
  return createHash('sm3').update(previous).update(text).digest()
}

/** Which database this is, however it is named or reached. */
export async function readDatabaseId(client: Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>('select id from public.yibao_database')
  if (rows[0] === undefined) throw new Error('the database has no row in public.yibao_database: migrate it first')
  return rows[0].id
}
