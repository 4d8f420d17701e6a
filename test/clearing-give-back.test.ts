import { giveBackReversed } from '@yibao/settlement/commands/give-back'
import { verify } from '@yibao/settlement/commands/verify'
import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  APPEAL,
  CLERK,
  clearingWorld,
  DECIDE,
  DEDUCT,
  DEDUCTIONS,
  fen,
  HOSPITAL,
  onStatement,
  WITHDRAW_DEDUCTION,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// A hospital takes bills back of which something was deducted. A reversed bill owes nothing.

let world: ClearingWorld
const settled: Data[] = []
let november: Data
beforeAll(async () => {
  world = await clearingWorld()
  for (const price of [1200.07, 933.1, 640, 512.5])
    settled.push(await world.settle(await world.addPatient(), [{ code: CLASS_A, price }]))
  await world.reconcile()
  world.at('2026-12-02T09:00:00+08:00')
  ;[november] = (await world.declare('2026-11')).statements
  await world.ask(CLERK, onStatement('startCheck'), { statement: november.id })
})
afterAll(() => world.close())

const deduct = (of: Data, amount: string) =>
  world.ask(CLERK, DEDUCT, {
    input: { statement: november.id, settlement: of.id, amount, reason: 'OVERCHARGED', words: '重复收费' },
  })
const deductions = async (statement: string): Promise<Data[]> =>
  (await world.ask(HOSPITAL, DEDUCTIONS, { statement })).edges.map(({ node }: Data) => node)
const owed = async () => fen(await world.held(`payable:institution:${HOSPITAL}`))
const services = () => ({
  db: world.platform.databases.settlement,
  clock: () => world.time.now,
  newId: () => randomUUIDv7(),
})
const made: Data[] = []

test('nothing is deducted of a settlement that was reversed', async () => {
  for (const [i, amount] of (['30.01', '20.00', '7.77'] as const).entries())
    made.push(await deduct(settled[i] ?? {}, amount))
  await world.reverse(settled[3]?.id)
  expect(await deduct(settled[3] ?? {}, '1.00')).toMatchObject({
    code: 'SETTLEMENT_REVERSED',
    problems: [{ path: 'input.settlement' }],
  })
})

test('a reversal gives back what was deducted, once whoever begins at once, and ends an open appeal with the reason', async () => {
  await world.ask(CLERK, onStatement('finishCheck'), { statement: november.id })
  const [first, second] = made
  for (const one of [first, second])
    await world.ask(HOSPITAL, APPEAL, { input: { deduction: one?.id, words: '并非重复' } })
  const before = await owed()
  for (const one of settled.slice(0, 2)) await world.reverse(one.id)
  const taken = before - (await owed())
  await Promise.all([1, 2, 3].map(() => giveBackReversed(services(), null)))
  // What the reversals took of the institution was what it was owed, no fen more.
  const [a, b] = settled.map((one) => fen(one.fundTotal) + fen(one.account))
  expect(taken).toBe((a ?? 0n) + (b ?? 0n))
  expect(before - (await owed())).toBe(taken - 3001n - 2000n)
  const found = await deductions(november.id)
  for (const one of [first, second]) {
    const now = found.find(({ id }) => id === one?.id)
    expect(now).toMatchObject({ appeal: { state: 'LAPSED', answer: expect.stringContaining('已撤销') } })
    expect(now?.withdrawnBy).not.toBe(null)
    expect(await world.ask(CLERK, WITHDRAW_DEDUCTION, { deduction: one?.id, words: '撤回' })).toMatchObject({
      code: 'WITHDRAWN_ALREADY',
    })
    expect(
      await world.ask(CLERK, DECIDE, { input: { deduction: one?.id, upheld: true, answer: '成立' } }),
    ).toMatchObject({ code: 'NO_APPEAL' })
  }
})

test('it counts in the month of the reversal and not before, though the statement of the deduction is open still', async () => {
  expect(await world.statement(november.id)).toMatchObject({ deducted: '57.78', state: 'CHECKED' })
  const confirmed = await world.ask(HOSPITAL, onStatement('confirmStatement'), { statement: november.id })
  expect(confirmed).toMatchObject({ state: 'CONFIRMED', deducted: '57.78' })
  // A bill of November that is reconciled late makes a second declaration of November; it takes nothing of December.
  const time = world.time.now
  world.at('2026-11-30T09:00:00+08:00')
  await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 700 }])
  world.at('2026-12-20T09:00:00+08:00')
  await world.reconcile(HOSPITAL)
  const [late] = (await world.declare('2026-11')).statements
  expect(late).toMatchObject({ deducted: '0.00', settlements: 1 })
  world.time.now = time
  // Reversed in December, and given back by the declaration itself.
  world.at('2026-12-28T09:00:00+08:00')
  await world.reverse(settled[2]?.id)
  await world.reconcile()
  world.at('2027-01-05T09:00:00+08:00')
  const [december] = (await world.declare('2026-12')).statements
  expect(december).toMatchObject({ deducted: '-57.78', reversals: 4, settlements: 4 })
  const back = await deductions(december.id)
  expect(back.map(({ amount }) => String(amount)).toSorted()).toEqual(['-20.00', '-30.01', '-7.77'])
  expect(back.map(({ withdraws }) => String(withdraws)).toSorted()).toEqual(made.map(({ id }) => String(id)).toSorted())
  expect(back[0].words).toContain('已撤销')
  for (const statement of [late, december])
    for (const name of ['startCheck', 'finishCheck', 'confirmStatement'])
      await world.ask(name === 'confirmStatement' ? HOSPITAL : CLERK, onStatement(name), { statement: statement.id })
  const all = await Promise.all([november, late, december].map((one) => world.statement(one.id)))
  const transfers = all.reduce((sum, one) => sum + fen(one.transfer), 0n)
  expect(await owed()).toBe(transfers)
})

test('statements, what was given back, and the ledger agree; counted in an earlier month it is found', async () => {
  const mismatches = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches
  expect(await mismatches()).toEqual([])
  await world.admin.query(`update settlement.deduction set from_month = '2027-02' where from_month is not null`)
  expect((await mismatches()).length).toBeGreaterThan(0)
})
