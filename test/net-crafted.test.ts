import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, openAwayWorld, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { saying } from './partner-world.ts'
import type { Data } from './world.ts'

// What another province says of the monthly clearing, though it is linked and signs, moves nothing it may not, is refused by
// its form or state, and takes the platform from nobody.

let world: AwayWorld
let owed: Data
let toPlace: ReturnType<typeof saying>
let toHome: ReturnType<typeof saying>
beforeAll(async () => {
  world = await openAwayWorld()
  toPlace = saying(() => world.home, ZHEJIANG)
  toHome = saying(() => world.place, GANSU)
  world.at('2026-11-22T10:00:00+08:00')
  await world.settle(await world.filedPerson(), 5000)
  world.at('2026-12-03T09:00:00+08:00')
  owed = await world.atPlace(DECLARE, { province: GANSU, month: '2026-11' })
  await world.talk()
}, 120_000)
afterAll(() => world.close())

const REJECTION = '__typename ... on Rejection { code }'
const STATEMENT = `... on NetStatement { id state amount } ${REJECTION}`
const DECLARE = `mutation ($requestId: ID!, $province: String!, $month: String!) {
  declareNet(requestId: $requestId, province: $province, month: $month) { ${STATEMENT} } }`
const CONFIRM = `mutation ($requestId: ID!, $statement: ID!) {
  confirmNet(requestId: $requestId, statement: $statement) { ${STATEMENT} } }`
const PAY = `mutation ($requestId: ID!, $province: String!, $statements: [ID!]!, $amount: Money!) {
  payNet(requestId: $requestId, province: $province, statements: $statements, amount: $amount, bankReference: "N",
    paidOn: "2026-12-03") { ... on NetPayment { id } ${REJECTION} } }`
const STATES = '{ netStatements { ... on NetStatementConnection { edges { node { id state } } } } }'
const PAYMENTS = '{ netPayments { ... on NetPaymentConnection { edges { node { id isReceived denied } } } } }'

const nodes = async (at: typeof world.atPlace, query: string): Promise<Data[]> =>
  (await at(query)).edges.map(({ node }: Data) => node)
const refused = (code: string, path?: string) => ({
  kind: 'ANSWERED',
  answer: { state: 'REFUSED', rejection: { code, ...(path !== undefined && { problems: [{ path }] }) } },
})

test('a confirmation that disputes thousands of lines there are not is refused within a moment', async () => {
  const disputed = Array.from({ length: 20_000 }, () => ({ item: randomUUIDv7(), words: '不符' }))
  const begun = performance.now()
  const answer = await toPlace('netting', { step: 'CONFIRMED', id: owed.id, disputed, count: 0, amount: '0.00' })
  expect(answer).toMatchObject(refused('NET_DIFFERS'))
  expect(performance.now() - begun).toBeLessThan(4000)
  expect(await nodes(world.atPlace, STATES)).toEqual([{ id: owed.id, state: 'DECLARED' }])
})

test('a message with thousands of faults is answered with some of them', async () => {
  const disputed = Array.from({ length: 5000 }, () => ({ item: 'x', words: 1 }))
  const { answer } = await toPlace('netting', { step: 'CONFIRMED', id: owed.id, disputed, count: 0, amount: '0.00' })
  expect(answer.rejection.problems).toHaveLength(100)
})

test('a payment that names a statement twice is refused, and the statement is still to be paid', async () => {
  expect(await world.atHome(CONFIRM, { statement: owed.id })).toMatchObject({ state: 'CONFIRMED' })
  await world.talk()
  const twice = { statements: [owed.id, owed.id], amount: (2 * Number(owed.amount)).toFixed(2) }
  const paid = { step: 'PAID', id: randomUUIDv7(), ...twice, bankReference: 'N', paidOn: '2026-12-03' }
  expect(await toPlace('netting', paid)).toMatchObject(refused('INVALID_INPUT', 'statements'))
  expect(await nodes(world.atPlace, STATES)).toEqual([{ id: owed.id, state: 'CONFIRMED' }])
})

test('what its receiver has refused cannot be received afterwards', async () => {
  const payment = await world.atHome(PAY, { province: ZHEJIANG, statements: [owed.id], amount: owed.amount })
  await world.place.admin.query('update settlement.net_statement set amount = amount + 1 where id = $1', [owed.id])
  await world.talk()
  await world.place.admin.query('update settlement.net_statement set amount = amount - 1 where id = $1', [owed.id])
  const denied = [{ id: payment.id, isReceived: false, denied: 'NET_DIFFERS' }]
  expect(await nodes(world.atHome, PAYMENTS)).toEqual(denied)
  expect(await toHome('netting', { step: 'RECEIVED', id: payment.id })).toMatchObject(refused('WRONG_STATE', 'payment'))
  expect(await nodes(world.atHome, PAYMENTS)).toEqual(denied)
  expect(await nodes(world.atHome, STATES)).toEqual([{ id: owed.id, state: 'CONFIRMED' }])
  expect(await world.proven()).toEqual([])
})

test('a payment that is told again with another content is refused, and the first one stands', async () => {
  const { statements, ...same } = {
    statements: [owed.id],
    amount: owed.amount,
    bankReference: 'N-1',
    paidOn: '2026-12-03',
  }
  const paid = { step: 'PAID', id: randomUUIDv7(), statements, ...same }
  const taken = { kind: 'ANSWERED', answer: { state: 'TAKEN' } }
  for (let i = 0; i < 2; i += 1) expect(await toPlace('netting', paid)).toMatchObject(taken)
  for (const change of [{ amount: '1.00' }, { statements: [randomUUIDv7()] }, { bankReference: 'N-2' }])
    expect(await toPlace('netting', { ...paid, ...change })).toMatchObject(refused('NET_DIFFERS', 'statement'))
  expect(await toPlace('netting', paid)).toMatchObject(taken)
  expect(await nodes(world.atPlace, STATES)).toEqual([{ id: owed.id, state: 'PAID' }])
})
