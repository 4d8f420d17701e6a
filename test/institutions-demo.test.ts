import { randomBytes } from 'node:crypto'
import { withClient } from '@yibao/drizzle/client'
import { connect, type Database } from '@yibao/drizzle/connect'
import { identityFault, institutionFault } from '@yibao/schema/ids'
import { afterAll, beforeAll, expect, test } from 'vitest'
import bill from '../demo/bill.json' with { type: 'json' }
import { demoBindings, demoRegistrations } from '../demo/benefits.ts'
import { demoInstitutions, demoNames } from '../demo/directory.ts'
import { loadDemo } from '../demo/load.ts'
import { demoPersons } from '../demo/persons.ts'
import { testDatabase, type TestDatabase } from './database.ts'

const keys = { dataKey: randomBytes(32), lookupKey: randomBytes(32) }
let database: TestDatabase
let databases: { insured: Database; institutions: Database; settlement: Database }
let firstMs: number

const load = async (progress?: (text: string) => void) => {
  const start = performance.now()
  await loadDemo({ databases, keys, ...(progress && { progress }) })
  return performance.now() - start
}
const count = async (db: Database, from: string) => {
  const [row] = await db.hot.unsafe<{ n: bigint }>(`select count(*) as n from ${from}`)
  return Number(row?.n)
}

beforeAll(async () => {
  database = await testDatabase()
  const [insured, institutions, settlement] = await Promise.all([
    connect({ url: database.url, schema: 'insured' }),
    connect({ url: database.url, schema: 'institutions' }),
    connect({ url: database.url, schema: 'settlement' }),
  ])
  databases = { insured, institutions, settlement }
  firstMs = await load()
})
afterAll(async () => {
  await Promise.all(Object.values(databases).map((one) => one.close()))
  await database.close()
})

test('the first load takes seconds, a second one finds everything there', async () => {
  expect(firstMs).toBeLessThan(10_000)
  const said: string[] = []
  expect(await load((text) => said.push(text))).toBeLessThan(200)
  expect(said).toEqual([])
})

test('there are institutions of every level, fifty persons of all types, and accounts with balances', async () => {
  const levels = new Set(demoInstitutions.map(({ level }) => level))
  expect(levels).toEqual(new Set(['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'COMMUNITY', 'PHARMACY']))
  expect(await count(databases.institutions, 'institutions.designation_v1')).toBe(demoInstitutions.length)
  expect(await count(databases.insured, 'insured.person')).toBe(50)
  const types = new Set(demoPersons().flatMap((one) => one.enrolments.map(({ personType }) => personType.slice(0, 2))))
  expect(types).toEqual(new Set(['11', '12', '14', '15', '16']))
  const withAccount = demoPersons().filter(({ account }) => account !== null).length
  expect(await count(databases.settlement, 'settlement.account where balance > 0')).toBeGreaterThan(withAccount)
})

test('what somebody changed after the first load stays changed', async () => {
  await databases.institutions.hot.unsafe(
    `update institutions.catalogue_item set note = '已改' where code like '0011%'`,
  )
  await load()
  expect(await count(databases.institutions, `institutions.catalogue_item where note = '已改'`)).toBeGreaterThan(0)
})

test('registrations and bindings are there once; one that was ended stays ended, and one in the way is left', async () => {
  const { insured } = databases
  expect(await count(insured, 'insured.registration_v1')).toBe(demoRegistrations.length)
  expect(await count(insured, 'insured.mutual_aid_v1')).toBe(demoBindings.length)
  const [ended, rebound] = demoBindings.map((one) => one.bindingId)
  await withClient({ url: database.url, name: 'test' }, async (client) => {
    await client.query(
      `update insured.mutual_aid set place = null, end_on = begin_on, ended_at = bound_at, ended_by = 'SPONSOR'
       where binding_id = $1`,
      [ended],
    )
    await client.query('update insured.mutual_aid set binding_id = gen_random_uuid() where binding_id = $1', [rebound])
    await client.query(`delete from institutions.request where caller = 'demo'`)
  })
  await load()
  expect(await count(insured, 'insured.mutual_aid')).toBe(demoBindings.length)
  expect(await count(insured, 'insured.mutual_aid_v1')).toBe(demoBindings.length - 1)
})

test('every name of the demo is right in form and every identity number is of nobody', () => {
  for (const { identityNumber } of demoPersons()) {
    expect(identityFault(identityNumber)).toBeNull()
    expect(identityNumber.slice(4, 6)).toBe('99')
  }
  const { institutions, accounts } = demoNames()
  for (const { code } of institutions) expect(institutionFault(code)).toBeNull()
  expect(accounts.filter(({ kind }) => kind === 'person')).toHaveLength(50)
  expect(new Set(accounts.map(({ login }) => login)).size).toBe(accounts.length)
})

test('every line of the demo bill is in the catalogue, with the classes 甲 乙 丙, a ceiling and a restriction', async () => {
  const codes = bill.lines.map(({ code }) => code)
  const found = await databases.institutions.hot.unsafe<{ class: string; restricted: boolean; price: bigint | null }>(
    `select class, restricted, (select min(price) from institutions.ceiling_v1 c where c.code = i.code and c.pool = '629900'
       and level = 'LEVEL_3') as price
     from institutions.catalogue_v1 i where code = any ($1) and end_on is null`,
    [codes],
  )
  expect(found).toHaveLength(10)
  expect(new Set(found.map((one) => one.class))).toEqual(new Set(['A', 'B', 'C']))
  expect(found.some((one) => one.restricted)).toBe(true)
  const scan = bill.lines.find(({ code }) => code === '002103000010000')
  expect(found.some((one) => one.price !== null && one.price < BigInt(Number(scan?.price) * 1_000_000))).toBe(true)
})
