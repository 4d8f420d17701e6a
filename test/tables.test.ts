import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { withClient } from '@yibao/drizzle/client'
import { is } from 'drizzle-orm'
import { toSnakeCase } from 'drizzle-orm/casing'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from './database.ts'

const FOLDER = join(import.meta.dirname, '..', 'drizzle')
const database = await testDatabase()
afterAll(() => database.close())

/** What `format_type` prints for a type that Drizzle calls otherwise. */
const normal = (type: string): string =>
  type
    .replace(/^timestamp(\(\d\))? with time zone$/, 'timestamp$1 with time zone')
    .replace(/^(char|varchar)\((\d+)\)$/, (_, name: string, size: string) =>
      name === 'char' ? `character(${size})` : `character varying(${size})`,
    )
    .replace(/^varchar$/, 'character varying')

async function tablesOf(file: string): Promise<Record<string, string[]>> {
  const exported = Object.values((await import(join(FOLDER, file))) as Record<string, unknown>)
  return Object.fromEntries(
    exported
      .filter((one) => is(one, PgTable))
      .map((table) => {
        const { schema, name, columns } = getTableConfig(table)
        const lines = columns.map((column) => {
          const title = column.keyAsName ? toSnakeCase(column.name) : column.name
          return `${title} ${normal(column.getSQLType())}${column.notNull ? ' not null' : ''}`
        })
        return [`${schema}.${name}`, lines.toSorted()]
      }),
  )
}

const stored = await withClient({ url: database.url, name: 'test' }, async (client) => {
  const { rows } = await client.query<{ name: string; line: string }>(
    `select n.nspname || '.' || c.relname as name,
       a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end as line
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v')
       and n.nspname in ('insured', 'institutions', 'settlement', 'cross_province', 'issuer')`,
  )
  return Object.groupBy(rows, (row) => row.name)
})

const files = (await readdir(FOLDER)).filter((file) =>
  /^(insured|institutions|settlement|cross-province)(-[a-z-]+)?\.ts$/.test(file),
)

test.each(files)('the tables of %s are those of the migrated database', async (file) => {
  const tables = await tablesOf(file)
  expect(Object.keys(tables)).not.toEqual([])
  for (const [name, lines] of Object.entries(tables)) {
    expect(lines, name).toEqual((stored[name] ?? []).map((row) => row.line).toSorted())
  }
})
