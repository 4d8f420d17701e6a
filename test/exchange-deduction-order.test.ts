import { sayToProvinces } from '@yibao/settlement/commands/province-message'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NINGBO, NINGBO_CLERK, openAwayWorld, PAYABLE, RECEIVABLE, type AwayWorld } from './away-world.ts'
import { DEDUCT, onStatement, WITHDRAW_DEDUCTION } from './clearing-world.ts'
import type { Data } from './world.ts'

// What is deducted of a bill, given back and deducted again is told to the other province in that order, whatever of it was
// not heard at first: else home would refuse for good what the place has deducted, and the two would owe different amounts.

let world: AwayWorld
let settled: Data
let statement: string
/** A deduction of the whole that stands. */
let standing: string
beforeAll(async () => {
  world = await openAwayWorld()
  settled = await world.settle(await world.filedPerson(), 10_000)
  await world.clearing.reconcile(NINGBO)
  world.at('2026-12-02T09:00:00+08:00')
  const { statements } = await world.clearing.declare('2026-11', NINGBO)
  statement = statements[0].id
  await ask(onStatement('startCheck'), { statement })
})
afterAll(() => world.close())

const ask = (query: string, variables: object): Promise<Data> => world.clearing.ask(NINGBO_CLERK, query, variables)
const deduct = (amount: string): Promise<Data> =>
  ask(DEDUCT, { input: { statement, settlement: settled.id, amount, reason: 'OVERCHARGED', words: '重复收费' } })
const withdraw = (deduction: string): Promise<Data> => ask(WITHDRAW_DEDUCTION, { deduction, words: '核实后不予扣款' })
/** What home owes, in the books of either. */
const owed = async () => [
  (await world.held(world.place, RECEIVABLE)).replace('-', ''),
  await world.held(world.home, PAYABLE),
]
const answers = async (): Promise<Data[]> => {
  const { rows } = await world.place.admin.query(
    `select answered_at is not null as answered, rejection->>'code' as code from settlement.province_message order by id`,
  )
  return rows
}

test('a deduction does not overtake the withdrawal before it that home has not heard', async () => {
  const before = await owed()
  const first = await deduct(settled.fundTotal)
  await world.talk()
  const deducted = await owed()
  expect(deducted[0]).toBe(deducted[1])
  expect(deducted).not.toEqual(before)

  await world.whileHomeIsDown(async () => {
    await withdraw(first.id)
    await sayToProvinces(world.services.place)
  })
  // The withdrawal is to be said again in some seconds; the next deduction of the bill could be said at once.
  standing = (await deduct(settled.fundTotal)).id
  await sayToProvinces(world.services.place)
  expect((await answers()).map((one) => one.answered)).toEqual([true, false, false])
  await world.talk()
  expect(await answers()).toEqual(Array.from({ length: 3 }, () => ({ answered: true, code: null })))
  expect(await owed()).toEqual(deducted)
  expect(await world.proven()).toEqual([])
})

test('the withdrawal of a deduction that home has refused is over with it, and holds up nothing of the bill', async () => {
  await withdraw(standing)
  await world.talk()
  const before = await owed()
  const refused = await deduct('100.00')
  const rejection = JSON.stringify({
    type: 'NotAllowed',
    code: 'REFUSED_THERE',
    text: { zh: 'x', en: 'x' },
    problems: [],
    details: {},
  })
  await world.place.admin.query(
    'update settlement.province_message set answered_at = at, rejection = $2::jsonb where id = $1',
    [refused.id, rejection],
  )
  await withdraw(refused.id)
  await deduct('50.00')
  await world.talk()
  expect((await answers()).slice(-3)).toEqual([
    { answered: true, code: 'REFUSED_THERE' },
    { answered: true, code: 'REFUSED_THERE' },
    { answered: true, code: null },
  ])
  const [place, home] = await owed()
  expect(place).toBe(home)
  expect([place, home]).not.toEqual(before)
  expect(await world.proven()).toEqual([])
})
