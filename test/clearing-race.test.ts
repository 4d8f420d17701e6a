import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { createStamp } from '@yibao/schema/ids'
import { collectOnce } from '@yibao/settlement/commands/clearing-collect'
import { verify } from '@yibao/settlement/commands/verify'
import { shippedClearing } from '@yibao/settlement/store/clearing-rules'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  APPEAL,
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  DEDUCT,
  ENTER_ACCOUNT,
  fen,
  HOSPITAL,
  onStatement,
  SECOND_CLERK,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// What several do to one month at the same time, and what became visible or broke off in between.

let world: ClearingWorld
beforeAll(async () => {
  world = await clearingWorld()
})
afterAll(() => world.close())

const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))
const idsOf = (settled: readonly Data[]): string[] => settled.map((one): string => one.id).toSorted()
const settleSome = async (count: number): Promise<Data[]> => {
  const settled: Data[] = []
  for (let i = 0; i < count; i += 1)
    settled.push(await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 800 + i }]))
  return settled
}

test('a settlement that becomes visible after its month was declared goes to the next run, marked with its own month', async () => {
  const person = await world.addPatient()
  await world.settle(person, [{ code: CLASS_A, price: 800 }])
  const holder = await world.admin.connect()
  await holder.query('begin')
  await holder.query('select from settlement.person where insured_id = $1 for update', [person.insuredId])
  const hangs = world.settle(person, [{ code: CLASS_A, price: 900 }])
  await expect.poll(async () => (await blocked()) > 0, { interval: 10 }).toBe(true)
  world.at('2026-12-02T09:00:00+08:00')
  await world.reconcile()
  const first = await world.declare('2026-11')
  await holder.query('commit')
  holder.release()
  const late = await hangs
  expect(first.statements).toMatchObject([{ settlements: 1, late: 0 }])
  await world.reconcile()
  world.at('2027-01-03T09:00:00+08:00')
  const { statements } = await world.declare('2026-12')
  expect(statements).toMatchObject([{ month: '2026-12', settlements: 1, late: 1 }])
  expect(await world.items(statements[0].id)).toMatchObject([
    { month: '2026-11', late: true, settlement: { id: late.id }, fundPart: late.fundTotal },
  ])
})

const blocked = async (): Promise<number> =>
  (
    await world.admin.query(
      `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'settlement.person'`,
    )
  ).rowCount ?? 0

test('a month declared many times at once is declared once; the same request gets the same answer', async () => {
  const settled = await settleSome(3)
  await world.reconcile()
  world.at('2027-02-02T09:00:00+08:00')
  const id = randomUUID()
  const same = await times(4, () => world.declare('2027-01', HOSPITAL, null, id))
  expect(new Set(same.filter((one) => one.id !== undefined).map((one) => one.id)).size).toBe(1)
  const others = await times(6, (i) => world.declare('2027-01', i % 2 === 0 ? HOSPITAL : CLERK, HOSPITAL))
  for (const one of others) expect(['DECLARED_TODAY', 'NOTHING_TO_DECLARE', 'BUSY']).toContain(one.code)
  const [statement] = await world.statements(HOSPITAL, { month: '2027-01' })
  expect(statement).toMatchObject({ state: 'DECLARED', settlements: 3 })
  const items = await world.items(statement.id)
  expect(idsOf(items.map((one) => one.settlement))).toEqual(idsOf(settled))
})

test('deductions made at once never pass the fund part, and appeals and a confirmation at once leave nothing open', async () => {
  const [statement] = await world.statements(CLERK, { month: '2027-01' })
  const of = { statement: statement.id }
  await world.ask(CLERK, onStatement('startCheck'), of)
  const [item] = await world.items(statement.id)
  const amount = (Number(item.fundPart) * 0.4).toFixed(2)
  const input = { ...of, settlement: item.settlement.id, amount, reason: 'OVERCHARGED', words: '超标准' }
  const made = await times(6, (i) => world.ask(i % 2 === 0 ? CLERK : SECOND_CLERK, DEDUCT, { input }))
  const kept = made.filter((one) => one.amount === amount)
  expect(kept).toHaveLength(2)
  expect(made.filter((one) => one.code === 'ABOVE_FUND_PART')).toHaveLength(4)
  await world.ask(CLERK, onStatement('finishCheck'), of)
  const appeals = kept.map(({ id }) => world.ask(HOSPITAL, APPEAL, { input: { deduction: id, words: '不同意' } }))
  const confirmed = await world.ask(HOSPITAL, onStatement('confirmStatement'), of)
  const appealed = (await Promise.all(appeals)).filter((one) => one.appeal?.state === 'OPEN')
  const { state } = await world.statement(statement.id)
  expect(state).toBe(confirmed.state === 'CONFIRMED' ? 'CONFIRMED' : 'CHECKED')
  if (state === 'CONFIRMED') expect(appealed).toEqual([])
})

test('two batches at once pay a statement once', async () => {
  const [, december] = (await world.statements(CLERK, { state: 'DECLARED' })).toReversed()
  for (const name of ['startCheck', 'finishCheck', 'confirmStatement'])
    await world.ask(CLERK, onStatement(name), { statement: december.id })
  const account = await world.ask(HOSPITAL, ENTER_ACCOUNT, {
    input: { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' },
  })
  for (const name of [CLERK, SECOND_CLERK]) await world.ask(name, CONFIRM_ACCOUNT, { account: account.id })
  const batches = await times(4, () => world.ask(CLERK, BATCH, { input: { statements: [december.id] } }))
  expect(batches.filter((one) => one.number !== undefined)).toHaveLength(1)
  expect(batches.filter((one) => one.code === 'NOT_PAYABLE')).toHaveLength(3)
  expect(fen(batches.find((one) => one.number !== undefined).amount)).toBe(fen(december.transfer))
})

test('collecting that breaks off between two steps goes on where it was, and nothing is in two places', async () => {
  const settled = await settleSome(7)
  await world.reconcile()
  world.at('2027-03-02T09:00:00+08:00')
  // The last settlement in turn cannot be put in, whoever tries: the process dies over it again and again.
  const last = idsOf(settled).at(-1)
  await world.admin.query(`
    create function public.break_off() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$;
    create trigger break_off before insert on settlement.clearing_item for each row
      when (new.settlement_id = '${last}') execute function public.break_off()`)
  const id = randomUUID()
  await expect(world.declare('2027-02', HOSPITAL, null, id)).rejects.toThrow('INTERNAL_SERVER_ERROR')
  const { rows } = await world.admin.query(`select id from settlement.clearing_run where state = 'COLLECTING'`)
  const run = rows[0].id
  const process = {
    db: world.platform.databases.settlement,
    clock: () => world.time.now,
    newId: createStamp(randomUUIDv7),
    clearing: shippedClearing(),
  }
  const steps = async () => {
    for (let step = 0; step < 20; step += 1) if (!(await collectOnce(process, run, 2))) return
  }
  await expect(steps()).rejects.toThrow()
  const [half] = await world.statements(HOSPITAL, { month: '2027-02' })
  expect(half).toMatchObject({ state: 'COLLECTING' })
  expect((await world.items(half.id)).length).toBeLessThan(7)
  await world.admin.query('drop trigger break_off on settlement.clearing_item')
  await steps()
  const answered = await world.declare('2027-02', HOSPITAL, null, id)
  expect(answered.statements).toMatchObject([{ id: half.id, state: 'DECLARED', settlements: 7 }])
  const items = await world.items(half.id)
  expect(idsOf(items.map((one) => one.settlement))).toEqual(idsOf(settled))
})

test('after all of this statements, what is in them, and the ledger agree', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
