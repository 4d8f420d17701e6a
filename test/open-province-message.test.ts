import { randomUUIDv7 } from 'node:crypto'
import { newId } from '@yibao/drizzle/uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NINGBO, NINGBO_CLERK, openAwayWorld, PLACE_POOL, type AwayWorld } from './away-world.ts'
import { HOME_CLERK, PLACE_CLERK } from './province-money.ts'
import type { Data } from './world.ts'

// What is to be said to another province about money and has no answer stands in a queue of the bureau it concerns, with
// since when and why.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const REJECTION = '__typename ... on Rejection { code problems { path code } }'
const REQUEST = `mutation ($requestId: ID!, $province: String!, $amount: Money!, $words: String!) {
  requestPrefund(requestId: $requestId, province: $province, amount: $amount, words: $words) { ... on Prefund { id } ${REJECTION} } }`
const OPEN = `query ($province: String, $type: MoneyMessageType, $state: OpenMessageState, $first: Int, $after: String) {
  openProvinceMessages(province: $province, type: $type, state: $state, first: $first, after: $after) {
    ... on OpenProvinceMessageConnection {
      edges { node { id state province type about step owner since tries nextAt trouble message { zh en } } }
      pageInfo { hasNextPage endCursor } } ${REJECTION} } }`

const open = async (who: string = PLACE_CLERK, variables: object = {}): Promise<Data[]> =>
  (await world.atPlace(OPEN, variables, who)).edges.map(({ node }: Data) => node)
const request = () => world.atPlace(REQUEST, { province: '62', amount: '1000.00', words: '使用率已达红色预警' })

/** Something that is to be said by a pool of the place, as whatever it is about writes it. */
async function toSay(type: string, pool: string, message: object, inHours = 0): Promise<string> {
  const { now } = world.place.time
  const times = [now.toString(), now.add({ hours: inHours }).toString()]
  const { rows } = await world.place.admin.query(
    `insert into settlement.province_message (id, province, type, pool, message, at, next_at)
     values ($1, '62', $2, $3, $4, $5, $6) returning id`,
    [newId(), type, pool, JSON.stringify(message), ...times],
  )
  return rows[0].id
}

test('what the other platform has not answered is in the queue of its bureau with since when and why, until it is answered', async () => {
  const { id } = await world.whileHomeIsDown(async () => {
    const asked = await request()
    await world.talk()
    return asked
  })
  const [waiting, ...more] = await open()
  expect(more).toEqual([])
  expect(waiting).toMatchObject({
    state: 'WAITING',
    province: '62',
    type: 'PREFUND',
    about: id,
    step: 'REQUESTED',
    owner: '339900',
    since: world.place.time.now.toString(),
    tries: expect.any(Number),
    nextAt: expect.any(String),
    trouble: 'ECONNREFUSED',
    message: null,
  })
  expect(waiting?.tries).toBeGreaterThan(0)
  await world.talk()
  expect(await open()).toEqual([])
})

test('what the other platform cannot take yet says so, and what it refuses for good stays with the reason', async () => {
  const { id } = await request()
  await world.talk()
  const statement = randomUUIDv7()
  await toSay('netting', '339900', { step: 'DECLARED', id: statement, count: 1, amount: '1.00' })
  const another = { id, kind: 'PAYMENT', state: 'REQUESTED', amount: '2000.00', words: 'x' }
  await toSay('prefund', '339900', { ...another, paperNumber: null, bankReference: null, paidOn: null })
  await world.talk()
  expect(await open()).toMatchObject([
    { state: 'WAITING', type: 'NETTING', about: statement, step: 'DECLARED', trouble: 'LATER' },
    { state: 'REFUSED', type: 'PREFUND', about: id, nextAt: null, message: { zh: expect.any(String) } },
  ])
  const [, refused] = await open()
  expect(refused?.trouble).toMatch(/^[A-Z_]+$/)
  expect(await open(PLACE_CLERK, { state: 'REFUSED' })).toEqual([refused])
  expect(await open(PLACE_CLERK, { type: 'NETTING' })).toMatchObject([{ about: statement }])
  expect(await open(PLACE_CLERK, { province: '51' })).toEqual([])
  const first = await world.atPlace(OPEN, { first: 1 })
  expect(first).toMatchObject({ edges: [{ node: { about: statement } }], pageInfo: { hasNextPage: true } })
  expect(await open(PLACE_CLERK, { after: first.pageInfo.endCursor })).toEqual([refused])
})

test('each bureau sees what is its own, auditors all, and an institution nothing', async () => {
  const exchange = randomUUIDv7()
  const decidedAt = world.place.time.now.toString()
  const deduction = { exchange, amount: '1.00', reason: 'OTHER', words: 'x', withdraws: null, decidedAt }
  // Not to be said while it is looked at.
  const id = await toSay('deduction', PLACE_POOL, { id: randomUUIDv7(), ...deduction }, 24)
  const ids = async (who?: string) => (await open(who)).map((one) => one.id)
  const own = await open(NINGBO_CLERK)
  expect(own).toMatchObject([{ id, type: 'DEDUCTION', step: null, owner: PLACE_POOL }])
  expect(await ids()).not.toContain(id)
  expect(await ids('auditor')).toEqual([...(await ids()), id])
  expect((await world.atHome(OPEN, {}, HOME_CLERK)).edges).toEqual([])
  await expect(world.place.as(NINGBO, '{ openProvinceMessages { __typename } }')).rejects.toThrow('FORBIDDEN')
})
