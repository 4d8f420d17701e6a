import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withClient } from '@yibao/drizzle/client'
import { readPrefix, roleName } from '@yibao/drizzle/roles'
import { ensurePartitions } from '@yibao/drizzle/partitions'
import { foldEntries } from '@yibao/settlement/store/fold-ledger'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectFound } from './behind-back.ts'
import { CLERK, fen, WITHDRAW_DEDUCTION } from './clearing-world.ts'
import { archiveWorld, lines, type ArchiveWorld } from './ledger-archive-world.ts'
import type { Data } from './world.ts'

const UNDER_LOAD = { timeout: 60_000 }

// Old months of the ledger are put away: every balance stays what it was, every receipt the same, and whatever asks for what
// was put away is told so.

let world: ArchiveWorld
let before: Record<string, bigint>
let receipts: string[]
const AFTER = ['2026-12-01T00:00:00+08:00', '2026-12-02T09:00:00+08:00', '2028-06-30T12:00:00+08:00']
const asOf = () => Promise.all(AFTER.map((at) => world.balances(at)))

beforeAll(async () => {
  world = await archiveWorld()
  world.at('2029-01-10T09:00:00+08:00')
  await ensurePartitions(world.db, world.time.now, 1)
  before = await world.balances()
  receipts = await receiptsNow()
  for (const one of receipts) expect(one).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
})
afterAll(() => world.close())

const receiptsNow = () =>
  Promise.all([...world.november, world.taken, world.reversal, world.december].map((one) => world.receipt(one.id)))
const rowsOf = async (text: string): Promise<Data[]> => (await world.admin.query(text)).rows
const state = () =>
  rowsOf(`select (select count(*)::int from settlement.ledger_archive) as archived,
    (select count(*)::int from settlement.ledger_entry where tx = 0) as carried,
    (select count(*)::int from settlement.ledger_entry where group_id < settlement.id_floor('2026-12-01T00:00:00+08:00')) as old,
    to_regclass('settlement.ledger_archived_202611') is not null as detached`)

test('two years of the ledger stay', async () => {
  await expect(world.archive('2027-02')).rejects.toMatchObject({ code: 'TOO_YOUNG' })
  world.at('2028-11-30T23:59:00+08:00')
  await expect(world.archive('2026-12')).rejects.toMatchObject({ code: 'TOO_YOUNG', problems: [{ path: 'before' }] })
  world.at('2029-01-10T09:00:00+08:00')
})

test('while somebody reads the ledger it is not divided, and nothing of it stays', async () => {
  const [untouched] = await state()
  expect(untouched).toMatchObject({ archived: 0, carried: 0, detached: false })
  const reader = await world.admin.connect()
  await reader.query('begin; select count(*) from settlement.ledger_entry')
  try {
    await expect(world.archive('2026-12', { attempts: 2, pauseMs: 10 })).rejects.toMatchObject({ code: 'LEDGER_READ' })
    expect(await state()).toEqual([untouched])
    // The same with its connection cut while it waits.
    const cut = world.archive('2026-12', { attempts: 10_000, pauseMs: 10 }).catch((error: unknown) => error)
    await expect
      .poll(async () => {
        const waiting = `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query like '%detach_ledger_month%' and pid <> pg_backend_pid()`
        return (await world.admin.query(waiting)).rowCount
      }, UNDER_LOAD)
      .toBe(1)
    expect(await cut).toBeInstanceOf(Error)
    expect(await state()).toEqual([untouched])
  } finally {
    await reader.query('rollback')
    reader.release()
  }
  expect(await world.balances()).toEqual(before)
})

test('a month goes while bills are settled, and the next one, which was not paid yet, stays', async () => {
  const moments = await asOf()
  const settling = Promise.all(
    Array.from({ length: 12 }, () =>
      world.settle(world.poor, lines(100), { begin: '2029-01-10T08:00:00+08:00' }).then(({ id }) => world.reverse(id)),
    ),
  )
  await expect(world.archive('2027-01')).rejects.toMatchObject({
    code: 'IN_MOTION',
    text: { en: expect.stringContaining(`1 settlement(s) stand in no statement that was paid`) },
  })
  await settling
  expect(await state()).toMatchObject([{ archived: 1, old: 0, detached: true }])
  expect(await world.balances()).toEqual(before)
  expect(await asOf()).toEqual(moments)
  expect(await world.mismatches()).toEqual([])
})

test('every receipt is the same to the byte, of what was put away and of what came after', async () => {
  expect(await receiptsNow()).toEqual(receipts)
})

test('the history of an account begins with what was carried forward', async () => {
  const { balance, movements } = await world.movements()
  const told = movements.edges.map(({ node }: Data) => node)
  expect(told.at(-1)).toMatchObject({ kind: 'CARRIED_FORWARD' })
  expect(Temporal.Instant.from(told.at(-1).at).equals('2026-12-01T00:00:00+08:00')).toBe(true)
  expect(told.slice(0, -1).map((one: Data) => one.kind)).toContain('CONSUMPTION')
  expect(told.reduce((sum: bigint, one: Data) => sum + fen(one.amount), 0n)).toBe(fen(balance))
  const first = await world.movements({ first: 1 })
  const rest = await world.movements({ after: first.movements.pageInfo.endCursor })
  expect([...first.movements.edges, ...rest.movements.edges].map(({ node }) => node)).toEqual(told)
})

test('what was put away is neither taken back nor told as of a moment in it; what came after is', async () => {
  const [old] = world.november
  expect(await world.takeBack(old?.id)).toMatchObject({
    __typename: 'NotAllowed',
    code: 'ARCHIVED',
    problems: [{ path: 'settlement', code: 'ARCHIVED' }],
  })
  const LEDGER = `query ($at: DateTime) { ledgerAccounts(kind: PAYABLE_INSTITUTION, at: $at, first: 1) {
    __typename ... on Rejection { code message { zh en } problems { path code } } } }`
  const ask = async (at: string) => (await world.as(CLERK, LEDGER, { at })).ledgerAccounts
  expect(await ask('2026-11-30T23:59:59.999+08:00')).toMatchObject({ code: 'ARCHIVED', problems: [{ path: 'at' }] })
  expect(await ask('2026-12-01T00:00:00+08:00')).toMatchObject({ __typename: 'LedgerAccountConnection' })
  const fresh = await world.settle(world.patient, lines(120), { begin: '2029-01-10T08:00:00+08:00' })
  expect(await world.takeBack(fresh.id)).toMatchObject({ __typename: 'Settlement' })
  expect(await world.mismatches()).toEqual([])
})

test('nobody adds to what was put away, and nobody but its owner reads it', async () => {
  const late = `insert into settlement.ledger_entry (group_id, insured_id, account, amount)
    values (settlement.id_floor('2026-11-20T00:00:00+08:00'), gen_random_uuid(), 'fund:x', 1)`
  await expect(world.admin.query(late)).rejects.toThrow('is_not_archived')
  await ensurePartitions(world.db, Temporal.Instant.from('2026-11-05T00:00:00+08:00'), 0)
  expect(await rowsOf(`select to_regclass('settlement.ledger_entry_202611') as made`)).toEqual([{ made: null }])
  await withClient({ url: world.databaseUrl, name: 'test' }, async (client) => {
    const prefix = await readPrefix(client)
    for (const role of ['writer', 'reader'] as const) {
      await client.query(`set role "${roleName(prefix, 'settlement', role)}"`)
      await expect(client.query('select from settlement.ledger_archived_202611')).rejects.toThrow('permission denied')
      await client.query('reset role')
    }
  })
})

test('one fen of what was carried forward is found, and so is an entry that says it was', async () => {
  const L = 'settlement.ledger_entry'
  const moved = (account: string) => `update ${L} set amount = amount + $1 where tx = 0 and account like '${account}'`
  await expectFound(
    world,
    [
      [moved(`payable:institution:%`), L],
      [moved(`personal:${world.patient.insuredId}:CURRENT`), 'settlement.account'],
      [moved(`personal:${world.patient.insuredId}:CURRENT`), L],
      [`update settlement.ledger_archive set carried = carried + $1`, 'settlement.ledger_archive'],
    ],
    world.mismatches,
  )
})

test('a month is put away on another, and a database that moves to another server counts the same', async () => {
  await world.reconcile()
  await world.clear('2026-12')
  before = await world.balances()
  // Two operators at once: one of them does it.
  const both = await Promise.allSettled([world.archive('2027-01'), world.archive('2027-01')])
  const states = both.map((one) => (one.status === 'fulfilled' ? one.value.map(({ table }) => table) : one.reason.code))
  expect(states).toHaveLength(2)
  expect(states).toEqual(expect.arrayContaining([['ledger_archived_202612'], 'ARCHIVING']))
  expect(
    await rowsOf(
      `select distinct group_id = settlement.ledger_border() as on from settlement.ledger_entry where tx = 0`,
    ),
  ).toEqual([{ on: true }])
  expect(await world.balances()).toEqual(before)
  expect(await world.mismatches()).toEqual([])
  expect(await receiptsNow()).toEqual(receipts)
  const withdrawn = await world.ask(CLERK, WITHDRAW_DEDUCTION, { deduction: world.deduction.id, words: '有误' })
  expect(withdrawn).toMatchObject({ code: 'ARCHIVED', problems: [{ path: 'deduction' }] })

  const client = await world.admin.connect()
  await client.query('begin; update settlement.ledger_fold set server = server - 1')
  await client.query('commit')
  client.release()
  const moments = ['2027-01-01T00:00:00+08:00', '2028-01-01T00:00:00+08:00']
  const expected = { ...before }
  for (let i = 0; i < 2; i += 1) {
    expect(await world.balances()).toEqual(expected)
    for (const at of moments) expect(Object.values(await world.balances(at)).reduce((a, b) => a + b, 0n)).toBe(0n)
    await foldEntries(world.db)
  }
  expect(await world.mismatches()).toEqual([])
})

test('the command says what it does, refuses what is too young, and proves a table that was put away', async () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, '..', 'archive.ts'), ...args], {
      env: { ...process.env, DATABASE_URL: world.databaseUrl },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        text: error.stdout + error.stderr,
      }),
    )
  expect(await run()).toMatchObject({ code: 2, text: expect.stringContaining('--before') })
  expect(await run('--before', '2026-13')).toMatchObject({ code: 2 })
  expect(await run('--before', '2999-01')).toMatchObject({ code: 1, text: expect.stringContaining('TOO_YOUNG') })
  expect(await run('--check', '2026-11')).toMatchObject({
    code: 0,
    text: expect.stringContaining('as it was put away'),
  })
  expect(await run('--check', '2026-10')).toMatchObject({ code: 1 })
  await world.admin.query(`update settlement.ledger_archived_202611 set amount = amount + 1
    where account like 'payable:institution:%'`)
  expect(await run('--check', '2026-11')).toMatchObject({ code: 1, text: expect.stringContaining('differs') })
})
