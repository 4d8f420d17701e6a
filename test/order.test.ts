import { randomUUIDv7 } from 'node:crypto'
import { connect } from '@yibao/drizzle/connect'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AUTHORISE, orderWorld, type Answer, type OrderWorld } from './order-world.ts'
import { billOf, hospital, personOf, settle, type WorldPerson } from './settle-world.ts'

// A bill of 200 yuan: the deductible of 100, 70 % of the rest, and what the account does not pay in cash.

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
const paymentOf = (id: string) =>
  world
    .provider()
    .payments()
    .filter(({ key }) => key === id)
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

describe('an order', () => {
  test('shows the person what it comes to, and once authorised is paid and settled', async () => {
    const { person, order } = await ordered()
    expect(order).toMatchObject({
      __typename: 'OnlineOrder',
      state: 'UNPAID',
      amounts: { total: '200.00', fundTotal: '70.00', account: '30.00', cash: '100.00' },
      lines: [{ serial: '1', code: 'XA01', amount: '200.00' }],
      settlement: null,
    })
    const done = await world.authorise(person, order.id)
    expect(done).toMatchObject({
      state: 'SETTLED',
      ending: null,
      settlement: { cash: '100.00', credentialKind: 'E_VOUCHER', requestId: `order-${order.id}` },
    })
    expect(paymentOf(order.id)).toMatchObject([{ amount: '100.00', state: 'PAID' }])
    expect(refundsOf(order.id)).toEqual([])
    const OUTCOME = `{ outcome(requestId: "order-${order.id}") { ... on Outcome { state settlement { id } } } }`
    expect(await world.ask(hospital(), OUTCOME)).toEqual({
      outcome: { state: 'COMMITTED', settlement: { id: done.settlement.id } },
    })
  })

  test('without a cash part is settled without a payment', async () => {
    const { person, order } = await ordered(300)
    expect(await world.authorise(person, order.id)).toMatchObject({ state: 'SETTLED', settlement: { cash: '0.00' } })
    expect(paymentOf(order.id)).toEqual([])
  })

  test('that is sent again under its request is the same order; the same bill is in one order at a time', async () => {
    const person = await world.addPerson(30)
    later(1)
    const { credential, ...bill } = billOf(person)
    const input = { ...bill, person: { credential } }
    const first = await world.create(person, input, 'order-again')
    expect(await world.create(person, input, 'order-again')).toEqual(first)
    expect(await world.create(person, { ...input, total: '1.00' }, 'order-again')).toMatchObject({
      __typename: 'RequestReused',
    })
    expect(await world.create(person, input)).toMatchObject({ code: 'ORDER_EXISTS' })
    expect(await world.cancel(first.id)).toMatchObject({ state: 'CANCELLED', ending: { code: 'BY_INSTITUTION' } })
    expect(await world.create(person, input)).toMatchObject({ state: 'UNPAID' })
  })

  test('that waits for the person ends when its time is over, and cannot be authorised any more', async () => {
    const { person, order } = await ordered()
    later(29)
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'UNPAID' })
    later(1)
    expect(await world.authorise(person, order.id)).toMatchObject({ code: 'ORDER_EXPIRED' })
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'EXPIRED' })
    expect(paymentOf(order.id)).toEqual([])
  })

  test('is authorised by a voucher of the person alone, once', async () => {
    const { person, order } = await ordered()
    const other = await ordered()
    const authorise = (voucher: string) => world.authorise(person, order.id, { voucher })
    expect(await authorise('nobody')).toMatchObject({ code: 'CREDENTIAL_UNKNOWN', problems: [{ path: 'voucher' }] })
    expect(await authorise(await world.voucherOf(other.person))).toMatchObject({ code: 'CREDENTIAL_UNKNOWN' })
    const old = await world.voucherOf(person)
    later(6)
    expect(await authorise(old)).toMatchObject({ code: 'CREDENTIAL_EXPIRED' })
    expect(await world.authorise(other.person, order.id)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await world.byId(order.id)).toMatchObject({ state: 'UNPAID' })
    const voucher = await world.voucherOf(person)
    expect(await authorise(voucher)).toMatchObject({ state: 'SETTLED' })
    const second = await world.create(person)
    expect(await world.authorise(person, second.id, { voucher })).toMatchObject({ code: 'VOUCHER_USED' })
  })

  test('whose amounts have changed shows the new ones, which then can be authorised', async () => {
    const { person, order } = await ordered(0)
    expect(order.amounts).toMatchObject({ cash: '130.00' })
    await settle(world, 'order-between', billOf(person))
    expect(await world.authorise(person, order.id)).toMatchObject({
      __typename: 'QuoteStale',
      reason: 'CHANGED',
      cash: '60.00',
    })
    expect(await world.byId(order.id)).toMatchObject({ state: 'UNPAID', amounts: { cash: '60.00' } })
    expect(await world.authorise(person, order.id)).toMatchObject({ state: 'SETTLED', settlement: { cash: '60.00' } })
  })

  test('whose amounts have changed is told so to as many as ask at once, whose connections are fewer', async () => {
    const one = await connect({ url: world.url, schema: 'settlement', writers: 1 })
    try {
      const { ask } = await world.opened(one)
      const many = await Promise.all(
        [1, 2, 3].map(async () => {
          const { person, order } = await ordered(0)
          await settle(world, randomUUIDv7(), billOf(person))
          return { person, order: order.id, voucher: await world.voucherOf(person) }
        }),
      )
      const begin = performance.now()
      const answers = await Promise.all(
        many.map(({ person, ...asked }) =>
          ask<Answer>(personOf(person.insuredId), AUTHORISE, { requestId: randomUUIDv7(), ...asked }),
        ),
      )
      expect(answers.map(({ authoriseOrder }) => authoriseOrder.__typename)).toEqual(many.map(() => 'QuoteStale'))
      expect(performance.now() - begin).toBeLessThan(5000)
      for (const { order } of many) expect(await world.byId(order)).toMatchObject({ amounts: { cash: '60.00' } })
    } finally {
      await one.close()
    }
  })

  test('of a person of whom only the number was known tells the institution nothing until it is authorised', async () => {
    const person = await world.addPerson(30)
    later(1)
    const { rows } = await world.admin.query('select person_number from insured.person where insured_id = $1', [
      person.insuredId,
    ])
    const order = await world.create(person, { person: { number: rows[0].person_number } })
    expect(order).toMatchObject({ state: 'UNPAID', insuredId: person.insuredId, amounts: null })
    expect(await world.authorise(person, order.id)).toMatchObject({ state: 'SETTLED', amounts: { cash: '100.00' } })
    expect(await world.byId(order.id)).toMatchObject({ amounts: { cash: '100.00' } })
    expect(await world.create(person, { person: { number: '999' } })).toMatchObject({
      code: 'CREDENTIAL_NEEDED',
      problems: [{ path: 'person.number' }],
    })
    expect(await world.create(person, { person: {} })).toMatchObject({ problems: [{ path: 'person', code: 'ONE_OF' }] })
  })

  test('is refused as its bill would be, and names the field', async () => {
    const person = await world.addPerson(30)
    later(1)
    expect(await world.create(person, { total: '1.00' })).toMatchObject({ problems: [{ path: 'total' }] })
    const bill = billOf(person)
    await settle(world, 'order-settled-before', bill)
    const { credential, ...rest } = bill
    expect(await world.create(person, { ...rest, person: { credential } })).toMatchObject({
      __typename: 'AlreadySettled',
    })
  })
})

describe('a payment', () => {
  test('that the person still has to make is waited for, and its page is shown to the person alone', async () => {
    world.rules.decide = () => 'PENDING'
    const { person, order } = await ordered()
    expect(await world.authorise(person, order.id)).toMatchObject({ state: 'PAYING', settlement: null })
    later(1)
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'PAYING', paymentUrl: null })
    expect(await world.cancel(order.id)).toMatchObject({ code: 'ORDER_PAYING' })
    world.provider().change(order.id, 'PAID')
    later(1)
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'SETTLED' })
  })

  test.each([
    ['DECLINED', 'CANCELLED', 'PAYMENT_DECLINED'],
    ['EXPIRED', 'EXPIRED', 'PAYMENT_EXPIRED'],
  ] as const)('that is %s ends the order, and nothing is settled or paid back', async (state, ends, reason) => {
    world.rules.decide = () => state
    const { person, order } = await ordered()
    expect(await world.authorise(person, order.id)).toMatchObject({
      state: ends,
      ending: { code: reason },
      settlement: null,
    })
    expect(refundsOf(order.id)).toEqual([])
  })

  test('not made in time expires at the provider, and the order with it', async () => {
    world.rules.decide = () => 'PENDING'
    const { person, order } = await ordered()
    await world.authorise(person, order.id)
    later(31)
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'EXPIRED', ending: { code: 'PAYMENT_EXPIRED' } })
    expect(() => world.provider().change(order.id, 'PAID')).toThrow()
  })

  test('waits while the provider cannot be reached, and is made once when it can', async () => {
    const { person, order } = await ordered()
    await world.stopProvider()
    expect(await world.authorise(person, order.id)).toMatchObject({ state: 'PAYING' })
    later(1)
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'PAYING' })
    await world.startProvider()
    expect(paymentOf(order.id)).toEqual([])
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'PAYING' })
    later(1)
    await world.drive()
    expect(await world.byId(order.id)).toMatchObject({ state: 'SETTLED' })
    expect(paymentOf(order.id)).toHaveLength(1)
  })

  test('is not offered where no provider is connected', async () => {
    const { ask } = await world.open()
    const person = await world.addPerson(0)
    later(1)
    const { credential, ...bill } = billOf(person)
    const CREATE = `mutation ($input: OrderInput!) { createOrder(requestId: "${randomUUIDv7()}", input: $input) {
      ... on Rejection { code } } }`
    expect(await ask(hospital(), CREATE, { input: { ...bill, person: { credential } } })).toEqual({
      createOrder: { code: 'NO_ONLINE_PAYMENT' },
    })
  })
})
