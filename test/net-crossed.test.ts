import { randomUUID } from 'node:crypto'
import { sayToProvinces } from '@yibao/settlement/commands/province-message'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { GANSU, openAwayWorld, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { introduce } from './two-provinces.ts'
import { bill, CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// Both provinces pay the same statement in the same moment. Whether a payment counts is decided by its receiver alone, once
// and for good; what it refuses is taken back in the books of the payer, and the statements are paid by another.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
}, 120_000)
afterAll(() => world.close())

const REJECTION = '__typename ... on Rejection { code }'
const STATEMENT = `... on NetStatement { id state amount } ${REJECTION}`
const PAYMENT = `... on NetPayment { id isPayer isReceived denied amount statements } ${REJECTION}`
const DECLARE = `mutation ($requestId: ID!, $province: String!, $month: String!) {
  declareNet(requestId: $requestId, province: $province, month: $month) { ${STATEMENT} } }`
const CONFIRM = `mutation ($requestId: ID!, $statement: ID!) { confirmNet(requestId: $requestId, statement: $statement) { ${STATEMENT} } }`
const PAY = `mutation ($requestId: ID!, $province: String!, $statements: [ID!]!, $amount: Money!) {
  payNet(requestId: $requestId, province: $province, statements: $statements, amount: $amount, bankReference: "N", paidOn: "2026-12-03") {
    ${PAYMENT} } }`
const RECEIVE = `mutation ($requestId: ID!, $payment: ID!, $amount: Money!) {
  receiveNet(requestId: $requestId, payment: $payment, amount: $amount) { ${PAYMENT} } }`
const STATES = '{ netStatements(first: 100) { ... on NetStatementConnection { edges { node { id state } } } } }'
const PAYMENTS =
  '{ netPayments(first: 100) { ... on NetPaymentConnection { edges { node { id isPayer isReceived denied statements } } } } }'

const TREAT = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) {
  __typename ... on Settlement { id } ${REJECTION} } }`
/** Somebody of Hangzhou has an emergency in Gansu. */
async function treatedInGansu(price: number): Promise<void> {
  const { identityNumber: value } = await world.place.addPerson({
    enrolments: [{ pool: '330100', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: '330100', current: 500 },
  })
  const begin = '2026-11-20T09:00:00+08:00'
  const lines = [{ code: CLASS_A, price, quantity: 1, time: begin }]
  const care = { careType: '21', emergency: true, begin, end: '2026-11-21T09:30:00+08:00', lines }
  const input = { ...bill(care), credential: { kind: 'IDENTITY_CARD', value }, insuredPool: '330100' }
  const { settle } = await world.home.as('H62990000001', TREAT, { requestId: randomUUID(), input })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
}

const fen = (yuan: string) => Math.round(Number(yuan) * 100)
let [owed, back]: [Data, Data] = [{}, {}]
let net: string

/** Gansu owes more than Zhejiang, both have confirmed, and both know it. */
beforeEach(async () => {
  world.at('2026-11-22T10:00:00+08:00')
  await world.settle(await world.filedPerson(), 5000)
  await treatedInGansu(3000)
  world.at('2026-12-03T09:00:00+08:00')
  const month = '2026-11'
  owed = await world.atPlace(DECLARE, { province: GANSU, month })
  back = await world.atHome(DECLARE, { province: ZHEJIANG, month })
  await world.talk()
  expect(await world.atHome(CONFIRM, { statement: owed.id })).toMatchObject({ state: 'CONFIRMED' })
  expect(await world.atPlace(CONFIRM, { statement: back.id })).toMatchObject({ state: 'CONFIRMED' })
  await world.talk()
  net = ((fen(owed.amount) - fen(back.amount)) / 100).toFixed(2)
}, 60_000)

const later = `update settlement.province_message set next_at = at + interval '1 year' where answered_at is null`
/** Both pay while neither platform hears the other; what is to be said waits until it is let go. */
const atOnce = () =>
  world.whileHomeIsDown(async () => {
    await introduce(world.home, world.place, ZHEJIANG, 'http://127.0.0.1:9')
    const ofGansu = await world.atHome(PAY, { province: ZHEJIANG, statements: [owed.id, back.id], amount: net })
    const ofZhejiang = await world.atPlace(PAY, { province: GANSU, statements: [back.id], amount: back.amount })
    for (const { admin } of [world.place, world.home]) await admin.query(later)
    await introduce(world.home, world.place, ZHEJIANG)
    return { ofGansu, ofZhejiang }
  })
const zhejiangSays = async () => {
  await world.place.admin.query('update settlement.province_message set next_at = at where answered_at is null')
  await sayToProvinces(world.services.place)
}
const found = async (at: typeof world.atPlace, query: string, id: string): Promise<Data> =>
  (await at(query)).edges.map(({ node }: Data) => node).find((one: Data) => one.id === id)
const sides = (query: string, id: string) =>
  Promise.all([world.atPlace, world.atHome].map((at) => found(at, query, id)))
const states = async () => [await sides(STATES, owed.id), await sides(STATES, back.id)].flat().map((one) => one.state)
const banks = async () => [
  fen(await world.held(world.place, 'bank:339900')),
  fen(await world.held(world.home, 'bank:629900')),
]

test('the payment that is taken first counts on both platforms, the other one is denied and taken back', async () => {
  const before = await banks()
  const { ofGansu, ofZhejiang } = await atOnce()
  expect([ofGansu.isPayer, ofZhejiang.isPayer]).toEqual([true, true])
  await zhejiangSays()
  await world.talk()
  expect(await states()).toEqual(['PAID', 'PAID', 'PAID', 'PAID'])
  expect(await sides(PAYMENTS, ofZhejiang.id)).toMatchObject([
    { isPayer: true, denied: 'WRONG_STATE' },
    { isPayer: false, denied: 'WRONG_STATE' },
  ])
  expect(await world.atPlace(RECEIVE, { payment: ofGansu.id, amount: net })).toMatchObject({ isReceived: true })
  expect(await world.atHome(RECEIVE, { payment: ofZhejiang.id, amount: back.amount })).toMatchObject({
    code: 'WRONG_STATE',
  })
  await world.talk()
  expect(await states()).toEqual(['RECEIVED', 'RECEIVED', 'RECEIVED', 'RECEIVED'])
  const [place = 0, home = 0] = before
  expect(await banks()).toEqual([place - fen(net), home + fen(net)])
  expect(await world.proven()).toEqual([])
})

test('when each has refused the other’s, both are taken back, and a copy that comes later is not taken either', async () => {
  const before = await banks()
  const { ofGansu, ofZhejiang } = await atOnce()
  const { rows } = await world.home.admin.query(
    `select message from settlement.province_message where message->>'id' = $1`,
    [ofGansu.id],
  )
  const [{ message }] = rows
  const say = () =>
    world.place.platform.subgraphs
      .find((one) => one.name === 'settlement')
      ?.internal?.('exchange.netting', { province: GANSU, message }, 'trace') as Promise<Data>
  // Heard there before Gansu hears of the other one, and its answer is lost.
  expect(await say()).toMatchObject({ state: 'REFUSED', rejection: { code: 'WRONG_STATE' } })
  await zhejiangSays()
  await world.talk()
  expect(await states()).toEqual(['CONFIRMED', 'CONFIRMED', 'CONFIRMED', 'CONFIRMED'])
  for (const id of [ofGansu.id, ofZhejiang.id])
    expect((await sides(PAYMENTS, id)).map((one) => one.denied)).toEqual(['WRONG_STATE', 'WRONG_STATE'])
  expect(await banks()).toEqual(before)
  expect(await world.proven()).toEqual([])

  expect(await say()).toMatchObject({ state: 'REFUSED' })
  await world.home.admin.query(`update settlement.province_message set answered_at = null, rejection = null
    where message->>'id' = '${ofGansu.id}'`)
  await world.talk()
  expect(await states()).toEqual(['CONFIRMED', 'CONFIRMED', 'CONFIRMED', 'CONFIRMED'])

  const again = await world.atHome(PAY, { province: ZHEJIANG, statements: [owed.id, back.id], amount: net })
  await world.talk()
  expect(await world.atPlace(RECEIVE, { payment: again.id, amount: net })).toMatchObject({ isReceived: true })
  await world.talk()
  expect(await states()).toEqual(['RECEIVED', 'RECEIVED', 'RECEIVED', 'RECEIVED'])
  expect(await sides(PAYMENTS, ofGansu.id)).toMatchObject([
    { statements: [] },
    { statements: expect.arrayContaining([owed.id, back.id]) },
  ])
  expect(await world.proven()).toEqual([])
})
