import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clearingWorld, CLERK, fen, HOSPITAL, onStatement, total, type ClearingWorld } from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'

// A month is declared: what was reconciled, each settlement once, and nothing else.

let world: ClearingWorld
beforeAll(async () => {
  world = await clearingWorld()
})
afterAll(() => world.close())

const line = (price: number) => [{ code: CLASS_A, price }]

test('a month is declared when it is over: what was reconciled, with its sums to the fen, and what is not waits', async () => {
  const person = await world.addPatient(300)
  const first = await world.settle(person, line(900))
  const second = await world.settle(person, line(433.33))
  const unknown = await world.settle(person, line(120))
  await world.reconcile(HOSPITAL, [first.id, second.id])
  expect(await world.declare('2026-11')).toMatchObject({ code: 'PERIOD_NOT_OVER' })
  world.at('2026-12-03T09:00:00+08:00')
  const { statements } = await world.declare('2026-11')
  expect(statements).toHaveLength(1)
  expect(statements[0]).toMatchObject({
    state: 'DECLARED',
    pool: '629900',
    insuranceType: '310',
    clearingType: '11',
    month: '2026-11',
    settlements: 2,
    reversals: 0,
    late: 0,
    total: '1333.33',
    deducted: '0.00',
    depositRatio: '0.0500',
  })
  const [{ fundPart, accountPart, deposit, payable, transfer, id }] = statements
  expect(fen(fundPart)).toBe(total([first.fundTotal, second.fundTotal]))
  expect(fen(accountPart)).toBe(total([first.account, second.account]))
  expect(fen(deposit)).toBe((fen(fundPart) * 5n + 50n) / 100n)
  expect(fen(payable)).toBe(fen(fundPart) - fen(deposit))
  expect(fen(transfer)).toBe(fen(payable) + fen(accountPart))
  expect((await world.items(id)).map((one) => one.settlement.id)).toEqual([first.id, second.id])
  expect((await world.items(id)).map((one) => one.number)).not.toContain(unknown.number)
})

test('a day has one declaration; what is reconciled later goes to the next one as a late item of its own month', async () => {
  await world.reconcile()
  expect(await world.declare('2026-11')).toMatchObject({ code: 'DECLARED_TODAY' })
  const person = await world.addPatient()
  const settled = await world.settle(person, line(700))
  world.at('2027-01-04T09:00:00+08:00')
  await world.reconcile()
  const { statements } = await world.declare('2026-12')
  expect(statements).toMatchObject([{ month: '2026-12', settlements: 2, late: 1 }])
  const items = await world.items(statements[0].id)
  expect(items.map(({ month, late }) => ({ month, late }))).toEqual([
    { month: '2026-11', late: true },
    { month: '2026-12', late: false },
  ])
  expect(items[1].settlement.id).toBe(settled.id)
  expect(await world.declare('2026-12')).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
})

test('a declaration is withdrawn while nobody checks it, and declared again the day after', async () => {
  const [statement] = await world.statements(HOSPITAL, { month: '2026-12' })
  const withdrawn = await world.ask(HOSPITAL, onStatement('withdrawStatement'), { statement: statement.id })
  expect(withdrawn).toMatchObject({ state: 'WITHDRAWN' })
  expect(await world.items(statement.id)).toEqual([])
  expect(await world.declare('2026-12')).toMatchObject({ code: 'DECLARED_TODAY' })
  world.at('2027-01-05T09:00:00+08:00')
  const { statements } = await world.declare('2026-12')
  expect(statements).toMatchObject([{ month: '2026-12', settlements: 2, late: 1, total: statement.total }])
})

test('a reversal after the declaration is a correction and belongs to its own month', async () => {
  const [november] = await world.statements(CLERK, { month: '2026-11' })
  const [item] = await world.items(november.id)
  world.at('2027-01-06T09:00:00+08:00')
  const reversal = await world.reverse(item.settlement.id)
  expect(reversal).toMatchObject({ correction: true })
  await world.reconcile()
  world.at('2027-02-02T09:00:00+08:00')
  const { statements } = await world.declare('2027-01')
  expect(statements).toMatchObject([{ month: '2027-01', settlements: 1, reversals: 1, late: 0 }])
  expect(fen(statements[0].fundPart)).toBe(-fen(item.fundPart))
  expect(await world.items(november.id)).toHaveLength(2)
})

test('what is changed behind the platform’s back is found: an amount of a settlement in a statement, a posting', async () => {
  const wrong = async () => {
    const { mismatches } = await verify(world.platform.databases.settlement, () => {})
    return [...new Set(mismatches.map(({ table }) => table))].toSorted()
  }
  expect(await wrong()).toEqual([])
  await world.admin.query('update settlement.clearing_item set fund = fund + 1 where fund > 0')
  expect(await wrong()).toEqual(['settlement.clearing_item', 'settlement.monthly_statement'])
  await world.admin.query('update settlement.clearing_item set fund = fund - 1 where fund > 1')
  await world.admin.query(
    `insert into settlement.clearing_posting (group_id, kind, source, pool, institution, amount, at)
     select gen_random_uuid(), 'DEPOSIT', id, pool, institution, deposit, now() from settlement.monthly_statement limit 1`,
  )
  expect(await wrong()).toEqual(['settlement.clearing_posting'])
})
