import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectFound, mismatchesOf } from './behind-back.ts'
import { SCORE } from './clearing-world.ts'
import { CONFIRM, DISPUTE, PAY, poolClearingOf, RECEIVE, WITHDRAW } from './pool-clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import { openWorld, type Data, type World } from './world.ts'

// Declarations between pools in lists, by id, in the books and in messages, and what a verification finds of them.

const [HOME, AWAY] = ['629900', '620100']
const [HOME_CLERK, AWAY_CLERK] = ['clerk-629900', 'clerk-620100']
const HOSPITAL = 'H62010000001'
const NOBODYS_CLERK = 'clerk-620200'
const DUE = `due:${HOME}:${AWAY}`

let world: World & ReturnType<typeof poolClearingOf>
beforeAll(async () => {
  const opened = await openWorld()
  world = { ...opened, ...poolClearingOf(opened) }
  const monthly = await world.confirmAway(HOSPITAL, { home: HOME, clerk: AWAY_CLERK, month: '2026-11' })
  const first = (await world.declareTo(AWAY_CLERK, HOME, '2026-11')).statements[0].id
  await world.ask(HOME_CLERK, DISPUTE, { statement: first, reason: '有误', statements: [monthly.id] })
  await world.ask(AWAY_CLERK, WITHDRAW, { statement: first })
  world.at('2026-12-03T10:00:00+08:00')
  const [{ id: statement, amount }] = (await world.declareTo(AWAY_CLERK, HOME, '2026-11')).statements
  await world.ask(HOME_CLERK, CONFIRM, { statement })
  await world.ask(HOME_CLERK, PAY, { statement, bankReference: 'P1', paidOn: '2026-12-03' })
  await world.ask(AWAY_CLERK, RECEIVE, { statement, amount })
  await world.confirmAway(HOSPITAL, { home: HOME, clerk: AWAY_CLERK, month: '2026-12' })
  expect(await world.declareTo(AWAY_CLERK, HOME, '2026-12')).toMatchObject({ statements: [{ statements: 1 }] })
})
afterAll(() => world.close())

const verified = () => mismatchesOf(world)

test('lists and books are for the two pools and auditors; what is late to be paid is found', async () => {
  const { edges } = await world.poolStatements(AWAY_CLERK, { other: HOME })
  expect(edges.map(({ node }: Data) => node.state)).toEqual(['DECLARED', 'RECEIVED', 'WITHDRAWN'])
  const [
    {
      node: { id },
    },
  ] = edges
  const page = await world.poolStatements(HOME_CLERK, { first: 2 })
  expect((await world.poolStatements(HOME_CLERK, { first: 2, after: page.pageInfo.endCursor })).edges).toHaveLength(1)
  expect((await world.poolStatements('auditor', { month: '2026-12' })).edges).toHaveLength(1)
  expect((await world.poolStatements(NOBODYS_CLERK)).edges).toEqual([])
  expect(await world.poolStatement(NOBODYS_CLERK, id)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.poolItems(NOBODYS_CLERK, id)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.poolStatements(HOME_CLERK, { other: 'x', month: '2026' })).toMatchObject({
    problems: [{ path: 'other' }, { path: 'month' }],
  })
  expect((await world.poolStatements(HOME_CLERK, { overdue: true })).edges).toEqual([])
  world.at('2027-06-01T09:00:00+08:00')
  expect((await world.poolStatements(HOME_CLERK, { overdue: true })).edges).toMatchObject([{ node: { id } }])
  expect(await world.poolStatement(HOME_CLERK, id)).toMatchObject({ isOverdue: true })
  expect(await world.askBooks('auditor', { other: HOME })).toMatchObject({ code: 'INVALID_INPUT' })
  expect(await world.askBooks('auditor', { other: HOME, pool: AWAY })).toMatchObject({
    directions: [{ agree: true }, { agree: true }],
  })
})

test('both bureaus are told of every step', async () => {
  const { rows } = await world.admin.query<{ template: string; pool: string }>(
    `select payload ->> 'template' as template, payload #>> '{to,pool}' as pool from settlement.outbox
     where topic = 'message.wanted' and payload ->> 'template' like 'pool-statement.%' order by id`,
  )
  const told = Map.groupBy(rows, (one) => one.pool)
  expect(told.get(HOME)?.map((one) => one.template)).toEqual(told.get(AWAY)?.map((one) => one.template))
  expect([...new Set(rows.map((one) => one.template.slice(15)))]).toEqual([
    'declared',
    'disputed',
    'withdrawn',
    'confirmed',
    'paid',
    'received',
  ])
})

test('what is changed behind the platform’s back is found: an amount between pools, a posting, a state', async () => {
  const changes = [
    [
      `update settlement.pool_statement_item set amount = amount + $1 where creditor = '${AWAY}'`,
      'settlement.pool_statement',
    ],
    [`update settlement.ledger_entry set amount = amount + $1 where account = '${DUE}'`, 'settlement.ledger_entry'],
    [
      `update settlement.clearing_posting set amount = amount, pool = case $1::int when 1 then '${AWAY}' else '${HOME}' end
      where kind = 'POOL_PAID'`,
      'settlement.clearing_posting',
    ],
    [
      `update settlement.pool_statement_step set state = case $1::int when 1 then 'PAID' else 'RECEIVED' end
      where state = case $1::int when 1 then 'RECEIVED' else 'PAID' end and number = 4`,
      'settlement.pool_statement_step',
    ],
  ] as const
  await expectFound(world, changes, verified)
  expect(await verified()).toEqual([])
})

test('the deposit of a statement between pools goes back by the score of the bureau that keeps it', async () => {
  world.letIn({ kind: 'staff', login: 'second-620100', label: '复核 second clerk', pool: AWAY })
  const kept = await world.held(`deposit:institution:${HOSPITAL}:${AWAY}`)
  const score = { institution: HOSPITAL, year: '2026', score: '96' }
  expect(await world.ask(HOME_CLERK, SCORE, { input: score })).toMatchObject({ code: 'NOTHING_KEPT' })
  expect(await world.ask(AWAY_CLERK, SCORE, { input: score })).toMatchObject({ kept, amount: kept, state: 'OPEN' })
  await world.payHospital(HOSPITAL, [AWAY_CLERK, 'second-620100'])
  for (const account of [`deposit:institution:${HOSPITAL}:${AWAY}`, `payable:institution:${HOSPITAL}`]) {
    expect(await world.held(account), account).toBe('0.00')
  }
  expect(await world.askBooks(HOME_CLERK, { other: AWAY })).toMatchObject({
    directions: [{ agree: true }, { agree: true }],
  })
  expect(await verified()).toEqual([])
})

test('staff declare what their own bureau clears; where the person is insured, nobody does', async () => {
  world.at('2027-08-10T10:00:00+08:00')
  const patient = await world.addPatient(0, HOME)
  const begin = '2027-08-09T08:00:00+08:00'
  await world.settle(patient, [{ code: CLASS_A, price: 9000 }], { careType: '21', begin }, HOSPITAL)
  await world.reconcile(HOSPITAL)
  world.at('2027-09-02T10:00:00+08:00')
  expect(await world.declare('2027-08', HOME_CLERK, HOSPITAL)).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
  expect((await world.declare('2027-08', AWAY_CLERK, HOSPITAL)).statements).toMatchObject([
    { pool: AWAY, insuredPool: HOME, settlements: 1 },
  ])
})
