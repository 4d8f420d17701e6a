import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { driveOrder, driveOrders } from '@yibao/settlement/commands/order-drive'
import { createServices } from '@yibao/settlement/context'
import { verify } from '@yibao/settlement/commands/verify'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { orderWorld, type Answer, type OrderWorld } from './order-world.ts'
import { billOf, hospital, OTHER_HOSPITAL, settle, type WorldPerson } from './settle-world.ts'

// Cash that was paid for a bill that is not settled, or whose settlement is taken back.

let world: OrderWorld
beforeAll(async () => {
  world = await orderWorld()
})
afterAll(async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
  await world.close()
})
beforeEach(() => {
  world.time.now = world.time.now.add({ seconds: 1 })
  world.rules.decide = () => 'PAID'
})

const later = (minutes: number) => {
  world.time.now = world.time.now.add({ minutes })
}
const refundsOf = (id: string) =>
  world
    .provider()
    .refunds()
    .filter(({ payment }) => payment === id)

/** An order of somebody with so many yuan in the account. */
async function ordered(account = 30, change: object = {}): Promise<{ person: WorldPerson; order: Answer }> {
  const person = await world.addPerson(account)
  world.time.now = world.time.now.add({ seconds: 1 })
  return { person, order: await world.create(person, change) }
}

/** An order that is paid and not settled yet: the payment is made while nobody drives it. */
async function paid(account = 0) {
  world.rules.decide = () => 'PENDING'
  const { person, order } = await ordered(account)
  expect(await world.authorise(person, order.id)).toMatchObject({ state: 'PAYING' })
  world.provider().change(order.id, 'PAID')
  later(1)
  return { person, order }
}

describe('when a paid order cannot be settled the cash is paid back once', () => {
  test('because the cash part has changed: the funds would pay more by now', async () => {
    const { person, order } = await paid()
    await settle(world, 'order-before-cash', billOf(person))
    await Promise.all([
      world.drive(),
      world.drive(),
      driveOrders(createServices({ ...world.services, payment: world.payment })),
    ])
    expect(await world.byId(order.id)).toMatchObject({
      state: 'REFUNDED',
      ending: { code: 'QUOTE_STALE' },
      settlement: null,
    })
    expect(refundsOf(order.id)).toMatchObject([{ amount: '130.00' }])
    await world.drive()
    expect(refundsOf(order.id)).toHaveLength(1)
  })

  test('because the counter settled the bill meanwhile', async () => {
    const person = await world.addPerson(0)
    later(1)
    const bill = billOf(person)
    const { credential, ...rest } = bill
    world.rules.decide = () => 'PENDING'
    const order = await world.create(person, { ...rest, person: { credential } })
    await world.authorise(person, order.id)
    world.provider().change(order.id, 'PAID')
    await settle(world, 'order-at-counter', bill)
    later(1)
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'REFUNDED', ending: { code: 'ALREADY_SETTLED' } })
    expect(refundsOf(order.id)).toHaveLength(1)
  })

  test('because the institution took it back before; then it never settles', async () => {
    const { order } = await paid()
    await world.ask(
      hospital(),
      `mutation { annul(requestId: "${randomUUIDv7()}", target: "order-${order.id}") { __typename } }`,
    )
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'REFUNDED', ending: { code: 'ANNULLED' } })
  })

  test('but it is settled when only the share of funds and account has changed', async () => {
    const { person, order } = await paid(0)
    const before = await world.byId(order.id)
    await world.admin.query(
      `update settlement.online_order set fund_total = fund_total - 1, print = 'other' where id = $1`,
      [order.id],
    )
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'SETTLED', settlement: { cash: before.amounts.cash } })
    expect(person.insuredId).toBe(before.insuredId)
    expect(refundsOf(order.id)).toEqual([])
  })
})

test('taking the settlement of an order back pays its cash back, once', async () => {
  const { person, order } = await ordered()
  expect(await world.authorise(person, order.id)).toMatchObject({ state: 'SETTLED' })
  later(1)
  const annul = `mutation { annul(requestId: "${randomUUIDv7()}", target: "order-${order.id}") { ... on Annulment { reversal { cash } } } }`
  expect(await world.ask(hospital(), annul)).toEqual({ annul: { reversal: { cash: '-100.00' } } })
  await Promise.all([world.drive(), world.drive()])
  expect(await world.byId(order.id)).toMatchObject({ state: 'REFUNDED', ending: { code: 'REVERSED' } })
  expect(refundsOf(order.id)).toMatchObject([{ amount: '100.00' }])
})

const annul = (order: string, who = hospital()): Promise<Answer> =>
  world.ask<Answer>(
    who,
    `mutation { annul(requestId: "${randomUUIDv7()}", target: "order-${order}") { __typename ... on Rejection { code } } }`,
  )

/** Lets something happen to the settlement of a paid order before the order says that it is settled. */
async function beforeItSaysSo(id: string, happens: () => Promise<Answer>): Promise<Answer> {
  await world.admin.query(
    `update settlement.online_order set state = 'PAID', paid_at = now(), version = version + 1 where id = $1`,
    [id],
  )
  const holding = new pg.Client(world.url)
  await holding.connect()
  await holding.query('begin')
  await holding.query('select from settlement.online_order where id = $1 for update', [id])
  const driving = world.drive()
  await expect
    .poll(() => world.admin.query('select from settlement.request where request_id = $1', [`order-${id}`]))
    .toMatchObject({ rowCount: 1 })
  const happening = happens()
  await sleep(200)
  await holding.query('commit')
  await holding.end()
  await driving
  return happening
}

test('a settlement that is taken back before its order says that it is settled: the cash goes back, once', async () => {
  const { order } = await paid()
  const annulled = await beforeItSaysSo(order.id, () => annul(order.id))
  expect(annulled.annul.__typename).toBe('Annulment')
  later(60)
  await world.drive()
  expect(await world.byId(order.id)).toMatchObject({ state: 'REFUNDED', ending: { code: 'REVERSED' } })
  expect(refundsOf(order.id)).toMatchObject([{ amount: '130.00' }])
})

test('a bill of another institution under the request of an order changes nothing of the order when it is taken back', async () => {
  const { person, order } = await ordered()
  expect(await world.authorise(person, order.id)).toMatchObject({ state: 'SETTLED' })
  const other = hospital(OTHER_HOSPITAL)
  expect(await settle(world, `order-${order.id}`, billOf(person), other)).toMatchObject({ __typename: 'Settlement' })
  expect(await annul(order.id, other)).toEqual({ annul: { __typename: 'Annulment' } })
  expect(await world.byId(order.id)).toMatchObject({ state: 'SETTLED' })
})

test('driven by several at once an order is paid and settled once', async () => {
  world.rules.decide = () => 'PENDING'
  const { person, order } = await ordered()
  await world.authorise(person, order.id)
  world.provider().change(order.id, 'PAID')
  const processes = Array.from({ length: 4 }, () => createServices({ ...world.services, payment: world.payment }))
  await Promise.all(processes.map((one) => driveOrder(one, order.id)))
  const { state, settlement } = await world.byId(order.id)
  expect(state).toBe('SETTLED')
  const { rows } = await world.admin.query('select id from settlement.settlement where request_id = $1', [
    `order-${order.id}`,
  ])
  expect(rows).toEqual([{ id: settlement.id }])
})

const REFUND = `mutation ($requestId: ID!, $settlement: ID!, $input: RefundInput!) {
  refund(requestId: $requestId, settlement: $settlement, input: $input) {
    ... on Refund { settlement { id cash } } ... on Rejection { code problems { path code } } } }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) { ... on Settlement { cash } ... on Rejection { code } } }`
const requestId = () => randomUUIDv7()
let batch = 0

/** Takes some of the ten packages back and answers the settlement of the rest. */
async function refund(settlement: string, quantity: number): Promise<Answer> {
  batch += 1
  const input = {
    lines: [{ serial: '1', quantity: String(quantity) }],
    chargeBatch: `R${batch}`,
    invoice: `R${batch}`,
  }
  return (await world.ask<Answer>(hospital(), REFUND, { requestId: requestId(), settlement, input })).refund.settlement
}
const reverse = async (settlement: string): Promise<string> =>
  (await world.ask<Answer>(hospital(), REVERSE, { requestId: requestId(), settlement })).reverse.cash

/** An order that is settled with so many yuan in the account. */
async function settled(account: number): Promise<{ order: Answer; person: WorldPerson }> {
  const { person, order } = await ordered(account)
  const done = await world.authorise(person, order.id)
  expect(done).toMatchObject({ state: 'SETTLED', refund: null })
  later(1)
  return { order: done, person }
}
async function drivenTwice(id: string): Promise<Answer> {
  await Promise.all([world.drive(), world.drive()])
  later(1)
  await world.drive()
  return world.byId(id)
}

describe('after a part refund the order stands for what remains', () => {
  test('and its cash goes back online when that is taken back, once; the difference was returned at the counter', async () => {
    const { order } = await settled(30)
    const rest = await refund(order.settlement.id, 2)
    const less = await refund(rest.id, 3)
    expect([order.settlement.cash, rest.cash, less.cash]).toEqual(['100.00', '88.00', '70.00'])
    expect(await drivenTwice(order.id)).toMatchObject({ state: 'SETTLED', refund: null, settlement: { id: less.id } })
    expect(refundsOf(order.id)).toEqual([])
    expect(await reverse(less.id)).toBe('-70.00')
    expect(await drivenTwice(order.id)).toMatchObject({
      state: 'REFUNDED',
      refund: '70.00',
      ending: { code: 'REVERSED' },
      settlement: { id: less.id },
    })
    expect(refundsOf(order.id)).toMatchObject([{ amount: '70.00' }])
  })

  test('also when all that remains is refunded, and when it was refunded before the order said that it is settled', async () => {
    const { order } = await paid()
    const rest = await beforeItSaysSo(order.id, async () => {
      const { rows } = await world.admin.query('select id from settlement.settlement where request_id = $1', [
        `order-${order.id}`,
      ])
      return refund(rows[0].id, 5)
    })
    expect(await drivenTwice(order.id)).toMatchObject({ state: 'SETTLED', settlement: { id: rest.id, cash: '100.00' } })
    expect(await refund(rest.id, 5)).toBeNull()
    expect(await drivenTwice(order.id)).toMatchObject({ state: 'REFUNDED', refund: '100.00' })
    expect(refundsOf(order.id)).toMatchObject([{ amount: '100.00' }])
  })

  test('and never more than was paid goes back online, though the rest cost more and was paid at the counter', async () => {
    const { person, order } = await ordered(0)
    const before = await settle(world, requestId(), billOf(person))
    expect(await world.authorise(person, order.id)).toMatchObject({ __typename: 'QuoteStale' })
    const done = await world.authorise(person, order.id)
    expect(done).toMatchObject({ state: 'SETTLED', settlement: { cash: '60.00' } })
    later(1)
    await reverse(before.id)
    const rest = await refund(done.settlement.id, 1)
    expect(rest.cash).toBe('124.00')
    expect(await reverse(rest.id)).toBe('-124.00')
    expect(await drivenTwice(order.id)).toMatchObject({ state: 'REFUNDED', refund: '60.00' })
    expect(refundsOf(order.id)).toMatchObject([{ amount: '60.00' }])
  })

  test('and nothing goes back online when nothing of the cash is left', async () => {
    const { order } = await settled(120)
    const rest = await refund(order.settlement.id, 5)
    expect(rest.cash).toBe('0.00')
    await reverse(rest.id)
    expect(await drivenTwice(order.id)).toMatchObject({
      state: 'CANCELLED',
      refund: null,
      ending: { code: 'REVERSED' },
    })
    expect(refundsOf(order.id)).toEqual([])
  })
})
