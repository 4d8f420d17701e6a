import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withClient } from '@yibao/drizzle/client'
import { connect } from '@yibao/drizzle/connect'
import { migrate } from '@yibao/drizzle/migrate'
import { prefixFor, quoteName } from '@yibao/drizzle/roles'
import { sql } from 'drizzle-orm'
import { afterAll, expect, inject, test } from 'vitest'
import { testDatabase } from './database.ts'

const { server, template } = inject('database')
const database = await testDatabase()
const settlement = await connect({ url: database.url, schema: 'settlement' })
const folder = await mkdtemp(join(tmpdir(), 'yibao-migrations-'))
const closing: (() => Promise<unknown>)[] = [() => settlement.close(), () => database.close()]
afterAll(async () => {
  for (const close of closing) await close()
  await rm(folder, { recursive: true })
})

const onServer = (statement: string) => withClient({ url: server, name: 'test' }, (client) => client.query(statement))

/** An empty database; its name begins like all of this run, so that it is cleaned up with them. */
async function emptyDatabase(suffix: string): Promise<string> {
  const name = `${template}${suffix}`
  await onServer(`create database ${quoteName(name)}`)
  closing.push(() => onServer(`drop database ${quoteName(name)} with (force)`))
  const url = new URL(server)
  url.pathname = `/${encodeURIComponent(name)}`
  return url.href
}

/** The first migration, and others made up for a test. */
async function migrations(others: Record<string, string>): Promise<string> {
  const made = await mkdtemp(join(folder, 'm-'))
  await cp(
    join(import.meta.dirname, '..', 'drizzle', 'migrations', '0001_foundation.sql'),
    join(made, '0001_foundation.sql'),
  )
  for (const [name, text] of Object.entries(others)) await writeFile(join(made, name), text)
  return made
}

test('several processes migrate an empty database at once, and again', async () => {
  const url = await emptyDatabase('_at_once')
  for (let round = 0; round < 2; round += 1) await Promise.all([1, 2, 3, 4].map(() => migrate(url)))
})

test('a database of any name can be used', async () => {
  for (const suffix of [
    ` "weird" 医保 it's a name of more than sixty bytes`,
    '_of_exactly_sixty_three_bytes_in_length_all',
  ]) {
    const url = await emptyDatabase(suffix)
    await migrate(url, await migrations({}))
    const insured = await connect({ url, schema: 'insured' })
    const [row] = await insured.hot.unsafe<{ name: string }>('select current_user as name')
    const orm = await insured.orm.execute<{ name: string }>(sql`select current_user as name`)
    expect(row?.name).toMatch(/_insured_writer$/)
    expect(orm.rows[0]?.name).toBe(row?.name)
    await insured.close()
  }
})

test('role names fit into 63 bytes, are not reserved and differ between databases', () => {
  const [longA, longB] = [`${'医'.repeat(20)}a`, `${'医'.repeat(20)}b`]
  for (const name of ['yibao', longA, longB, 'pg_yibao']) {
    expect(Buffer.byteLength(`${prefixFor(name)}_cross_province_writer`)).toBeLessThanOrEqual(63)
    expect(prefixFor(name)).not.toMatch(/^pg_/)
  }
  expect(prefixFor(longA)).not.toBe(prefixFor(longB))
  expect(prefixFor('yibao')).toBe('yibao')
})

test('a migration that was changed after it was applied stops the start and is named', async () => {
  const url = await emptyDatabase('_changed')
  await migrate(url, await migrations({ '0002_insured_x.sql': 'create table insured.x (a int);' }))
  const changed = await migrations({ '0002_insured_x.sql': 'create table insured.x (a bigint);' })
  await expect(migrate(url, changed)).rejects.toThrow(/0002_insured_x\.sql was changed/)
})

test('a database newer than the code stops the start', async () => {
  const url = await emptyDatabase('_newer')
  await migrate(url, await migrations({ '0002_insured_x.sql': 'select 1' }))
  await expect(migrate(url, await migrations({}))).rejects.toThrow(/newer than this code.*0002_insured_x\.sql/)
})

test('a migration that fails leaves nothing and names its file and line', async () => {
  const url = await emptyDatabase('_failing')
  const broken = await migrations({ '0002_insured_x.sql': 'create table insured.x (a int);\nselect no_such_column;' })
  await expect(migrate(url, broken)).rejects.toThrow(/0002_insured_x\.sql failed at line 2: .*no_such_column/)
  await migrate(url, await migrations({ '0002_insured_x.sql': 'create table insured.x (a int);' }))
})

test('what a migration makes belongs to the owner of its schema', async () => {
  const url = await emptyDatabase('_owned')
  await migrate(url, await migrations({ '0002_cross_province_x.sql': 'create table cross_province.x (a int);' }))
  const { rows } = await withClient({ url, name: 'test' }, (client) =>
    client.query(`select relowner::regrole::text as owner from pg_class where oid = 'cross_province.x'::regclass`),
  )
  expect(rows[0].owner).toMatch(/_cross_province_owner$/)
})

test('a role that may make roles and owns the database is enough, and has no rights without taking one', async () => {
  const [name, password] = [`${template}_plain`, randomBytes(8).toString('hex')]
  await onServer(`create role ${name} login createrole password '${password}'`)
  const url = new URL(await emptyDatabase('_plain_db'))
  await onServer(`grant ${name} to current_user`)
  await onServer(`alter database ${template}_plain_db owner to ${name}`)
  ;[url.username, url.password] = [name, password]
  await Promise.all([1, 2].map(() => migrate(url.href)))
  const insured = await connect({ url: url.href, schema: 'insured' })
  expect(await insured.hot.unsafe('select 1 as one from insured.request')).toEqual([])
  expect(await insured.readAs(null, (tx) => tx.execute('select 1 from insured.request'))).toMatchObject({ rows: [] })
  await insured.close()
})

test('a cloned database keeps the roles of its template', async () => {
  const [row] = await settlement.hot.unsafe<{ name: string }>('select current_user as name')
  expect(row?.name).toBe(`${template}_settlement_writer`)
})

const killAll = (name: string) =>
  withClient({ url: database.url, name: 'test' }, (client) =>
    client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like '${name}%'`),
  )

const isReading = async () =>
  (
    await onServer(`select 1 from pg_stat_activity where datname = '${new URL(database.url).pathname.slice(1)}'
    and state = 'active' and query like 'select pg_sleep(9)%'`)
  ).rows.length > 0

test('statements go on after all connections were lost, and a broken transaction leaves nothing', async () => {
  const insert = `insert into settlement.inbox (event_id) values (gen_random_uuid())`
  for (let round = 0; round < 5; round += 1) {
    const [begun, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const busy = Array.from({ length: 6 }, () => settlement.hot.unsafe('select pg_sleep(0.05)'))
    const transaction = settlement.orm.transaction(async (tx) => {
      await tx.execute(insert)
      begun.resolve()
      await killed.promise
      await tx.execute(insert)
    })
    const reading = settlement.readAs(null, (tx) => tx.execute('select pg_sleep(9)'))
    const all = Promise.allSettled([...busy, transaction, reading])
    await begun.promise
    await expect.poll(isReading).toBe(true)
    await killAll('yibao settlement')
    killed.resolve()
    expect((await all).slice(-2).map((one) => one.status)).toEqual(['rejected', 'rejected'])
    expect(await settlement.hot.unsafe('select 1 as one from settlement.inbox')).toEqual([])
    expect((await settlement.orm.execute('select 1 as one')).rows).toEqual([{ one: 1 }])
  }
})

test('a statement reads and writes what the code has, exactly', async () => {
  const now = Temporal.Instant.from('2026-11-22T09:00:00.123+08:00')
  const day = Temporal.PlainDate.from('2026-02-28')
  const values = [
    9_007_199_254_740_993n,
    now,
    day,
    ['a', 'b,"c\\', null],
    [1n, -1n],
    null,
    [Buffer.from('\x00\\')],
    [true],
    [day, null],
    JSON.stringify({ a: [1] }),
  ]
  const text = `select $1::bigint as big, $2::timestamptz as now, $3::date as day, $4::text[] as texts,
    $5::bigint[] as bigs, $6::text as nothing,
    $7::bytea[] as bytes, $8::boolean[] as flags, $9::date[] as days, $10::jsonb as json`
  const rows = [
    ...(await settlement.hot.unsafe(text, values)),
    ...(await settlement.hot.begin((tx) => tx.unsafe(text, values))),
  ]
  for (const row of rows) {
    expect(row).toMatchObject({
      big: 9_007_199_254_740_993n,
      texts: ['a', 'b,"c\\', null],
      bigs: [1n, -1n],
      nothing: null,
    })
    expect(row).toMatchObject({ bytes: [Buffer.from('\x00\\')], flags: [true], json: { a: [1] } })
    expect(String(row['now'])).toBe(now.toString())
    expect(String(row['day'])).toBe('2026-02-28')
    expect(String(row['days'])).toBe('2026-02-28,')
  }
})

test('a table about persons shows rows to a reader by its policies only', async () => {
  const { rows } = await withClient({ url: database.url, name: 'test' }, (client) =>
    client.query(
      `select c.oid::regclass::text as relation from pg_class c
       where c.relnamespace::regnamespace::text in ('insured', 'institutions', 'settlement', 'cross_province')
         and c.relkind in ('r', 'p', 'v', 'm')
         and exists (select from pg_attribute a where a.attrelid = c.oid
           and a.attname in ('insured_id', 'subject', 'caller', 'institution', 'person_number'))
         and not (c.relrowsecurity and c.relforcerowsecurity)
         and exists (select from pg_roles r where r.rolname like $1 and has_table_privilege(r.oid, c.oid, 'select'))`,
      [`${template}\\_%\\_reader`],
    ),
  )
  expect(rows).toEqual([])
})
