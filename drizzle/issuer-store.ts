import { createHash } from 'node:crypto'
import type { JSONValue, Sql } from 'postgres'

/** What oidc-provider keeps of a session, form, code or grant. Only oidc-provider knows its insides. */
type Payload = Record<string, unknown>

interface Saved {
  readonly kind: string
  readonly id: string
  readonly payload: Payload
  /** Seconds from now; undefined keeps it until it is deleted. */
  readonly seconds: number | undefined
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * The memory of the embedded issuer in the schema `issuer`, shared by all processes of the platform.
 * `sql` is a connection in the writer role of that schema.
 */
export function createIssuerStore(sql: Sql) {
  return {
    async save({ kind, id, payload, seconds }: Saved): Promise<void> {
      await sql`
        insert into issuer.artefact (kind, id, payload, grant_id, session_uid, expires_at)
        values (${kind}, ${id}, ${sql.json(payload as JSONValue)}, ${textOf(payload['grantId'])},
          ${kind === 'Session' ? textOf(payload['uid']) : null}, ${until(sql, seconds)})
        on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
          session_uid = excluded.session_uid, expires_at = excluded.expires_at`
    },

    async find(kind: string, id: string): Promise<Payload | undefined> {
      const [row] = await sql`
        select payload, extract(epoch from consumed_at)::bigint as consumed from issuer.artefact
        where kind = ${kind} and id = ${id} and (expires_at is null or expires_at > now())`
      return row && withConsumed(row)
    },

    async findSession(uid: string): Promise<Payload | undefined> {
      const [row] = await sql`
        select payload, null as consumed from issuer.artefact
        where kind = 'Session' and session_uid = ${uid} and (expires_at is null or expires_at > now())`
      return row && withConsumed(row)
    },

    /** Marks a code as used. True for one caller only, however many redeem it at once. */
    async consume(kind: string, id: string): Promise<boolean> {
      const rows = await sql`
        update issuer.artefact set consumed_at = now()
        where kind = ${kind} and id = ${id} and consumed_at is null returning 1`
      return rows.length === 1
    },

    async remove(kind: string, id: string): Promise<void> {
      await sql`delete from issuer.artefact where kind = ${kind} and id = ${id}`
    },

    async removeGrant(grantId: string): Promise<void> {
      await sql`delete from issuer.artefact where grant_id = ${grantId}`
    },

    /** True the first time a key is seen, for one caller only; the key is remembered for `seconds`. */
    async firstUse(key: string, seconds: number): Promise<boolean> {
      const rows = await sql`
        insert into issuer.used_once as seen (key, expires_at) values (${digest(key)}, ${until(sql, seconds)})
        on conflict (key) do update set expires_at = excluded.expires_at where seen.expires_at <= now()
        returning 1`
      return rows.length === 1
    },

    /**
     * Counts a try to sign in before its password is looked at, so that tries at once cannot slip by together.
     * Returns how many seconds the login stays locked, 0 when the password may be checked. Tries while it is locked
     * do not lengthen the lock.
     */
    async countAttempt(loginKey: string, { max, lockSeconds }: { max: number; lockSeconds: number }): Promise<number> {
      const [row] = await sql`
        insert into issuer.sign_in_failure as f (login_hash, failures, last_at) values (${digest(loginKey)}, 1, now())
        on conflict (login_hash) do update set
          failures = case when f.last_at <= now() - make_interval(secs => ${lockSeconds}) then 1
            else least(f.failures, ${max}::int) + 1 end,
          last_at = case when f.last_at > now() - make_interval(secs => ${lockSeconds}) and f.failures > ${max}::int
            then f.last_at else now() end
        returning failures, ceil(extract(epoch from last_at - now()) + ${lockSeconds})::int as seconds`
      const { failures, seconds } = row as unknown as { failures: number; seconds: number }
      return failures > max ? Math.max(1, seconds) : 0
    },

    async forgetAttempts(loginKey: string): Promise<void> {
      await sql`delete from issuer.sign_in_failure where login_hash = ${digest(loginKey)}`
    },

    /** Deletes what has expired. Call it every few minutes. */
    async sweep({ lockSeconds }: { lockSeconds: number }): Promise<void> {
      await sql`delete from issuer.artefact where expires_at <= now()`
      await sql`delete from issuer.used_once where expires_at <= now()`
      await sql`delete from issuer.sign_in_failure where last_at <= now() - make_interval(secs => ${lockSeconds})`
    },
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const until = (sql: Sql, seconds: number | undefined) =>
  seconds === undefined ? null : sql`now() + make_interval(secs => ${seconds})`

const withConsumed = (row: Payload): Payload =>
  row['consumed'] === null
    ? (row['payload'] as Payload)
    : { ...(row['payload'] as Payload), consumed: Number(row['consumed']) }
