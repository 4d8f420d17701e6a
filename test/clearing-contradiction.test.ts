import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  DECIDE_RETURN,
  ENTER_ACCOUNT,
  HOSPITAL,
  IMPORT_RESULT,
  onStatement,
  POOL,
  resultOf,
  RETURNS,
  SECOND_CLERK,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// A bank answers one transfer in two ways: in one file, or in a later one. What it was to pay is sent once.

let world: ClearingWorld
let november: Data
let batch: Data
beforeAll(async () => {
  world = await clearingWorld()
  await world.settle(await world.addPatient(200), [{ code: CLASS_A, price: 1200.07 }])
  await world.reconcile()
  world.at('2026-12-02T09:00:00+08:00')
  ;[november] = (await world.declare('2026-11')).statements
  for (const [name, who] of [
    ['startCheck', CLERK],
    ['finishCheck', CLERK],
    ['confirmStatement', HOSPITAL],
  ] as const)
    november = await world.ask(who, onStatement(name), { statement: november.id })
  const input = { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  const account = await world.ask(HOSPITAL, ENTER_ACCOUNT, { input })
  for (const who of [CLERK, SECOND_CLERK]) await world.ask(who, CONFIRM_ACCOUNT, { account: account.id })
  batch = await newBatch()
})
afterAll(() => world.close())
afterEach(async () => expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([]))

const newBatch = (input: object = {}) => world.ask(CLERK, BATCH, { input })
type State = 'PAID' | 'REJECTED'
/** What the bank says of the one row of a batch, in one file. */
const answer = (of: Data, ...states: readonly State[]) => {
  const row = (state: State) => ['1', HOSPITAL, of.amount, state, `R-${state}`, state === 'PAID' ? '' : '账号户名不符']
  return world.ask(CLERK, IMPORT_RESULT, { batch: of.id, file: resultOf(of.number, states.map(row)) })
}
const waiting = async (): Promise<Data[]> =>
  (await world.ask(CLERK, RETURNS, { decided: false })).edges.map(({ node }: Data) => node)
const decide = (id: string, confirmed: boolean) =>
  world.ask(CLERK, DECIDE_RETURN, { input: { id, confirmed, reason: '已与银行核实' } })
/** Decides what waits of a batch. */
const decideOf = async (of: Data, confirmed: boolean) => {
  const found = (await waiting()).find((one) => one.batch === of.id)
  return decide(found?.id, confirmed)
}
const stateOf = async () => (await world.statement(november.id)).state
/** What is owed to the hospital, is with the bank, and was paid. */
const money = async () => [
  await world.held(`payable:institution:${HOSPITAL}`),
  await world.held(`transit:${POOL}`),
  await world.held(`bank:${POOL}`),
]
const contradicts = (...lines: number[]) => lines.map((line) => ({ line, row: 1, code: 'CONTRADICTS' }))

test.each<readonly State[]>([
  ['REJECTED', 'PAID'],
  ['PAID', 'REJECTED'],
  ['REJECTED', 'PAID', 'REJECTED'],
])('a row one file answers in two ways is left as it is, in whatever order: %s %s', async (...states) => {
  expect(await answer(batch, ...states)).toMatchObject({
    paid: 0,
    rejected: 0,
    repeated: 0,
    problems: contradicts(...states.map((_, i) => i + 2)),
  })
  expect(await stateOf()).toBe('PAYING')
  expect(await money()).toEqual(['0.00', batch.amount, '0.00'])
  expect(await newBatch()).toMatchObject({ code: 'NOTHING_TO_PAY' })
})

test('what a later file says was paid after it was rejected is in no batch until staff have decided; dismissed, it is', async () => {
  expect(await answer(batch, 'REJECTED')).toMatchObject({ rejected: 1, problems: [] })
  expect(await answer(batch, 'PAID')).toMatchObject({ paid: 0, problems: [{ code: 'PAID_AFTER_REJECTED' }] })
  expect(await answer(batch, 'PAID')).toMatchObject({ paid: 0, repeated: 1, problems: [] })
  expect(await waiting()).toMatchObject([{ kind: 'PAID_AFTER_ALL', amount: batch.amount, bankReason: '账号户名不符' }])
  expect(await newBatch()).toMatchObject({ code: 'NOTHING_TO_PAY' })
  expect(await newBatch({ statements: [november.id] })).toMatchObject({ code: 'NOT_PAYABLE' })
  expect(await money()).toEqual([november.transfer, '0.00', '0.00'])
  const { rows } = await world.admin.query(
    `select payload #>> '{to,pool}' as pool from settlement.outbox where payload ->> 'template' = 'payment.paid-reported'`,
  )
  expect(rows).toEqual([{ pool: POOL }])
  expect(await decideOf(batch, false)).toMatchObject({ state: 'DISMISSED' })
  batch = await newBatch()
  expect(batch).toMatchObject({ rows: 1, amount: november.transfer })
})

test('confirmed, it was paid: once, by two who confirm at once, and never sent again', async () => {
  await answer(batch, 'REJECTED')
  await answer(batch, 'PAID')
  const [open] = await waiting()
  const both = await Promise.all([decide(open?.id, true), decide(open?.id, true)])
  expect(both.map(({ state, code }) => String(state ?? code)).toSorted()).toEqual(['CONFIRMED', 'DECIDED_ALREADY'])
  expect(await stateOf()).toBe('PAID')
  expect(await money()).toEqual(['0.00', '0.00', november.transfer])
  expect(await newBatch()).toMatchObject({ code: 'NOTHING_TO_PAY' })
  expect(await answer(batch, 'PAID')).toMatchObject({ repeated: 1, problems: [] })
})

test('what was paid after all and comes back is decided as any other, and goes into the next batch', async () => {
  expect(await answer(batch, 'REJECTED')).toMatchObject({ problems: [{ code: 'RETURNED' }] })
  expect(await decideOf(batch, true)).toMatchObject({ kind: 'CAME_BACK', state: 'CONFIRMED' })
  expect(await money()).toEqual([november.transfer, '0.00', '0.00'])
  batch = await newBatch()
  expect(batch).toMatchObject({ rows: 1, amount: november.transfer })
})

test('what another batch has by then is not confirmed as paid until that transfer was rejected or came back', async () => {
  await answer(batch, 'REJECTED')
  const second = await newBatch()
  expect(await answer(batch, 'PAID')).toMatchObject({ problems: [{ code: 'PAID_AFTER_REJECTED' }] })
  expect(await decideOf(batch, true)).toMatchObject({ code: 'PAID_BY_ANOTHER' })
  expect(await answer(second, 'PAID')).toMatchObject({ paid: 1 })
  expect(await decideOf(batch, true)).toMatchObject({ code: 'PAID_BY_ANOTHER' })
  expect(await answer(second, 'REJECTED')).toMatchObject({ problems: [{ code: 'RETURNED' }] })
  expect(await decideOf(second, true)).toMatchObject({ state: 'CONFIRMED' })
  expect([await stateOf(), await newBatch()]).toMatchObject(['CONFIRMED', { code: 'NOTHING_TO_PAY' }])
  expect(await decideOf(batch, true)).toMatchObject({ state: 'CONFIRMED' })
  expect(await stateOf()).toBe('PAID')
  expect(await money()).toEqual(['0.00', '0.00', november.transfer])
})

test('a decision changed behind the platform’s back is found', async () => {
  const change = (to: string) =>
    world.admin.query(
      `update settlement.payment_return set amount = amount + ${to} where kind = 'PAID_AFTER_ALL' and state = 'CONFIRMED'`,
    )
  await change('1')
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches.length).toBeGreaterThan(0)
  await change('-1')
})
