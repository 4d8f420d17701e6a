import { readPrefix, roleName } from '@yibao/drizzle/roles'
import type { Identity } from '@yibao/schema/identity'
import { OPEN_MAX } from '@yibao/settlement/domain/order'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { orderWorld, type Answer, type OrderWorld } from './order-world.ts'
import { auditor, hospital, OTHER_HOSPITAL, personOf, staff, type WorldPerson } from './settle-world.ts'

// Whoever asks, by id, in a list, through the person or in SQL: an order is seen by those it concerns.

const TOO_MANY = {
  __typename: 'NotAllowed',
  code: 'TOO_MANY_ORDERS',
  problems: [{ path: 'person', code: 'TOO_MANY_ORDERS' }],
}

let world: OrderWorld
let mine: WorldPerson
let theirs: WorldPerson
let order: Answer
beforeAll(async () => {
  world = await orderWorld()
  mine = await world.addPerson(30)
  theirs = await world.addPerson(30)
  world.time.now = world.time.now.add({ seconds: 1 })
  order = await world.create(mine)
  await world.create(theirs)
})
afterAll(() => world.close())

const LIST = `{ orders(first: 10) { ... on OnlineOrderConnection { edges { node { id } } } ... on Rejection { code } } }`
const THROUGH = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Insured {
  orders { ... on OnlineOrderConnection { edges { node { id } } } } } } }`
const idsOf = (page: Answer) => page.edges.map(({ node }: Answer) => node.id)
const sees = async (who: Identity): Promise<boolean[]> => {
  const [byId, list, through] = await Promise.all([
    world.byId(order.id, who),
    world.ask<Answer>(who, LIST),
    world.ask<Answer>(who, THROUGH, { of: [{ __typename: 'Insured', id: mine.insuredId }] }),
  ])
  const id = order.id
  expect(byId.id ?? byId.code).toBe(byId.id === undefined ? 'NOT_FOUND' : id)
  return [byId.id === id, idsOf(list.orders).includes(id), idsOf(through._entities[0].orders).includes(id)]
}

test.each([
  ['the institution that sent it', () => hospital()],
  ['the person', () => personOf(mine.insuredId)],
  ['the bureau of the pool', () => staff()],
  ['an auditor', () => auditor],
])('%s sees it', async (_name, who) => expect(await sees(who())).toEqual([true, true, true]))

test.each([
  ['another institution', () => hospital(OTHER_HOSPITAL)],
  ['another person', () => personOf(theirs.insuredId)],
  ['another bureau', () => staff('620100')],
])('%s does not', async (_name, who) => expect(await sees(who())).toEqual([false, false, false]))

test('nobody else withdraws or authorises it', async () => {
  for (const who of [hospital(OTHER_HOSPITAL), personOf(theirs.insuredId)])
    expect(await world.cancel(order.id, who)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.authorise(theirs, order.id)).toMatchObject({ code: 'NOT_FOUND' })
  await expect(world.cancel(order.id, auditor)).rejects.toThrow('FORBIDDEN')
  expect(await world.byId(order.id)).toMatchObject({ state: 'UNPAID' })
})

test('SQL in the reader’s role sees the own rows and changes none', async () => {
  const client = new pg.Client(world.url)
  await client.connect()
  const prefix = await readPrefix(client)
  await client.query(`set role "${roleName(prefix, 'settlement', 'reader')}"`)
  const count = async () => (await client.query('select 1 from settlement.online_order')).rowCount
  expect(await count()).toBe(0)
  await client.query(`select set_config('yibao.role', 'person', false), set_config('yibao.insured', $1, false)`, [
    mine.insuredId,
  ])
  expect(await count()).toBe(1)
  await expect(client.query(`update settlement.online_order set state = 'PAID'`)).rejects.toThrow(/permission denied/)
  await client.end()
})

test('pages follow each other, narrowed to a state', async () => {
  const PAGE = `query ($after: String, $state: OrderState) { orders(first: 1, after: $after, state: $state) {
    ... on OnlineOrderConnection { edges { node { id } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { problems { path } } } }`
  const first = (await world.ask<Answer>(hospital(), PAGE, { state: 'UNPAID' })).orders
  expect(first.pageInfo.hasNextPage).toBe(true)
  const { orders: second } = await world.ask<Answer>(hospital(), PAGE, { after: first.pageInfo.endCursor })
  expect([...idsOf(first), ...idsOf(second)]).toHaveLength(2)
  expect(second.pageInfo.hasNextPage).toBe(false)
  expect((await world.ask<Answer>(hospital(), PAGE, { state: 'SETTLED' })).orders.edges).toEqual([])
  expect((await world.ask<Answer>(hospital(), PAGE, { after: '\u0000' })).orders.problems).toEqual([{ path: 'after' }])
})

const page = (fields: string) => `{ orders { ... on OnlineOrderConnection { edges { node { ${fields} } } } } }`

test('a page of orders, and a step that needs no bill, read no bill; one that shows lines reads those of the page at once', async () => {
  const asked = vi.spyOn(pg.Client.prototype, 'query')
  const billsAsked = () =>
    asked.mock.calls.filter(([query]) =>
      /"bill"/.test(typeof query === 'string' ? query : (query as { text: string }).text),
    )
  const { orders } = await world.ask<Answer>(hospital(), page('id careType state'))
  expect(orders.edges.length).toBeGreaterThan(1)
  expect(orders.edges[0].node.careType).toBe('11')
  await world.drive()
  expect(asked).toHaveBeenCalled()
  expect(billsAsked()).toEqual([])
  const { orders: long } = await world.ask<Answer>(hospital(), page('id lines { code }'))
  expect(long.edges[0].node.lines).toEqual([{ code: 'XA01' }])
  expect(billsAsked()).toHaveLength(1)
  asked.mockRestore()
})

test('lines beyond the limit of one answer are not read', async () => {
  await world.admin.query('update settlement.online_order set line_count = 6000')
  const LINES = '{ orders { ... on OnlineOrderConnection { edges { node { lines { code } } } } } }'
  await expect(world.ask(hospital(), LINES)).rejects.toThrow('LIMIT_EXCEEDED')
  await world.admin.query('update settlement.online_order set line_count = 1')
})

test('no more than twenty orders of an institution wait for a person, however many are sent at once', async () => {
  const person = await world.addPerson(30)
  world.time.now = world.time.now.add({ seconds: 1 })
  const made: Answer[] = []
  for (let n = 0; n < OPEN_MAX - 1; n += 1) made.push(await world.create(person))
  made.push(...(await Promise.all([world.create(person), world.create(person), world.create(person)])))
  const refused = made.filter(({ __typename }) => __typename !== 'OnlineOrder')
  expect(made).toHaveLength(OPEN_MAX + 2)
  expect(refused).toEqual([TOO_MANY, TOO_MANY])
  expect(await world.cancel(made[0].id)).toMatchObject({ state: 'CANCELLED' })
  expect(await world.create(person, {}, 'order-one-more')).toMatchObject({ state: 'UNPAID' })
  expect(await world.create(theirs)).toMatchObject({ state: 'UNPAID' })
})
