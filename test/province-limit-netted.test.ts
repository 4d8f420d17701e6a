import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAwayWorld, type AwayWorld } from './away-world.ts'
import { CLEARING_REQUESTS } from './exchange-clearing.ts'
import { clearingBetween } from './province-limited.ts'

// What is to come back of bills that were paid for is netted some day, and what other provinces owe rises by it. So it makes no room
// under a hard limit; and lines of one bill are settled in their order, lest a bill be owed again when its reversal is.

let world: AwayWorld
let between: ReturnType<typeof clearingBetween>
beforeAll(async () => {
  world = await openAwayWorld()
  between = clearingBetween(world)
})
afterAll(() => world.close())

test('a credit of a bill that was paid for makes no room, so that netting it takes no province beyond its limit', async () => {
  const first = await world.settle(await world.filedPerson(), 10_000)
  world.at('2026-12-02T09:00:00+08:00')
  const november = await between.declare('2026-11')
  await between.confirm(november.id)
  await between.pay(november.id, '8915.00')
  expect(await between.owed()).toBe('0.00')

  await between.limitTo('9000.00')
  expect(await between.taken()).toBe('0')
  expect(await world.reverse(first.id)).toMatchObject({ total: '-10000.00' })
  expect(await between.owed()).toBe('8915.00')
  expect(await between.taken()).toBe('0')
  world.at('2027-01-04T09:00:00+08:00')
  const december = await between.declare('2026-12')
  expect(await world.settle(await world.filedPerson(), 10_000)).toMatchObject({ __typename: 'Settlement' })
  expect(await between.owed()).toBe('0.00')
  expect(await between.taken()).toBe('891500')
  expect(await world.settle(await world.filedPerson(), 10_000)).toMatchObject({ code: 'PROVINCE_LIMIT' })

  await between.confirm(december.id)
  await between.pay(december.id, '-8915.00')
  expect(await between.owed()).toBe('-8915.00')
  expect(await between.taken()).toBe('891500')
  expect(await world.proven()).toEqual([])
})

test('the reversal of a bill stands in no statement before the one of the bill is received', async () => {
  const { rows } = await world.place.admin.query(
    `select s.id from settlement.settlement s where s.other_province is not null and s.reverses is null
       and not exists (select from settlement.net_item i join settlement.away_bill a on a.exchange = i.item
         where a.settlement_id = s.id)`,
  )
  world.at('2027-02-02T09:00:00+08:00')
  const january = await between.declare('2027-01')
  await between.confirm(january.id)
  expect(await world.reverse(rows[0].id)).toMatchObject({ total: '-10000.00' })
  // What is counted of it goes at once: it can never be owed again.
  expect(await between.taken()).toBe('0')
  world.at('2027-03-02T09:00:00+08:00')
  expect(await between.declare('2027-02')).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
  await between.pay(january.id, '8915.00')
  const february = await between.declare('2027-02')
  await between.confirm(february.id)
  await between.pay(february.id, '-8915.00')
  expect(await between.owed()).toBe('0.00')
  expect(await between.taken()).toBe('0')
  expect(await world.proven()).toEqual([])
})

test('with a bill home disputes goes its reversal, and both stand in the next statement', async () => {
  const bill = await world.settle(await world.filedPerson(), 10_000)
  expect(await world.reverse(bill.id)).toMatchObject({ total: '-10000.00' })
  const kept = await world.settle(await world.filedPerson(), 100)
  expect(kept).toMatchObject({ __typename: 'Settlement' })
  world.at('2027-04-02T09:00:00+08:00')
  const march = await between.declare('2027-03')
  await world.talk()
  const lines = await between.linesOf(march.id)
  expect(lines.map((one) => one.kind)).toEqual(['BILL', 'BILL', 'REVERSAL'])
  const items = [await between.exchangeOf(bill.id)]
  await world.atHome(CLEARING_REQUESTS.disputeNetLines, { statement: march.id, items, words: '请提供病案' })
  expect((await between.linesOf(march.id)).map((one) => one.disputed).filter(Boolean)).toEqual([
    '请提供病案',
    expect.stringContaining('An earlier line of the same bill is disputed.'),
  ])
  await between.confirm(march.id)
  expect((await between.linesOf(march.id)).map((one) => one.kind)).toEqual(['BILL'])
  const april = await between.declare('2027-03')
  await world.talk()
  expect((await between.linesOf(april.id)).map((one) => one.kind)).toEqual(['BILL', 'REVERSAL'])
  expect(await world.proven()).toEqual([])
})
