import type { Database } from './connect.ts'

/** Somebody read somebody's data. */
export interface AccessEntry {
  /** A UUIDv7, made when the data was read. */
  readonly id: string
  readonly at: Temporal.Instant
  readonly role: string
  /** The caller, as `callerOf` says it. */
  readonly actor: string
  /** Whose data it was. */
  readonly subject: string
  readonly operation: string
  readonly purpose?: string | null | undefined
  readonly traceId?: string | null | undefined
}

export interface AccessLog {
  /** Resolves when the entries are durable; an answer waits for it. */
  record(entries: readonly AccessEntry[]): Promise<void>
}

interface Waiting {
  readonly entries: readonly AccessEntry[]
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

const BATCH_MAX = 500

/**
 * The access log of one schema. What waits while a statement is under way goes together in the next one, so a busy
 * moment costs one commit for many answers, and a quiet one no waiting.
 */
export function createAccessLog(db: Database): AccessLog {
  let waiting: Waiting[] = []
  let writing = false

  async function writeAll(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      waiting = waiting.slice(batch.length)
      await insert(
        db,
        batch.flatMap((one) => one.entries),
      ).then(
        () => batch.forEach((one) => one.done()),
        // One bad entry must not fail the answers it happened to wait with.
        () => Promise.all(batch.map((one) => insert(db, one.entries).then(one.done, one.failed))),
      )
    }
    writing = false
  }

  const recordPiece = (entries: readonly AccessEntry[]): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ entries, done: resolve, failed: reject })
      if (!writing) void writeAll()
    })

  return {
    // A piece stands in line only when the one before it is written: an answer about all employees of a large employer
    // (10,000 entries in one statement took 0.5 to 0.8 s) holds up no other for longer than one piece.
    async record(entries) {
      for (let at = 0; at < entries.length; at += BATCH_MAX) await recordPiece(entries.slice(at, at + BATCH_MAX))
    },
  }
}

/** From the front as many as fit, at least one. */
function takeBatch(waiting: readonly Waiting[]): readonly Waiting[] {
  let size = 0
  const end = waiting.findIndex((one, index) => (size += one.entries.length) > BATCH_MAX && index > 0)
  return end === -1 ? waiting : waiting.slice(0, end)
}

/** Sent again, an entry is not written twice: the first statement may have succeeded without our hearing of it. */
async function insert({ hot, schema }: Database, entries: readonly AccessEntry[]): Promise<void> {
  await hot.unsafe(
    `insert into ${schema}.access_log (id, at, role, actor, subject, operation, purpose, trace_id)
     select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[],
       $8::text[])
     on conflict do nothing`,
    [
      entries.map((one) => one.id),
      entries.map((one) => one.at.toString()),
      entries.map((one) => one.role),
      entries.map((one) => one.actor),
      entries.map((one) => one.subject),
      entries.map((one) => one.operation),
      entries.map((one) => one.purpose ?? null),
      entries.map((one) => one.traceId ?? null),
    ],
  )
}
