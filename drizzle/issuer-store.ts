import { createHash } from 'node:crypto'
import type { Statements } from './hot.ts'

/** What oidc-provider keeps of a session, form, code or grant. Only oidc-provider knows its insides. */
type Payload = Record<string, unknown>

interface Saved {
  readonly kind: string
  readonly id: string
  readonly payload: Payload
  /** Seconds from now; undefined keeps it until it is removed. */
  readonly seconds: number | undefined
}

const digest = (text: string) => createHash('sha256').update(text).digest()

// A parameter of type jsonb is encoded differently by different drivers, one of type text is not.
const SAVE = `
  insert into issuer.artefact (kind, id, payload, grant_id, session_uid, expires_at)
  values ($1, $2, $3::text::jsonb, $4, $5, now() + make_interval(secs => $6::float8))
  on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
    session_uid = excluded.session_uid, expires_at = excluded.expires_at`

const FIND = `
  select payload, extract(epoch from consumed_at)::float8 as consumed from issuer.artefact
  where kind = $1 and id = $2 and (expires_at is null or expires_at > now())`

const FIND_SESSION = `
  select payload, null as consumed from issuer.artefact
  where kind = 'Session' and session_uid = $1 and (expires_at is null or expires_at > now())`

const CONSUME = `
  update issuer.artefact set consumed_at = now() where kind = $1 and id = $2 and consumed_at is null
  returning true as done`

const FIRST_USE = `
  insert into issuer.used_once as seen (key, expires_at) values ($1, now() + make_interval(secs => $2::float8))
  on conflict (key) do update set expires_at = excluded.expires_at where seen.expires_at <= now()
  returning true as done`

/** $2 is the number of failures allowed, $3 the seconds a lock lasts. */
const COUNT_ATTEMPT = `
  insert into issuer.sign_in_failure as f (login_hash, failures, last_at) values ($1, 1, now())
  on conflict (login_hash) do update set
    failures = case when f.last_at <= now() - make_interval(secs => $3::float8) then 1
      else least(f.failures, $2::int) + 1 end,
    last_at = case when f.last_at > now() - make_interval(secs => $3::float8) and f.failures > $2::int
      then f.last_at else now() end
  returning failures, ceil(extract(epoch from last_at - now()) + $3::float8)::int as seconds`

/**
 * The memory of the embedded issuer in the schema `issuer`, shared by all processes of the platform. Every call is
 * one statement. `statements` speak as the writer of that schema.
 */
export function createIssuerStore(statements: Pick<Statements, 'unsafe'>) {
  const run = <Row>(text: string, ...args: unknown[]) => statements.unsafe<Row>(text, args)
  return {
    async save({ kind, id, payload, seconds }: Saved): Promise<void> {
      const uid = kind === 'Session' ? textOf(payload['uid']) : null
      await run(SAVE, kind, id, JSON.stringify(payload), textOf(payload['grantId']), uid, seconds ?? null)
    },

    async find(kind: string, id: string): Promise<Payload | undefined> {
      return payloadOf(await run<Found>(FIND, kind, id))
    },

    async findSession(uid: string): Promise<Payload | undefined> {
      return payloadOf(await run<Found>(FIND_SESSION, uid))
    },

    /** Marks a code as used. True for one caller only, however many redeem it at once. */
    async consume(kind: string, id: string): Promise<boolean> {
      return (await run(CONSUME, kind, id)).length === 1
    },

    async remove(kind: string, id: string): Promise<void> {
      await run('delete from issuer.artefact where kind = $1 and id = $2', kind, id)
    },

    async removeGrant(grantId: string): Promise<void> {
      await run('delete from issuer.artefact where grant_id = $1', grantId)
    },

    /** True the first time a key is seen, for one caller only; the key is remembered for `seconds`. */
    async firstUse(key: string, seconds: number): Promise<boolean> {
      return (await run(FIRST_USE, digest(key), seconds)).length === 1
    },

    /**
     * Counts a try to sign in before its password is looked at, so that tries at once cannot slip by together.
     * Returns how many seconds the login stays locked, 0 when the password may be checked. Tries while it is locked
     * do not lengthen the lock.
     */
    async countAttempt(loginKey: string, { max, lockSeconds }: { max: number; lockSeconds: number }): Promise<number> {
      const [row] = await run<{ failures: number; seconds: number }>(COUNT_ATTEMPT, digest(loginKey), max, lockSeconds)
      return row === undefined || row.failures <= max ? 0 : Math.max(1, row.seconds)
    },

    async forgetAttempts(loginKey: string): Promise<void> {
      await run('delete from issuer.sign_in_failure where login_hash = $1', digest(loginKey))
    },

    /** Deletes what has expired; failures of sign-in after a day. Call it every few minutes. */
    async sweep(): Promise<void> {
      await run('delete from issuer.artefact where expires_at <= now()')
      await run('delete from issuer.used_once where expires_at <= now()')
      await run(`delete from issuer.sign_in_failure where last_at <= now() - interval '1 day'`)
    },
  }
}

interface Found {
  readonly payload: Payload
  /** Seconds since 1970, as oidc-provider wants it. */
  readonly consumed: number | null
}

const payloadOf = ([row]: Found[]): Payload | undefined =>
  row && (row.consumed === null ? row.payload : { ...row.payload, consumed: Math.floor(row.consumed) })

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
