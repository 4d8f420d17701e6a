import { createHash } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'

/** The schemas of the platform: one per subgraph, and one for the embedded issuer. */
export const SCHEMAS = ['insured', 'institutions', 'settlement', 'cross_province', 'issuer'] as const
export type Schema = (typeof SCHEMAS)[number]

/** What a role of a schema may do: own and migrate it, write it, or read it under row level security. */
export type SchemaRole = 'owner' | 'writer' | 'reader'

const SCHEMA_ROLES: readonly SchemaRole[] = ['owner', 'writer', 'reader']
const NAME_BYTES_MAX = 63
const PREFIX_BYTES_MAX = NAME_BYTES_MAX - '_cross_province_writer'.length

/** The role that owns the schema of the job queue. */
export const jobsOwner = (prefix: string): string => `${prefix}_pgboss_owner`

/** The name of a role, unquoted: `yibao_settlement_writer`. */
export const roleName = (prefix: string, schema: Schema, role: SchemaRole): string => `${prefix}_${schema}_${role}`

/** A name as SQL writes it, whatever characters it has. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * What role names of a new database begin with. Roles belong to the whole server, so their names carry the name of
 * the database; a long one is cut and told apart by a digest, because PostgreSQL would cut it silently at 63 bytes.
 */
export function prefixFor(database: string): string {
  const name = database.startsWith('pg_') ? `yibao_${database}` : database
  if (Buffer.byteLength(name) <= PREFIX_BYTES_MAX) return name
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  let cut = ''
  for (const letter of name) {
    if (Buffer.byteLength(cut + letter) > PREFIX_BYTES_MAX - digest.length - 1) break
    cut += letter
  }
  return `${cut}_${digest}`
}

/**
 * Reads what the role names of this database begin with. It is stored at the first migration and not derived again,
 * so that a database cloned by `create database … template` or renamed keeps the roles its grants name.
 */
export async function readPrefix(sql: Sql): Promise<string> {
  const [row] = await sql`select role_prefix from public.yibao_database`
  if (row === undefined) throw new Error('the database has no row in public.yibao_database: migrate it first')
  return row['role_prefix'] as string
}

const allRoles = (prefix: string): string[] => [
  ...SCHEMAS.flatMap((schema) => SCHEMA_ROLES.map((role) => roleName(prefix, schema, role))),
  jobsOwner(prefix),
]

/**
 * Makes the roles that are missing and lets the connecting user take them, but not inherit from them: a connection
 * that forgets its role then has no rights. Runs at every start, because a dump of a database brings no roles.
 */
export async function ensureRoles(tx: TransactionSql, prefix: string, version: number): Promise<void> {
  for (const role of allRoles(prefix)) await createRole(tx, role)
  const [me] = await tx`select rolsuper from pg_roles where rolname = session_user`
  if (me?.['rolsuper'] === true) return

  const [how, check] = version >= 160000 ? [' with set true, inherit false', 'SET'] : ['', 'MEMBER']
  for (const role of allRoles(prefix)) {
    const [row] = await tx`select pg_has_role(session_user, ${role}, ${check}) as granted`
    if (row?.['granted'] !== true) await tx.unsafe(`grant ${quoteName(role)} to session_user${how}`)
  }
}

/** Two databases cloned from one template share roles and may race here, hence the handlers. */
async function createRole(tx: TransactionSql, role: string): Promise<void> {
  const [existing] = await tx`select 1 from pg_roles where rolname = ${role}`
  if (existing !== undefined) return
  await tx.unsafe(
    `do $create$ begin create role ${quoteName(role)} nologin;
     exception when duplicate_object or unique_violation then null; end $create$`,
  )
}
