import { healAway } from '@yibao/settlement/commands/settle-away'
import { countLimits } from '@yibao/settlement/commands/province-limit'
import { countBudget } from '@yibao/settlement/store/province-budget'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, NINGBO, openAwayWorld, type AwayWorld } from './away-world.ts'
import { WITHDRAW_DEDUCTION } from './clearing-world.ts'
import { openProxy } from './exchange-proxy.ts'
import { saying } from './partner-world.ts'
import { clearingBetween, known } from './province-limited.ts'
import { introduce } from './two-provinces.ts'
import { OUTCOME } from './world-queries.ts'
import type { Data } from './world.ts'

// A limit comes into force beside bills and withdrawals that are under way: each of them is counted.

let world: AwayWorld
let between: ReturnType<typeof clearingBetween>
beforeAll(async () => {
  world = await openAwayWorld()
  between = clearingBetween(world)
})
afterAll(() => world.close())

test('what was withdrawn while a new limit was being counted takes no bill out of the count', async () => {
  const { hot } = world.place.platform.databases.settlement
  const first = await world.settle(await world.filedPerson(), 10_000)
  world.at('2026-12-02T09:00:00+08:00')
  const statement = await between.checking('2026-11')
  const { id: deduction } = await between.deduct(statement, first.id)
  await between.setLimit('9100.00')
  await known()
  const words = '核实后不予扣款'
  expect(await between.ask(WITHDRAW_DEDUCTION, { deduction, words })).toMatchObject({ amount: '-100.00' })
  await world.place.admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
  // The process ends when all is counted, before that is in force, and another one does it again.
  const dying = Object.assign(Object.create(hot) as typeof hot, {
    unsafe: hot.unsafe.bind(hot),
    begin: () => Promise.reject(new Error('killed')),
  })
  await expect(countBudget(dying, GANSU)).rejects.toThrow('killed')
  await countBudget(hot, GANSU)
  expect(await world.settle(await world.filedPerson(), 10_000)).toMatchObject({ code: 'PROVINCE_LIMIT' })
  expect(await between.taken()).toBe('891500')
  expect(await world.proven()).toEqual([])
})

test('whoever looked for a limit before there was one looks again before the bill is committed', async () => {
  await between.setLimit(null)
  await known()
  const admin = await world.place.admin.connect()
  let locked: Promise<unknown> = Promise.resolve()
  const proxy = await openProxy(
    (type) => {
      if (type === 'reserve') locked = admin.query('begin; lock table settlement.away_bill in share row exclusive mode')
      return type === 'reserve' ? 'LATE_ANSWER' : 'PASS'
    },
    () => 1000,
  )
  proxy.to(world.home.address)
  const person = await world.filedPerson()
  await introduce(world.place, world.home, GANSU, proxy.address)
  const settling = world.settle(person, 10_000)
  // It has looked, and hangs before it writes that the bill is to be committed.
  await new Promise((done) => setTimeout(done, 2500))
  await locked
  await between.limitTo('9000.00')
  await admin.query('commit')
  admin.release()
  const answered = await settling
  await introduce(world.place, world.home, GANSU)
  await proxy.close()
  expect(answered).not.toMatchObject({ __typename: 'Settlement' })
  await between.count()
  expect(await world.proven()).toEqual([])
})

const minutes = (some: number) => {
  for (const { time } of [world.place, world.home]) time.now = time.now.add({ minutes: some })
}
const heal = () => healAway(world.services.place)
const waiting = async (): Promise<Data> =>
  (
    await world.place.admin.query(
      `select exchange::text, state, trouble from settlement.away_bill where state in ('ASKED', 'COMMITTING')`,
    )
  ).rows[0]

test('a bill that home does not say it has committed keeps no limit from coming into force, and is counted', async () => {
  await between.setLimit(null)
  await known()
  const before = await between.owed()
  const person = await world.filedPerson()
  const pending = await world.losingAnswers('commit', () => world.settle(person, 5000))
  expect(pending).toMatchObject({ __typename: 'SettlementPending' })
  expect(await waiting()).toMatchObject({ state: 'COMMITTING' })
  const room = -Number(before) + 4415
  await between.setLimit(room.toFixed(2))
  await known()
  await world.place.admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
  await countLimits(world.services.place, true)
  expect(await world.settle(await world.filedPerson(), 5000)).toMatchObject({ code: 'PROVINCE_LIMIT' })
  minutes(2)
  await heal()
  expect(await waiting()).toBeUndefined()
  expect(-Number(await between.owed())).toBe(room)
  expect(await world.proven()).toEqual([])
})

test('home does not decide alone that it owes more than was agreed on: what it committed unasked waits for room', async () => {
  const pending = await world.losingAnswers('reserve', async () => world.settle(await world.filedPerson(), 5000))
  expect(pending).toMatchObject({ __typename: 'SettlementPending' })
  const { exchange } = await waiting()
  const { rows } = await world.home.admin.query('select id::text from settlement.settlement where request_id = $1', [
    exchange,
  ])
  const say = saying(() => world.place, GANSU)
  expect(await say('commit', { exchange, settlement: rows[0].id })).toMatchObject({ answer: { state: 'COMMITTED' } })
  const before = await between.owed()
  minutes(2)
  await heal()
  expect(await waiting()).toMatchObject({ exchange, state: 'ASKED', trouble: 'THERE_COMMITTED' })
  expect(await between.owed()).toBe(before)
  await between.setLimit('100000.00')
  minutes(20)
  await heal()
  expect(await waiting()).toBeUndefined()
  expect(-Number(await between.owed())).toBe(-Number(before) + 4415)
  expect(await world.proven()).toEqual([])
})

test('while the limit of a province is held, bills to it wait, and nothing else does', async () => {
  const holding = await world.place.admin.connect()
  await holding.query('begin; select from settlement.province_budget for update')
  const persons = await Promise.all(Array.from({ length: 12 }, () => world.filedPerson()))
  const away = Promise.all(persons.map((one) => world.settle(one, 100)))
  const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%province_budget%'
    and datname = current_database()`
  await expect.poll(async () => (await world.place.admin.query(waits)).rows.length, { timeout: 15_000 }).toBe(2)
  // Each is read by the statements that every bill is decided with.
  const asked = Array.from({ length: 50 }, (_, i) => world.place.as(NINGBO, OUTCOME, { requestId: `unknown-${i}` }))
  for (const { outcome } of await Promise.all(asked)) expect(outcome).toMatchObject({ state: 'UNKNOWN' })
  await holding.query('commit')
  holding.release()
  for (const one of await away) expect(one).toMatchObject({ __typename: 'Settlement' })
  expect(await world.proven()).toEqual([])
})
