import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  DECIDE_RETURN,
  ENTER_ACCOUNT,
  fen,
  HOSPITAL,
  IMPORT_RESULT,
  onStatement,
  OTHER_CLERK,
  OTHER_HOSPITAL,
  POOL,
  resultOf,
  RETURNS,
  SECOND_CLERK,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// A bank says that a transfer was paid, and days later that it came back.

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
  batch = await world.ask(CLERK, BATCH, { input: {} })
  expect(await answer(batch, 'PAID')).toMatchObject({ paid: 1, problems: [] })
})
afterAll(() => world.close())

const answer = (of: Data, state: string, reason = '') =>
  world.ask(CLERK, IMPORT_RESULT, {
    batch: of.id,
    file: resultOf(of.number, [['1', HOSPITAL, of.amount, state, `R-${state}`, reason]]),
  })
const returns = async (who: string, decided: boolean | null = null): Promise<Data[]> =>
  (await world.ask(who, RETURNS, { decided })).edges.map(({ node }: Data) => node)
const decide = (id: string, confirmed: boolean, reason: string, who = CLERK) =>
  world.ask(who, DECIDE_RETURN, { input: { id, confirmed, reason } })
const owed = () => world.held(`payable:institution:${HOSPITAL}`)
const paid = () => world.held(`bank:${POOL}`)
/** What was published or said, by its topic or template. */
const told = async (): Promise<string[]> => {
  const { rows } = await world.admin.query<{ what: string }>(
    `select coalesce(payload ->> 'template', topic || ' ' || (payload ->> 'state')) as what from settlement.outbox
     where topic in ('message.wanted', 'statement.ready') order by id`,
  )
  return rows.map(({ what }) => what)
}

test('a transfer that comes back after it was paid is kept and told to the bureau; nothing moves until staff have decided', async () => {
  expect(await answer(batch, 'REJECTED', '账户已销户')).toMatchObject({
    paid: 0,
    rejected: 0,
    problems: [{ row: 1, code: 'RETURNED' }],
  })
  expect(await answer(batch, 'REJECTED', '账户已销户')).toMatchObject({ repeated: 1, problems: [] })
  expect(await returns(CLERK, false)).toMatchObject([
    { state: 'OPEN', amount: november.transfer, number: 1, bankReason: '账户已销户', batch: batch.id, decidedBy: null },
  ])
  expect(await returns(HOSPITAL)).toHaveLength(1)
  expect(await returns(OTHER_HOSPITAL)).toEqual([])
  expect(await returns(OTHER_CLERK)).toEqual([])
  expect(await world.statement(november.id)).toMatchObject({ state: 'PAID' })
  expect([await owed(), await paid()]).toEqual(['0.00', november.transfer])
  expect((await told()).at(-1)).toBe('payment.return-reported')
})

test('a return is decided by the bureau that paid, once and with a reason; dismissed, the payment stands', async () => {
  const [open] = await returns(CLERK, false)
  expect(await decide(open?.id, true, ' ')).toMatchObject({ problems: [{ path: 'input.reason' }] })
  expect(await decide(open?.id, true, '核实', OTHER_CLERK)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await decide('nothing', true, '核实')).toMatchObject({ code: 'NOT_FOUND' })
  const dismissed = await decide(open?.id, false, '银行更正：并未退款')
  expect(dismissed).toMatchObject({ state: 'DISMISSED', reason: '银行更正：并未退款' })
  expect(dismissed.decidedBy).toContain(CLERK)
  expect(await decide(open?.id, true, '再看')).toMatchObject({ code: 'DECIDED_ALREADY' })
  expect([await owed(), await paid()]).toEqual(['0.00', november.transfer])
})

test('confirmed at once by two, it is taken back once by a linked entry, owed again to the fen, and the institution is told', async () => {
  world.at('2026-12-10T09:00:00+08:00')
  expect(await answer(batch, 'REJECTED', '账户已销户')).toMatchObject({ problems: [{ code: 'RETURNED' }] })
  const [open] = await returns(CLERK, false)
  const both = await Promise.all([CLERK, SECOND_CLERK].map((who) => decide(open?.id, true, '银行出具退款凭证', who)))
  expect(both.map((one) => String(one.state ?? one.code)).toSorted()).toEqual(['CONFIRMED', 'DECIDED_ALREADY'])
  expect([await owed(), await paid(), await world.held(`transit:${POOL}`)]).toEqual([november.transfer, '0.00', '0.00'])
  expect(await world.statement(november.id)).toMatchObject({ state: 'CONFIRMED', transfer: november.transfer })
  const { rows } = await world.admin.query(
    `select e.account, e.amount::text from settlement.clearing_posting p
     join settlement.ledger_entry e on e.group_id = p.group_id
     join settlement.payment_return t on t.id = p.source where p.kind = 'RETURNED' order by 1`,
  )
  const amount = fen(november.transfer)
  expect(rows).toEqual([
    { account: `bank:${POOL}`, amount: String(-amount) },
    { account: `payable:institution:${HOSPITAL}`, amount: String(amount) },
  ])
  expect((await told()).slice(-2)).toEqual(['statement.ready CONFIRMED', 'statement.returned'])
  // The same files once more: what came back is not paid by the old one.
  expect(await answer(batch, 'REJECTED', '账户已销户')).toMatchObject({ repeated: 1 })
  expect(await answer(batch, 'PAID')).toMatchObject({ paid: 0, problems: [{ code: 'CONTRADICTS' }] })
})

test('what came back goes into the next file, and is paid once', async () => {
  const again = await world.ask(CLERK, BATCH, { input: {} })
  expect(again).toMatchObject({ rows: 1, amount: november.transfer })
  expect(await answer(again, 'PAID')).toMatchObject({ paid: 1 })
  expect(await world.statement(november.id)).toMatchObject({ state: 'PAID' })
  expect([await owed(), await paid()]).toEqual(['0.00', november.transfer])
})

test('what the bank gave back, what was decided, and the ledger agree; changed behind the platform’s back it is found', async () => {
  const mismatches = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches
  expect(await mismatches()).toEqual([])
  await world.admin.query(`update settlement.payment_return set amount = amount + 1 where state = 'CONFIRMED'`)
  expect((await mismatches()).length).toBeGreaterThan(0)
})
