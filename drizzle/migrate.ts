import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client, DatabaseError } from 'pg'
import { inTransaction, withClient } from './client.ts'
import { migrateJobs } from './jobs.ts'
import { ensureRoles, jobsOwner, prefixFor, quoteName, roleName, SCHEMAS } from './roles.ts'
import type { SchemaRole } from './roles.ts'

interface Migration {
  readonly name: string
  readonly text: string
  readonly digest: string
}

const DIRECTORY = join(import.meta.dirname, 'migrations')
const VERSION_MIN = 150000
/** Any number serves, as long as nothing else in the database takes it: "yibao" in ASCII. */
const LOCK = 0x796962616fn.toString()

/**
 * Brings a database to the state this code expects: makes the roles, applies each file of `directory` not yet applied,
 * in order of name, each in a transaction, and makes the job queue. Several processes may call it at once; one works,
 * the others wait.
 *
 * @throws Error naming the file when an applied migration was changed, when a migration fails, or when the database
 * has migrations this code does not know.
 */
export async function migrate(url: string, directory: string = DIRECTORY): Promise<void> {
  const migrations = await readMigrations(directory)
  await withClient({ url, name: 'yibao migrate' }, async (client) => {
    const version = await requireVersion(client)
    const prefix = await inTransaction(client, () => prepare(client, version))
    for (const migration of await missing(client, migrations)) {
      await inTransaction(client, () => apply(client, migration, prefix))
    }
  })
  await migrateJobs(url)
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_[a-z_]+\.sql$/.test(name)).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n')
      return { name, text, digest: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

async function requireVersion(client: Client): Promise<number> {
  const { rows } = await client.query<{ number: number; name: string }>(
    `select current_setting('server_version_num')::int as number, version() as name`,
  )
  const { number = 0, name = 'unknown' } = rows[0] ?? {}
  if (number < VERSION_MIN) throw new Error(`PostgreSQL 15 or newer is needed, the server is ${name}`)
  return number
}

/** Each step takes the lock in its own transaction, so that it is never held by a connection that does nothing. */
const lock = (client: Client) => client.query('select pg_advisory_xact_lock($1)', [LOCK])

async function prepare(client: Client, version: number): Promise<string> {
  await lock(client)
  await client.query(`
    create table if not exists public.yibao_migration
      (name text primary key, digest text not null, applied_at timestamptz not null default now());
    create table if not exists public.yibao_database
      (only_row boolean primary key default true check (only_row), role_prefix text not null,
       id uuid not null default gen_random_uuid())`)
  const { rows } = await client.query<{ name: string; stored: string | null }>(
    'select current_database() as name, (select role_prefix from public.yibao_database) as stored',
  )
  const { name = '', stored = null } = rows[0] ?? {}
  const prefix = stored ?? prefixFor(name)
  if (stored === null) await client.query('insert into public.yibao_database (role_prefix) values ($1)', [prefix])
  await ensureRoles(client, prefix, version)
  await client.query(`create schema if not exists pgboss authorization ${quoteName(jobsOwner(prefix))}`)
  return prefix
}

async function missing(client: Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; digest: string }>(
    'select name, digest from public.yibao_migration order by name',
  )
  const applied = new Map(rows.map((row) => [row.name, row.digest]))
  const unknown = [...applied.keys()].filter((name) => !migrations.some((m) => m.name === name))
  if (unknown.length > 0) {
    throw new Error(`the database is newer than this code: it has ${unknown.join(', ')}; start a newer version`)
  }
  for (const { name, digest } of migrations) {
    if (applied.has(name) && applied.get(name) !== digest) {
      throw new Error(`migration ${name} was changed after it was applied to this database; add a new file instead`)
    }
  }
  return migrations.filter((m) => !applied.has(m.name))
}

async function apply(client: Client, migration: Migration, prefix: string): Promise<void> {
  await lock(client)
  const done = await client.query('select 1 from public.yibao_migration where name = $1', [migration.name])
  if (done.rows.length > 0) return

  const owner = SCHEMAS.find((schema) => migration.name.slice(5, -4).startsWith(schema))
  if (owner !== undefined) await client.query(`set local role ${quoteName(roleName(prefix, owner, 'owner'))}`)
  // A statement that waits for a table stops everyone behind it: rather fail, and let the next start try again.
  await client.query(`set local lock_timeout = '30s'`)
  const text = withRoles(migration, prefix)
  await client.query(text).catch((error: DatabaseError) => {
    const line =
      error.position === undefined ? '' : ` at line ${text.slice(0, Number(error.position)).split('\n').length}`
    throw new Error(`migration ${migration.name} failed${line}: ${error.message}`, { cause: error })
  })
  await client.query('set local role none')
  await client.query('insert into public.yibao_migration (name, digest) values ($1, $2)', [
    migration.name,
    migration.digest,
  ])
}

/** Puts the quoted role names where the file says `{{settlement.writer}}`. */
function withRoles({ name, text }: Migration, prefix: string): string {
  return text.replaceAll(/\{\{(.*?)\}\}/g, (mark, inside: string) => {
    const [schemaName, role] = inside.split('.')
    const schema = SCHEMAS.find((one) => one === schemaName)
    if (schema === undefined || !['owner', 'writer', 'reader'].includes(role ?? '')) {
      throw new Error(`migration ${name} names ${mark}, which is no role of the platform`)
    }
    return quoteName(roleName(prefix, schema, role as SchemaRole))
  })
}
