import { countBudget, listCountable } from '@yibao/settlement/store/province-budget'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, openAwayWorld, RECEIVABLE, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { CLEARING_REQUESTS } from './exchange-clearing.ts'
import type { Data } from './world.ts'

// What is to come back of bills that were paid for is netted some day, and what other provinces owe rises by it. So it makes no room
// under a hard limit; and lines of one bill are settled in their order, lest a bill be owed again when its reversal is.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const { declareNet, confirmNet, disputeNetLines, payNet, receiveNet, setProvinceLimit } = CLEARING_REQUESTS
const count = () => countBudget(world.place.platform.databases.settlement.hot, GANSU)
const taken = async (): Promise<string> => {
  await count()
  return (await world.place.admin.query('select taken::text from settlement.province_budget')).rows[0].taken
}
const owed = () => world.held(world.place, RECEIVABLE)
async function limitTo(limit: string): Promise<void> {
  const { hot } = world.place.platform.databases.settlement
  await world.atPlace(setProvinceLimit, { province: GANSU, limit })
  // So long a process may go by what it has read.
  await new Promise((read) => setTimeout(read, 1100))
  await world.place.admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
  expect(await listCountable(hot)).toEqual([GANSU])
  await count()
}

const declare = (month: string): Promise<Data> => world.atPlace(declareNet, { province: GANSU, month })
async function confirm(statement: string): Promise<void> {
  await world.talk()
  expect(await world.atHome(confirmNet, { statement })).toMatchObject({ __typename: 'NetStatement' })
  await world.talk()
}
/** Pays a statement by whom it is to be paid, and the other has received it. */
async function pay(statement: string, amount: string, paidOn: string): Promise<void> {
  const [payer, receiver, province] = amount.startsWith('-')
    ? [world.atPlace, world.atHome, GANSU]
    : [world.atHome, world.atPlace, ZHEJIANG]
  const sum = amount.replace('-', '')
  const variables = { province, statements: [statement], amount: sum, bankReference: `N-${statement}`, paidOn }
  const { id: payment } = await payer(payNet, variables)
  expect(payment).toBeTypeOf('string')
  await world.talk()
  expect(await receiver(receiveNet, { payment, amount: sum })).toMatchObject({ __typename: 'NetPayment' })
  await world.talk()
}
const linesOf = async (statement: string): Promise<Data[]> =>
  (
    await world.home.admin.query(
      'select item::text, kind, disputed from settlement.net_item where statement_id = $1 order by kind',
      [statement],
    )
  ).rows

test('a credit of a bill that was paid for makes no room, so that netting it takes no province beyond its limit', async () => {
  const first = await world.settle(await world.filedPerson(), 10_000)
  world.at('2026-12-02T09:00:00+08:00')
  const november = await declare('2026-11')
  await confirm(november.id)
  await pay(november.id, '8915.00', '2026-12-02')
  expect(await owed()).toBe('0.00')

  await limitTo('9000.00')
  expect(await taken()).toBe('0')
  expect(await world.reverse(first.id)).toMatchObject({ total: '-10000.00' })
  expect(await owed()).toBe('8915.00')
  expect(await taken()).toBe('0')
  world.at('2027-01-04T09:00:00+08:00')
  const december = await declare('2026-12')
  expect(await world.settle(await world.filedPerson(), 10_000)).toMatchObject({ __typename: 'Settlement' })
  expect(await owed()).toBe('0.00')
  expect(await taken()).toBe('891500')
  expect(await world.settle(await world.filedPerson(), 10_000)).toMatchObject({ code: 'PROVINCE_LIMIT' })

  await confirm(december.id)
  await pay(december.id, '-8915.00', '2027-01-04')
  expect(await owed()).toBe('-8915.00')
  expect(await taken()).toBe('891500')
  expect(await world.proven()).toEqual([])
})

test('the reversal of a bill stands in no statement before the one of the bill is received', async () => {
  const { rows } = await world.place.admin.query(
    `select s.id from settlement.settlement s where s.other_province is not null and s.reverses is null
       and not exists (select from settlement.net_item i join settlement.away_bill a on a.exchange = i.item
         where a.settlement_id = s.id)`,
  )
  world.at('2027-02-02T09:00:00+08:00')
  const january = await declare('2027-01')
  await confirm(january.id)
  expect(await world.reverse(rows[0].id)).toMatchObject({ total: '-10000.00' })
  // What is counted of it goes at once: it can never be owed again.
  expect(await taken()).toBe('0')
  world.at('2027-03-02T09:00:00+08:00')
  expect(await declare('2027-02')).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
  await pay(january.id, '8915.00', '2027-03-02')
  const february = await declare('2027-02')
  await confirm(february.id)
  await pay(february.id, '-8915.00', '2027-03-02')
  expect(await owed()).toBe('0.00')
  expect(await taken()).toBe('0')
  expect(await world.proven()).toEqual([])
})

test('with a bill home disputes goes its reversal, and both stand in the next statement', async () => {
  const bill = await world.settle(await world.filedPerson(), 10_000)
  expect(await world.reverse(bill.id)).toMatchObject({ total: '-10000.00' })
  const kept = await world.settle(await world.filedPerson(), 100)
  expect(kept).toMatchObject({ __typename: 'Settlement' })
  world.at('2027-04-02T09:00:00+08:00')
  const march = await declare('2027-03')
  await world.talk()
  const lines = await linesOf(march.id)
  expect(lines.map((one) => one.kind)).toEqual(['BILL', 'BILL', 'REVERSAL'])
  const { rows } = await world.place.admin.query(
    'select exchange::text from settlement.away_bill where settlement_id = $1',
    [bill.id],
  )
  const items = [rows[0].exchange]
  await world.atHome(disputeNetLines, { statement: march.id, items, words: '请提供病案' })
  expect((await linesOf(march.id)).map((one) => one.disputed).filter(Boolean)).toEqual([
    '请提供病案',
    expect.stringContaining('An earlier line of the same bill is disputed.'),
  ])
  await confirm(march.id)
  expect((await linesOf(march.id)).map((one) => one.kind)).toEqual(['BILL'])
  const april = await declare('2027-03')
  await world.talk()
  expect((await linesOf(april.id)).map((one) => one.kind)).toEqual(['BILL', 'REVERSAL'])
  expect(await world.proven()).toEqual([])
})
