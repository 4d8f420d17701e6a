import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import type { Sql, TransactionSql } from 'postgres'
import { ensureRoles, prefixFor, quoteName, roleName, SCHEMAS } from './roles.ts'
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
 * Brings a database to the state this code expects: makes the roles, then applies each file of `directory` not yet
 * applied, in order of name, each in a transaction. Several processes may call it at once; one works, the others wait.
 *
 * @throws Error naming the file when an applied migration was changed, when a migration fails, or when the database
 * has migrations this code does not know.
 */
export async function migrate(url: string, directory: string = DIRECTORY): Promise<void> {
  const migrations = await readMigrations(directory)
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: 'yibao migrate', TimeZone: 'Asia/Shanghai' },
  })
  try {
    const version = await requireVersion(sql)
    const prefix = await sql.begin((tx) => prepare(tx, version))
    for (const migration of await missing(sql, migrations)) {
      await sql.begin((tx) => apply(tx, migration, prefix))
    }
  } finally {
    await sql.end({ timeout: 5 })
  }
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

async function requireVersion(sql: Sql): Promise<number> {
  const [row] = await sql`select current_setting('server_version_num')::int as number, version() as name`
  const version = row?.['number'] as number
  if (version < VERSION_MIN) throw new Error(`PostgreSQL 15 or newer is needed, the server is ${row?.['name']}`)
  return version
}

/**
 * Each step takes the lock within its own transaction. A lock of the session would be lost without a word if the
 * connection broke and the driver opened another.
 */
const lock = (tx: TransactionSql) => tx`select pg_advisory_xact_lock(${LOCK}::bigint)`

async function prepare(tx: TransactionSql, version: number): Promise<string> {
  await lock(tx)
  await tx.unsafe(`
    create table if not exists public.yibao_migration
      (name text primary key, digest text not null, applied_at timestamptz not null default now());
    create table if not exists public.yibao_database
      (only_row boolean primary key default true check (only_row), role_prefix text not null)`)
  const [stored] = await tx`select role_prefix from public.yibao_database`
  const [database] = await tx`select current_database() as name`
  const prefix = (stored?.['role_prefix'] ?? prefixFor(database?.['name'] as string)) as string
  if (stored === undefined) await tx`insert into public.yibao_database (role_prefix) values (${prefix})`
  await ensureRoles(tx, prefix, version)
  return prefix
}

async function missing(sql: Sql, migrations: readonly Migration[]): Promise<Migration[]> {
  const applied = new Map<string, string>()
  for (const row of await sql`select name, digest from public.yibao_migration`) applied.set(row['name'], row['digest'])
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

async function apply(tx: TransactionSql, migration: Migration, prefix: string): Promise<void> {
  await lock(tx)
  const [done] = await tx`select 1 from public.yibao_migration where name = ${migration.name}`
  if (done !== undefined) return

  const owner = SCHEMAS.find((schema) => migration.name.slice(5, -4).startsWith(schema))
  if (owner !== undefined) await tx.unsafe(`set local role ${quoteName(roleName(prefix, owner, 'owner'))}`)
  const text = withRoles(migration, prefix)
  // A statement that waits for a table lock stops everyone behind it: rather fail and let the next start try again.
  await tx.unsafe(`set local lock_timeout = '30s'`)
  await tx.unsafe(text).catch((error: postgres.PostgresError) => {
    const line = error.position === undefined ? '' : ` at line ${text.slice(0, Number(error.position)).split('\n').length}`
    throw new Error(`migration ${migration.name} failed${line}: ${error.message}`, { cause: error })
  })
  await tx.unsafe('set local role none')
  await tx`insert into public.yibao_migration (name, digest) values (${migration.name}, ${migration.digest})`
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
