import { randomUUIDv7 } from 'node:crypto'
import { giveBackReversed } from '@yibao/settlement/commands/give-back'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, openAwayWorld, type AwayWorld } from './away-world.ts'
import { WITHDRAW_DEDUCTION } from './clearing-world.ts'
import { clearingBetween } from './province-limited.ts'
import type { Data } from './world.ts'

// Lines of one bill are settled in their order, and none of them waits for ever: whatever the other province says of them, refuses
// of them, and whatever clocks say.

let world: AwayWorld
let between: ReturnType<typeof clearingBetween>
beforeAll(async () => {
  world = await openAwayWorld()
  between = clearingBetween(world)
})
afterAll(() => world.close())

/** What the platform of Gansu says here, signed by its own key. */
const told = (message: object) =>
  world.place.platform.subgraphs
    .find((one) => one.name === 'settlement')
    ?.internal?.('exchange.netting', { province: GANSU, message }, 'trace') as Promise<Data>

let first: Data
/** What the hospital declared, both bills in it, is being checked. */
let checking: string
test('a province cannot name the bills it owes for in a statement of its own, so that they are never declared', async () => {
  first = await world.settle(await world.filedPerson(), 10_000)
  const exchange = await between.exchangeOf(first.id)
  world.at('2026-12-02T09:00:00+08:00')
  for (const line of [
    { item: randomUUIDv7(), kind: 'DEDUCTION', bill: exchange, amount: '-1.00' },
    { item: exchange, kind: 'BILL', bill: exchange, amount: '1.00' },
  ])
    expect(await told({ step: 'LINES', id: randomUUIDv7(), month: '2026-11', lines: [line] })).toMatchObject({
      state: 'REFUSED',
      rejection: { code: 'NET_DIFFERS' },
    })
  const november = await between.declare('2026-11')
  await between.confirm(november.id)
  await between.pay(november.id, '8915.00')
  expect(await between.owed()).toBe('0.00')
})

test('a deduction home has refused for good keeps no reversal from being settled', async () => {
  const bill = await world.settle(await world.filedPerson(), 10_000)
  world.at('2027-01-04T09:00:00+08:00')
  checking = await between.checking('2026-12')
  const { id: deduction } = await between.deduct(checking, bill.id)
  const rejection = { type: 'NotAllowed', code: 'NOT_ALLOWED', message: { zh: 'x', en: 'x' }, problems: [] }
  await world.place.admin.query(
    `update settlement.province_message set answered_at = at, rejection = $2::jsonb where id = $1`,
    [deduction, JSON.stringify(rejection)],
  )
  expect(await world.reverse(bill.id)).toMatchObject({ total: '-10000.00' })
  await giveBackReversed(world.services.place, null)
  await world.talk()
  world.at('2027-02-04T09:00:00+08:00')
  const january = await between.declare('2027-01')
  await world.talk()
  expect((await between.linesOf(january.id)).map((one) => [one.kind, one.disputed])).toEqual([
    ['BILL', null],
    ['REVERSAL', null],
  ])
  await between.confirm(january.id)
  await between.pay(january.id, '0.00')
  expect(await between.owed()).toBe('0.00')
  expect(await between.declare('2027-01')).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
})

test('a withdrawal by a process whose clock is behind comes after its deduction, and both are told', async () => {
  const bill = await world.settle(await world.filedPerson(), 10_000)
  world.at('2027-03-02T09:00:00+08:00')
  const { id: deduction } = await between.deduct(await between.checking('2027-02'), bill.id)
  world.at('2027-03-02T08:59:55+08:00')
  const withdrawal = await between.ask(WITHDRAW_DEDUCTION, { deduction, words: '核实后不予扣款' })
  expect(withdrawal.id > deduction).toBe(true)
  world.at('2027-03-02T10:00:00+08:00')
  await world.talk()
  const { rows } = await world.place.admin.query(
    `select id::text, answered_at is not null and rejection is null as taken from settlement.province_message
     where type = 'deduction' and message ->> 'exchange' = $1 order by id`,
    [await between.exchangeOf(bill.id)],
  )
  expect(rows).toEqual([
    { id: deduction, taken: true },
    { id: withdrawal.id, taken: true },
  ])
})

test('a deduction seen only after the reversal of its bill was settled waits until it is given back', async () => {
  const { admin } = world.place
  expect(await world.reverse(first.id)).toMatchObject({ total: '-10000.00' })
  world.at('2027-04-02T09:00:00+08:00')
  const march = await between.declare('2027-03')
  await between.confirm(march.id)
  await between.pay(march.id, (await amountOf(march.id)) ?? '')
  // `deduct` looked before the reversal was written and commits now: what it saw it is made to see.
  await admin.query('create table public.hidden as select * from settlement.reversal; delete from settlement.reversal')
  world.at('2027-03-31T23:59:00+08:00')
  expect(await between.deduct(checking, first.id)).toMatchObject({ amount: '100.00' })
  await admin.query('insert into settlement.reversal select * from public.hidden')
  await world.talk()
  world.at('2027-04-02T10:00:00+08:00')
  const before = await between.owed()
  expect(await between.declare('2027-03')).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
  await giveBackReversed(world.services.place, null)
  await world.talk()
  world.at('2027-05-04T09:00:00+08:00')
  const april = await between.declare('2027-04')
  await world.talk()
  expect((await between.linesOf(april.id)).map((one) => one.kind)).toEqual(['DEDUCTION', 'DEDUCTION'])
  await between.confirm(april.id)
  await between.pay(april.id, '0.00')
  expect(Number(await between.owed())).toBe(Number(before) - 100)
  expect(await world.proven()).toEqual([])
})

const amountOf = async (statement: string): Promise<string> => {
  const { rows } = await world.place.admin.query(
    `select to_char(amount / 100.0, 'FM9999999990.00') as yuan from settlement.net_statement where id = $1`,
    [statement],
  )
  return rows[0].yuan
}
