import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Database } from '@yibao/drizzle/connect'
import { SHIPPED_POLICIES } from '@yibao/settlement/schema'
import { selectPolicy } from '@yibao/settlement/domain/policy-select'
import { loadRegisteredPolicies, registerPolicies } from '@yibao/settlement/store/policies'
import { policyRecords } from '@yibao/settlement/store/policy-records'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from './database.ts'

let database: TestDatabase
let db: Database
let folder: string
let file: string
const now = Temporal.Instant.from('2026-11-22T10:00:00+08:00')
const today = Temporal.PlainDate.from('2026-11-22')

beforeAll(async () => {
  database = await testDatabase()
  db = await connect({ url: database.url, schema: 'settlement' })
  folder = await mkdtemp(join(tmpdir(), 'yibao-policies-'))
  file = join(folder, '620900-invented.json')
})
afterAll(async () => {
  await db.close()
  await database.close()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  await cp(join(import.meta.dirname, 'settle-policies'), folder, { recursive: true })
  await register()
})

const register = () => registerPolicies(db, { directories: [SHIPPED_POLICIES, folder], now, today })
const change = async (from: string | RegExp, to: string) => {
  const text = await readFile(file, 'utf8')
  expect(text).toMatch(from)
  await writeFile(file, text.replace(from, to))
}
const version = async () => (await loadRegisteredPolicies(db)).version

test('policies read back from the database are those of the files', async () => {
  const { list } = await loadRegisteredPolicies(db)
  const policy = list.find((one) => one.id === '620900-employee-outpatient')
  expect(policy).toMatchObject({ version: '2024-01-01', pool: { code: '620900', area: ['6209'] } })
  expect(policy?.payers.map((payer) => payer.id)).toEqual(['basic', 'account'])
})

test('the same files again change nothing', async () => {
  const before = await version()
  await register()
  expect(await version()).toBe(before)
})

test('a number of a policy in force cannot change: the file, the policy and the way out are named', async () => {
  await change('"0.70"', '"0.75"')
  await expect(register()).rejects.toThrow(
    /620900-invented\.json.*620900-employee-outpatient.*2024-01-01.*已生效.*in force and its rules cannot change/,
  )
})

test('names and sources of a policy in force may be put right', async () => {
  const before = await version()
  await change('"employees, outpatient"', '"employees outside hospital"')
  await register()
  expect(await version()).toBe(before + 1n)
})

test('the last day of a policy in force may be set, but not into the past', async () => {
  const from = /"from": "2024-01-01",\s+"payers"/
  await change(from, '"from": "2024-01-01", "to": "2026-11-21", "payers"')
  await expect(register()).rejects.toThrow('cannot change the past')
  await change('"to": "2026-11-21"', '"to": "2026-12-31"')
  await register()
  const { list } = await loadRegisteredPolicies(db)
  const to = list.find((one) => one.id === '620900-employee-outpatient')?.to
  expect(to?.toString()).toBe('2026-12-31')
})

test('a policy that is not in force yet may change', async () => {
  await change(
    /"id": "620900-employee-pharmacy"([^]*?)"from": "2024-01-01"/,
    '"id": "620900-future"$1"from": "2027-01-01"',
  )
  await change('"careTypes": ["41"]', '"careTypes": ["16"]')
  await register()
  await change('"careTypes": ["16"]', '"careTypes": ["15"]')
  await register()
  const { list } = await loadRegisteredPolicies(db)
  expect(list.find((one) => one.id === '620900-future')?.careTypes).toEqual(['15'])
})

test('a database of an earlier version starts: its policies learn the rules that came later, and are revised', async () => {
  const earlier = await testDatabase()
  const known = await connect({ url: earlier.url, schema: 'settlement' })
  try {
    for (const { id, version: name, digest, body, validFrom, validTo, source } of await recordsBefore())
      await known.hot.unsafe(
        `insert into settlement.policy (id, version, digest, body, valid_from, valid_to, source, registered_at)
         values ($1, $2, $3, $4::text::jsonb, $5::text::date, $6::text::date, $7, now())`,
        [id, name, digest, JSON.stringify(body), validFrom, validTo, source],
      )
    await registerPolicies(known, { directories: [SHIPPED_POLICIES], now, today })
    const { list } = await loadRegisteredPolicies(known)
    const pharmacy = list.filter((one) => one.id === '321000-employee-pharmacy')
    expect(pharmacy.map((one) => one.version)).toEqual(['2023-01-01', '2023-01-01.2'])
    expect(pharmacy.map((one) => one.pool.rules.quote.minutes)).toEqual([15, 15])
    const query = { pool: '321000', insuranceType: '310', personType: '1101', careType: '41', on: today }
    expect(selectPolicy(list, query).version).toBe('2023-01-01.2')
  } finally {
    await known.close()
    await earlier.close()
  }
})

const read = async (...path: string[]) => ({ name: path.at(-1) ?? '', text: await readFile(join(...path), 'utf8') })

/** Policies as the version before registered them: without rules it did not know, and before their revisions. */
async function recordsBefore() {
  const corpus = join(import.meta.dirname, 'corpus', 'policies')
  const national = await read(SHIPPED_POLICIES, '100000-national.json')
  const { rules, ...frame } = JSON.parse(national.text)
  const { lineDecimals, benefitYear, decidingDate, coverageLapse, account } = rules
  const { localUseWhileFiled, emergencyCountsAsFiled, crossArea } = rules
  const first = { lineDecimals, benefitYear, decidingDate, coverageLapse, account, crossArea }
  const known = { ...frame, rules: { ...first, localUseWhileFiled, emergencyCountsAsFiled } }
  const pools = await Promise.all((await readdir(corpus)).map((name) => read(corpus, name)))
  return policyRecords([{ name: national.name, text: JSON.stringify(known) }, ...pools])
}
