import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  GANSU,
  NINGBO,
  NINGBO_CLERK,
  openAwayWorld,
  PAYABLE,
  RECEIVABLE,
  ZHEJIANG,
  type AwayWorld,
} from './away-world.ts'
import { expectFound } from './behind-back.ts'
import { DEDUCT, fen, onStatement, total } from './clearing-world.ts'
import { POOL_CLERK } from './province-money.ts'
import { expectPutAway, movingIn } from './put-away.ts'
import { bill, CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// What one province owes the other for a month is declared line by line, agreed to, settled in one payment of both
// directions, and both platforms come to the same to the fen.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const REJECTION = '__typename ... on Rejection { code problems { path code } }'
const LINE = 'item kind amount disputed'
const STATEMENT = `... on NetStatement { id province side month state count amount dueOn isOverdue disputes { ${LINE} } history { state by } }`
const PAYMENT = '... on NetPayment { id province isPayer isReceived amount bankReference statements }'
const write = (name: string, args: string, given: string, answer = STATEMENT) =>
  `mutation ($requestId: ID!, ${args}) { ${name}(requestId: $requestId, ${given}) { ${answer} ${REJECTION} } }`
const DECLARE = write('declareNet', '$province: String!, $month: String!', 'province: $province, month: $month')
const DISPUTE = write(
  'disputeNetLines',
  '$statement: ID!, $items: [ID!]!, $words: String!',
  'statement: $statement, items: $items, words: $words',
)
const CONFIRM = write('confirmNet', '$statement: ID!', 'statement: $statement')
const PAY = write(
  'payNet',
  '$province: String!, $statements: [ID!]!, $amount: Money!, $bankReference: String!, $paidOn: Date!',
  'province: $province, statements: $statements, amount: $amount, bankReference: $bankReference, paidOn: $paidOn',
  PAYMENT,
)
const RECEIVE = write('receiveNet', '$payment: ID!, $amount: Money!', 'payment: $payment, amount: $amount', PAYMENT)
const connection = (name: string, type: string, node: string, args: string, given: string) =>
  `query (${args}, $first: Int, $after: String) { ${name}(${given}, first: $first, after: $after) {
    ... on ${type}Connection { edges { node { ${node} } } pageInfo { hasNextPage endCursor } } ${REJECTION} } }`
const LIST = connection(
  'netStatements',
  'NetStatement',
  'id province side month state count amount dueOn disputes { item } history { state }',
  '$month: String, $side: NetSide, $state: NetStatementState, $province: String',
  'month: $month, side: $side, state: $state, province: $province',
)
const ITEMS = connection('netItems', 'NetItem', LINE, '$statement: ID!', 'statement: $statement')
const PAYMENTS = connection(
  'netPayments',
  'NetPayment',
  'id amount isPayer isReceived statements',
  '$province: String',
  'province: $province',
)

const nodes = (found: Data): Data[] => found.edges.map(({ node }: Data) => node)
const pick = ({ id, month, state, count, amount, dueOn }: Data) => ({ id, month, state, count, amount, dueOn })
/** A statement as both platforms have it, which is the same. */
async function both(id: string): Promise<Data> {
  const one = (found: Data) => nodes(found).find((each) => each.id === id)
  const there = one(await world.atPlace(LIST, { first: 100 }))
  const here = one(await world.atHome(LIST, { first: 100 }))
  expect(pick(here)).toEqual(pick(there))
  const lines = async (at: typeof world.atPlace) => nodes(await at(ITEMS, { statement: id, first: 100 }))
  const items = await lines(world.atPlace)
  expect((await lines(world.atHome)).map(({ item, amount }) => [item, amount])).toEqual(
    items.map(({ item, amount }) => [item, amount]),
  )
  expect(total(items.map((each) => each.amount))).toBe(fen(there.amount))
  return { ...there, items }
}
const settled = async (price: number): Promise<Data> => {
  const answer = await world.settle(await world.filedPerson(), price)
  expect(answer).toMatchObject({ __typename: 'Settlement' })
  return answer
}
const yuan = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`
const paying = (statements: readonly string[], amount: string, province = ZHEJIANG) => ({
  province,
  statements,
  amount,
  bankReference: 'N-1',
  paidOn: '2026-12-03',
})

let november: Data
let disputed: string

test('a month is declared with every bill, reversal and deduction, and both platforms have the same lines', async () => {
  const bills = [await settled(10_000), await settled(4000)]
  await world.reverse((await settled(3000)).id)
  await world.clearing.reconcile(NINGBO)
  expect(await world.atPlace(DECLARE, { province: GANSU, month: '2026-11' })).toMatchObject({ code: 'PERIOD_NOT_OVER' })
  world.at('2026-12-02T09:00:00+08:00')
  const { statements } = await world.clearing.declare('2026-11', NINGBO)
  const of = { statement: statements[0].id }
  await world.clearing.ask(NINGBO_CLERK, onStatement('startCheck'), of)
  const input = { ...of, settlement: bills[0]?.id, amount: '100.00', reason: 'OVERCHARGED', words: '重复收费' }
  await world.clearing.ask(NINGBO_CLERK, DEDUCT, { input })
  // Of December, and of no statement of November: settled, and deducted.
  await settled(2000)

  november = await world.atPlace(DECLARE, { province: GANSU, month: '2026-11' })
  // 8,915.00 and 3,515.00 are owed; what was taken back comes to nothing.
  expect(november).toMatchObject({ side: 'PLACE', state: 'DECLARED', count: 4, amount: '12430.00', dueOn: null })
  await world.talk()
  const { items } = await both(november.id)
  expect(items.map((one: Data) => one.kind).toSorted()).toEqual(['BILL', 'BILL', 'BILL', 'REVERSAL'])
  expect(items.map((one: Data) => one.disputed)).toEqual([null, null, null, null])
  expect(await world.atPlace(DECLARE, { province: GANSU, month: '2026-11' })).toMatchObject({
    code: 'NOTHING_TO_DECLARE',
  })
  expect(await world.proven()).toEqual([])
})

test('a disputed line leaves the statement on both sides with its reason, and may be declared again', async () => {
  const statement = november.id
  const items = nodes(await world.atHome(ITEMS, { statement }))
  disputed = items.find((one) => one.amount === '3515.00')?.item
  expect(await world.atPlace(CONFIRM, { statement })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.atHome(DISPUTE, { statement, items: [randomUUID()], words: '有误' })).toMatchObject({
    code: 'NOT_IN_STATEMENT',
  })
  await world.atHome(DISPUTE, { statement, items: [disputed], words: '患者称未住院' })
  const confirmed = await world.atHome(CONFIRM, { statement })
  expect(confirmed).toMatchObject({ state: 'CONFIRMED', count: 3, amount: '8915.00', dueOn: '2026-12-23' })
  expect(await world.atHome(CONFIRM, { statement })).toMatchObject({ code: 'WRONG_STATE' })
  await world.talk()
  expect(await both(statement)).toMatchObject({ state: 'CONFIRMED', amount: '8915.00' })
  const [there] = nodes(await world.atPlace(LIST, { month: '2026-11' }))
  expect(there?.disputes).toEqual([{ item: disputed }])
  expect(await world.proven()).toEqual([])
})

/** Somebody of Hangzhou has an emergency in Gansu. */
async function treatedInGansu(price: number): Promise<Data> {
  const person = await world.place.addPerson({
    enrolments: [{ pool: '330100', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: '330100', current: 500 },
  })
  const query = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) {
    __typename ... on Settlement { id fundTotal account } ... on Rejection { code message { en } problems { path code } } } }`
  const begin = '2026-11-28T09:00:00+08:00'
  const lines = [{ code: CLASS_A, price, quantity: 1, time: begin }]
  const input = {
    ...bill({ careType: '21', emergency: true, begin, end: '2026-11-30T09:30:00+08:00', lines }),
    credential: { kind: 'IDENTITY_CARD', value: person.identityNumber },
    insuredPool: '330100',
  }
  return (await world.home.as('H62990000001', query, { requestId: randomUUID(), input })).settle
}

test('statements of both directions are settled by one payment of what is left, and nothing of them is owed any more', async () => {
  world.at('2026-11-30T20:00:00+08:00')
  const other = await treatedInGansu(3000)
  expect(other, JSON.stringify(other)).toMatchObject({ __typename: 'Settlement' })
  world.at('2026-12-03T09:00:00+08:00')
  const back = await world.atHome(DECLARE, { province: ZHEJIANG, month: '2026-11' })
  expect(back).toMatchObject({ side: 'PLACE', count: 1 })
  await world.talk()
  await world.atPlace(CONFIRM, { statement: back.id })
  await world.talk()
  const net = yuan(fen('8915.00') - fen(back.amount))
  const ids = [november.id, back.id]
  expect(await world.atPlace(PAY, paying(ids, net, GANSU))).toMatchObject({ code: 'AMOUNT_DIFFERS' })
  expect(await world.atHome(PAY, paying(ids, '1.00'))).toMatchObject({ code: 'AMOUNT_DIFFERS' })
  const moving = async () => (await movingIn(world.home.platform.databases.settlement, '2026-11'))['PROVINCE'] ?? 0
  const before = await moving()
  const payment = await world.atHome(PAY, paying(ids, net))
  expect(payment).toMatchObject({ isPayer: true, isReceived: false, amount: net })
  expect(await world.atHome(PAY, paying(ids, net))).toMatchObject({ code: 'WRONG_STATE' })
  await world.talk()
  expect(await world.atPlace(RECEIVE, { payment: payment.id, amount: '0.01' })).toMatchObject({
    code: 'AMOUNT_DIFFERS',
  })
  expect(await world.atPlace(RECEIVE, { payment: payment.id, amount: net })).toMatchObject({ isReceived: true })
  await world.talk()
  for (const id of ids) expect(await both(id)).toMatchObject({ state: 'RECEIVED' })
  expect(await moving()).toBeLessThan(before)
  expect(nodes(await world.atHome(PAYMENTS))).toMatchObject([{ amount: net, isPayer: true, isReceived: true }])
  expect(nodes(await world.atPlace(PAYMENTS))).toMatchObject([{ amount: net, isPayer: false, isReceived: true }])
  expect(await world.held(world.home, 'bank:629900')).toBe(net)
  expect(await world.held(world.place, 'bank:339900')).toBe(`-${net}`)
  // Left is the disputed bill, that of December, and the deduction of December.
  const left = yuan(fen('3515.00') + fen('1715.00') - fen('100.00'))
  expect(await world.held(world.home, PAYABLE)).toBe(left)
  expect(await world.held(world.place, RECEIVABLE)).toBe(`-${left}`)
  expect(await world.held(world.home, 'receivable:province:629900:33')).toBe('0.00')
  expect(await world.held(world.place, 'payable:province:330100:62')).toBe('0.00')
  expect(await world.proven()).toEqual([])
})

test('closed while hospitals settle, every line stands in one statement on either side, that of its month or a later one', async () => {
  world.at('2026-12-31T23:00:00+08:00')
  const people = await Promise.all(Array.from({ length: 6 }, () => world.filedPerson()))
  await Promise.all(people.slice(0, 3).map((one) => world.settle(one, 900)))
  world.at('2027-01-04T09:00:00+08:00')
  const declare = () => world.atPlace(DECLARE, { province: GANSU, month: '2026-12' })
  const [first, second] = await Promise.all([
    declare(),
    declare(),
    ...people.slice(3).map((one) => world.settle(one, 800)),
  ])
  const made = [first, second].filter((one) => one?.__typename === 'NetStatement')
  expect(made).toHaveLength(1)
  const [{ id }] = made as [Data]
  await world.talk()
  // The disputed bill and that of December, the deduction, and three of the last evening; those of January wait.
  const { items } = await both(id)
  expect(items).toHaveLength(6)
  expect(items.map((one: Data) => one.item)).toContain(disputed)
  // The same again, as if no answer had come: nothing changes.
  await world.place.admin.query('update settlement.province_message set answered_at = null, next_at = at')
  await world.talk()
  expect((await both(id)).items).toEqual(items)
  await world.atHome(CONFIRM, { statement: id })
  await world.talk()
  expect(await both(id)).toMatchObject({ state: 'CONFIRMED', count: 6 })
  world.at('2027-02-02T09:00:00+08:00')
  const january = await world.atPlace(DECLARE, { province: GANSU, month: '2027-01' })
  expect(january).toMatchObject({ count: 3 })
  await world.talk()
  expect(await world.proven()).toEqual([])
})

const billOf = (item: string, amount: string) => ({ item, kind: 'BILL', bill: item, amount })

test('what home has otherwise, or not at all, is disputed by rule with what it is here', async () => {
  const [{ id }] = nodes(await world.atHome(LIST, { month: '2027-01', side: 'HOME' })) as [Data]
  expect(await world.atHome(CONFIRM, { statement: id })).toMatchObject({ state: 'CONFIRMED', count: 3 })
  const say = (message: object) =>
    world.home.platform.subgraphs
      .find((one) => one.name === 'settlement')
      ?.internal?.('exchange.netting', { province: ZHEJIANG, message }, 'trace') as Promise<Data>
  const made = randomUUID()
  const [known] = nodes(await world.atHome(ITEMS, { statement: id })) as [Data]
  const lines = [billOf(randomUUID(), '10.00'), billOf(known.item, known.amount)]
  expect(await say({ step: 'DECLARED', id: made, count: 2, amount: '10.00' })).toMatchObject({ state: 'LATER' })
  await say({ step: 'LINES', id: made, month: '2027-01', lines })
  expect(await say({ step: 'DECLARED', id: made, count: 2, amount: '11.00' })).toMatchObject({
    rejection: { code: 'NET_DIFFERS' },
  })
  const amount = String(Number(known.amount) + 10)
    .concat('.00')
    .replace('.00.00', '.00')
  const all = await say({ step: 'DECLARED', id: made, count: 2, amount })
  expect(all).toMatchObject({ state: 'TAKEN' })
  const confirmed = await world.atHome(CONFIRM, { statement: made })
  expect(confirmed).toMatchObject({ state: 'CONFIRMED', count: 0, amount: '0.00' })
  expect(confirmed.disputes.map((one: Data) => one.disputed).toSorted()).toEqual([
    expect.stringContaining('another statement'),
    expect.stringContaining('no such record'),
  ])
  expect(await say({ step: 'LINES', id, month: '2027-01', lines })).toMatchObject({ state: 'TAKEN' })
  expect(await world.proven()).toEqual([])
})

test('the bureau of the province itself clears with others; its lists are its own and auditors’', async () => {
  expect(await world.atHome(DECLARE, { province: ZHEJIANG, month: '2026-11' }, POOL_CLERK)).toMatchObject({
    code: 'NOT_THE_PROVINCE',
  })
  expect(nodes(await world.atHome(LIST, {}, POOL_CLERK))).toEqual([])
  expect(nodes(await world.atHome(PAYMENTS, {}, POOL_CLERK))).toEqual([])
  expect(await world.atHome(ITEMS, { statement: november.id }, POOL_CLERK)).toMatchObject({ code: 'NOT_FOUND' })
  const all = nodes(await world.atHome(LIST, { first: 100 }, 'auditor'))
  const page = await world.atHome(LIST, { first: 2 })
  expect(nodes(await world.atHome(LIST, { first: 2, after: page.pageInfo.endCursor }))).toEqual(all.slice(2, 4))
  expect(nodes(await world.atHome(LIST, { side: 'PLACE', state: 'RECEIVED', province: ZHEJIANG }))).toHaveLength(1)
  expect(await world.atHome(LIST, { month: 'x', province: 'y' })).toMatchObject({
    problems: [{ path: 'province' }, { path: 'month' }],
  })
})

test('a line, an amount, a step or a posting changed behind the platform’s back is found', async () => {
  const changes = [
    ['update settlement.net_item set amount = amount + $1::int where amount > 300000', 'settlement.net_statement'],
    ['update settlement.net_statement set amount = amount + $1::int where amount > 300000', 'settlement.net_payment'],
    [
      `update settlement.ledger_entry set amount = amount + $1::int where account = 'bank:629900'`,
      'settlement.clearing_posting',
    ],
  ] as const
  await expectFound(world.home, changes, world.proven)
  expect(await world.proven()).toEqual([])
  for (const { platform } of [world.home, world.place]) await expectPutAway(platform.databases.settlement, '2027-01')
})
