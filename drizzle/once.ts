import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { callerOf } from '@yibao/schema/identity'
import type { Identity } from '@yibao/schema/identity'
import { Busy, InvalidInput, NotAllowed, Rejection, RequestReused } from '@yibao/schema/rejection'
import type { StoredRejection } from '@yibao/schema/rejection'
import { sql } from 'drizzle-orm'
import type { Database, Tx } from './connect.ts'
import { canonicalDigest, requestDigest } from './digest.ts'

export { canonicalDigest } from './digest.ts'

export interface Asked {
  readonly identity: Identity
  /** Chosen by the caller and kept through its retries. */
  readonly requestId: string
  readonly operation: string
  /** All that was asked; another input under the same id is refused. It is kept as a digest only. */
  readonly input: unknown
  readonly now: Temporal.Instant
  /** The person concerned, when it is known beforehand. */
  readonly insuredId?: string | null
}

interface Outcome {
  readonly operation: string
  readonly digest: string
  readonly outcome: 'COMMITTED' | 'REFUSED' | 'ANNULLED'
  readonly result: unknown
}

const ATTEMPTS_MAX = 12

/**
 * Does `work` once for each request of a caller, in a serializable transaction, and keeps what came of it: the same
 * request asked again gets the same result, or the same rejection, without any work. What `work` returns must be plain
 * JSON, an id as a rule.
 *
 * @throws RequestReused when the id was used for something else; NotAllowed with code ANNULLED when it was withdrawn;
 * Busy when others kept changing the same rows; and whatever Rejection `work` throws, which undoes its writes.
 */
export async function once<T>(db: Database, asked: Asked, work: (tx: Tx) => Promise<T>): Promise<T> {
  requireRequestId(asked.requestId)
  const digest = requestDigest(asked.operation, asked.input)
  for (let attempt = 1; ; attempt += 1) {
    let earlier: Outcome | null
    try {
      const done = await db.orm.transaction((tx) => doOrFind(tx, db, { ...asked, digest }, work), 'serializable')
      if ('result' in done) return done.result
      earlier = done.earlier
    } catch (error) {
      if (!(error instanceof Rejection)) {
        await backOff(error, attempt)
        continue
      }
      earlier = error.retryable ? null : await refuse(db, { ...asked, digest }, error)
      if (earlier === null) throw error
    }
    return replay(earlier, asked, digest) as T
  }
}

type Digested = Asked & { readonly digest: string }

async function doOrFind<T>(
  tx: Tx,
  db: Database,
  asked: Digested,
  work: (tx: Tx) => Promise<T>,
): Promise<{ result: T } | { earlier: Outcome }> {
  const earlier = await findOutcome(tx, db, asked)
  if (earlier !== null) return { earlier }
  const result = await work(tx)
  assert.deepEqual(JSON.parse(JSON.stringify(result ?? null)), result ?? null, 'a result is plain JSON')
  // When another process was quicker with the same request this row is in the way, and the next attempt finds it.
  if (!(await addOutcome(tx, db, { ...asked, outcome: 'COMMITTED', result }))) throw new Overtaken()
  return { result }
}

/** Another process finished the same request meanwhile. Looks like the collision it is. */
class Overtaken extends Error {
  readonly code = '40001'
}

/** Ids are compared and shown, so they keep to what every system prints alike. */
function requireRequestId(requestId: string): void {
  if (/^[\x21-\x7e]{1,128}$/.test(requestId)) return
  const message = {
    zh: '须为 1 至 128 个可见 ASCII 字符，不含空格',
    en: 'must be 1 to 128 visible ASCII characters without spaces',
  }
  throw InvalidInput.of([{ path: 'requestId', code: 'REQUEST_ID', message }])
}

function replay(earlier: Outcome, asked: Asked, digest: string): unknown {
  if (earlier.outcome === 'ANNULLED') {
    throw NotAllowed.of({
      code: 'ANNULLED',
      text: { zh: '该请求已被撤销，不再办理', en: 'this request was annulled and will not be carried out' },
    })
  }
  if (earlier.operation !== asked.operation || !isSame(earlier, asked, digest))
    throw RequestReused.of(earlier.operation)
  if (earlier.outcome === 'REFUSED') throw Rejection.revive(earlier.result as StoredRejection)
  return earlier.result
}

/** What was kept before a null counted as left out is known by the digest it was kept under. */
const isSame = (earlier: Outcome, { operation, input }: Asked, digest: string): boolean =>
  earlier.digest === digest || earlier.digest === canonicalDigest(operation, input)

async function findOutcome(tx: Tx, { schema }: Database, asked: Asked): Promise<Outcome | null> {
  const { rows } = await tx.execute<Outcome & Record<string, unknown>>(sql`
    select operation, digest, outcome, result from ${sql.identifier(schema)}.request
    where caller = ${callerOf(asked.identity)} and request_id = ${asked.requestId}`)
  return rows[0] ?? null
}

type NewOutcome = Digested & Pick<Outcome, 'outcome' | 'result'>

/** False when there is one already. */
async function addOutcome(tx: Tx, { schema }: Database, row: NewOutcome): Promise<boolean> {
  const { rowCount } = await tx.execute(sql`
    insert into ${sql.identifier(schema)}.request
      (caller, request_id, operation, digest, outcome, result, insured_id, at)
    values (${callerOf(row.identity)}, ${row.requestId}, ${row.operation}, ${row.digest}, ${row.outcome},
      ${JSON.stringify(row.result ?? null)}::jsonb, ${row.insuredId ?? null}, ${row.now.toString()})
    on conflict do nothing`)
  return rowCount === 1
}

/** Keeps a refusal, after all that was written is undone; or finds what came of the request meanwhile. */
async function refuse(db: Database, asked: Digested, rejection: Rejection): Promise<Outcome | null> {
  const added = await addOutcome(db.orm, db, { ...asked, outcome: 'REFUSED', result: rejection.store() })
  return added ? null : findOutcome(db.orm, db, asked)
}

/**
 * Waits before the next attempt after a collision with others, and throws everything else. A violated unique key or
 * exclusion counts as a collision, because the next attempt sees the row that was in the way, and answers what the rules
 * say of it.
 */
async function backOff(error: unknown, attempt: number): Promise<void> {
  const state = sqlState(error)
  const collided = state === '40001' || state === '40P01'
  if (!collided && state !== '23505' && state !== '23P01') throw error
  if (attempt >= ATTEMPTS_MAX) throw collided ? Busy.of() : error
  await sleep(Math.random() * Math.min(200, 5 * 2 ** attempt))
}

/** The SQLSTATE of an error of the database, which Drizzle wraps. */
export function sqlState(error: unknown): string | null {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ('code' in one && typeof one.code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(one.code)) return one.code
  }
  return null
}

/** The constraint or unique index an error of the database is about; null when it is about none. */
export function violatedBy(error: unknown): string | null {
  for (let one = error; one instanceof Error; one = one.cause) {
    if ('constraint' in one && typeof one.constraint === 'string') return one.constraint
  }
  return null
}
