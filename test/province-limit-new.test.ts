import { countBudget } from '@yibao/settlement/store/province-budget'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, openAwayWorld, type AwayWorld } from './away-world.ts'
import { WITHDRAW_DEDUCTION } from './clearing-world.ts'
import { openProxy } from './exchange-proxy.ts'
import { clearingBetween, known } from './province-limited.ts'
import { introduce } from './two-provinces.ts'

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
  // The process ends when it has put the limit in force, before it looks at anything else.
  const dying = Object.assign(Object.create(hot) as typeof hot, {
    unsafe: () => Promise.reject(new Error('killed')),
    begin: hot.begin.bind(hot),
  })
  await expect(countBudget(dying, GANSU)).rejects.toThrow('killed')
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
