import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'

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
export async function readPrefix(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ role_prefix: string }>('select role_prefix from public.yibao_database')
  if (rows[0] === undefined) throw new Error('the database has no row in public.yibao_database: migrate it first')
  return rows[0].role_prefix
}

const allRoles = (prefix: string): string[] => [
  ...SCHEMAS.flatMap((schema) => SCHEMA_ROLES.map((role) => roleName(prefix, schema, role))),
  jobsOwner(prefix),
]

/**
 * Makes the roles that are missing and lets the connecting user take them, but not inherit from them: a connection
 * that forgets its role then has no rights. Runs at every start, because a dump of a database brings no roles.
 */
export async function ensureRoles(client: ClientBase, prefix: string, version: number): Promise<void> {
  const roles = allRoles(prefix)
  const existing = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
    roles,
  ])
  const names = new Set(existing.rows.map((row) => row.rolname))
  for (const role of roles) if (!names.has(role)) await createRole(client, role)

  const [how, check] = version >= 160000 ? [' with set true, inherit false', 'SET'] : ['', 'MEMBER']
  const ungranted = await client.query<{ role: string }>(
    `select role from unnest($1::text[]) as role, pg_roles as me
     where me.rolname = session_user and not me.rolsuper and not pg_has_role(session_user, role, $2)`,
    [roles, check],
  )
  for (const { role } of ungranted.rows) await client.query(`grant ${quoteName(role)} to session_user${how}`)
}

/** Two databases cloned from one template share roles and may race here, hence the handler. */
async function createRole(client: ClientBase, role: string): Promise<void> {
  await client.query(
    `do $create$ begin create role ${quoteName(role)} nologin;
     exception when duplicate_object or unique_violation then null; end $create$`,
  )
}
