import { giveBackReversed } from '@yibao/settlement/commands/give-back'
import { countBudget, listCountable } from '@yibao/settlement/store/province-budget'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, NINGBO, NINGBO_CLERK, openAwayWorld, type AwayWorld } from './away-world.ts'
import { APPEAL, DECIDE, DEDUCT, onStatement, WITHDRAW_DEDUCTION } from './clearing-world.ts'
import { CLEARING_REQUESTS } from './exchange-clearing.ts'
import type { Data } from './world.ts'

// What is deducted makes room under the hard limit. Who withdraws it when the room was used is told the limit and the way out; what goes
// back by rule finds its room kept.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const taken = async (): Promise<string> =>
  (await world.place.admin.query('select taken::text from settlement.province_budget')).rows[0].taken

/** A limit that is in force, as the worker sees to some seconds later. */
async function limitTo(limit: string): Promise<void> {
  const { hot } = world.place.platform.databases.settlement
  await world.atPlace(CLEARING_REQUESTS.setProvinceLimit, { province: GANSU, limit })
  // So long a process may go by what it has read.
  await new Promise((read) => setTimeout(read, 1100))
  await world.place.admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
  expect(await listCountable(hot)).toEqual([GANSU])
  await countBudget(hot, GANSU)
}
const count = () => countBudget(world.place.platform.databases.settlement.hot, GANSU)
const ask = (query: string, variables: object, who = NINGBO_CLERK): Promise<Data> =>
  world.clearing.ask(who, query, variables)

/** A bill of which 8,915.00 are owed, and two deductions of 100.00 from it in a statement that is being checked. */
let settled: Data
let of: { readonly statement: string }
const deductions: string[] = []
async function deducted(): Promise<void> {
  settled = await world.settle(await world.filedPerson(), 10_000)
  await world.clearing.reconcile(NINGBO)
  world.at('2026-12-02T09:00:00+08:00')
  const { statements } = await world.clearing.declare('2026-11', NINGBO)
  of = { statement: statements[0].id }
  await ask(onStatement('startCheck'), of)
  const input = { ...of, settlement: settled.id, amount: '100.00', reason: 'OVERCHARGED', words: '重复收费' }
  for (let i = 0; i < 2; i += 1) deductions.push((await ask(DEDUCT, { input })).id)
  await world.talk()
}

test('a deduction whose room was used is not withdrawn, by whom it may be, until the limit has room for it', async () => {
  await deducted()
  await limitTo('8850.00')
  expect(await taken()).toBe('871500')
  // 100.00 of the 135.00 that are left.
  expect(await world.settle(await world.filedPerson(), 100)).toMatchObject({ __typename: 'Settlement', cash: '0.00' })
  expect(await taken()).toBe('881500')

  const [deduction, appealed] = deductions
  const refused = { __typename: 'NotAllowed', code: 'PROVINCE_LIMIT' }
  const withdrawal = await ask(WITHDRAW_DEDUCTION, { deduction, words: '核实后不予扣款' })
  expect(withdrawal).toMatchObject({ ...refused, problems: [{ path: 'deduction', code: 'PROVINCE_LIMIT' }] })
  expect(withdrawal.problems[0].message.en).toMatch(
    /8850\.00 yuan, of which 8815\.00 are taken; raise the limit or have/,
  )
  await ask(onStatement('finishCheck'), of)
  await ask(APPEAL, { input: { deduction: appealed, words: '确为合理收费' } }, NINGBO)
  const decision = { deduction: appealed, upheld: true, answer: '申诉成立' }
  expect(await ask(DECIDE, { input: decision })).toMatchObject({
    ...refused,
    problems: [{ path: 'input.deduction' }],
  })
  expect(await taken()).toBe('881500')
  expect(await world.proven()).toEqual([])

  await limitTo('8950.00')
  expect(await ask(WITHDRAW_DEDUCTION, { deduction, words: '核实后不予扣款' })).toMatchObject({ amount: '-100.00' })
  expect(await taken()).toBe('891500')
  expect(await ask(DECIDE, { input: decision })).toMatchObject(refused)
  await limitTo('9015.00')
  expect(await ask(DECIDE, { input: decision })).not.toMatchObject(refused)
  expect(await taken()).toBe('901500')
  await count()
  expect(await taken()).toBe('901500')
  expect(await world.proven()).toEqual([])
})

test('what is given back by rule of a bill that was reversed never takes a province beyond its limit', async () => {
  const { hot } = world.place.platform.databases.settlement
  const bill = await world.settle(await world.filedPerson(), 10_000)
  expect(bill).toMatchObject({ code: 'PROVINCE_LIMIT' })
  await limitTo('17930.00')
  const big = await world.settle(await world.filedPerson(), 10_000)
  expect(await taken()).toBe('1793000')
  await world.clearing.reconcile(NINGBO)
  world.at('2027-01-04T09:00:00+08:00')
  const { statements } = await world.clearing.declare('2026-12', NINGBO)
  const next = statements.find((one: Data) => one.id !== of.statement)
  await ask(onStatement('startCheck'), { statement: next.id })
  const input = { statement: next.id, settlement: big.id, amount: '100.00', reason: 'OVERCHARGED', words: '重复收费' }
  await ask(DEDUCT, { input })
  // Until home has taken it there is no room by it.
  await count()
  expect(await taken()).toBe('1793000')
  await world.talk()
  await count()
  expect(await taken()).toBe('1783000')
  expect(await world.reverse(big.id)).toMatchObject({ total: '-10000.00' })
  // Until it is given back its room is kept: the province owes 100.00 less than is counted.
  for (const again of [async () => {}, count]) {
    await again()
    expect(await taken()).toBe('901500')
  }
  await giveBackReversed(world.services.place, null)
  for (const again of [async () => {}, () => countBudget(hot, GANSU)]) {
    await again()
    expect(await taken()).toBe('901500')
  }
  expect(await world.proven()).toEqual([])
})
