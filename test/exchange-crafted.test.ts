import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchangeOf, LINE, PLACE, type ExchangeWorld } from './exchange-world.ts'
import { billOf, settleWorld, type SettleWorld, type WorldPerson } from './settle-world.ts'
import type { Data } from './world.ts'

// A platform that is linked and signs says what no honest one would: home is moved by nothing of it, and says why.

let world: SettleWorld & ExchangeWorld
beforeAll(async () => {
  const opened = await settleWorld()
  world = { ...opened, ...exchangeOf(opened) }
})
afterAll(() => world.close())

const say = async (type: string, message: object): Promise<Data> => (await world.say(type, message)) as Data

function messageOf(person: WorldPerson, change: object = {}) {
  const { credential, operator, ...rest } = billOf(person, { emergency: true })
  const bill = {
    ...rest,
    institution: 'H51010000001',
    credential: { ...credential, kind: '02' },
    operator: { ...operator, terminal: '1' },
    confirmWithin: 10,
    ...change,
  }
  return { exchange: randomUUIDv7(), bill, place: PLACE, lines: [LINE] }
}

test('another bill under an exchange that is reserved is refused as such, also when it could not be read', async () => {
  const message = messageOf(await world.addPerson(500))
  const reserved = await say('reserve', message)
  expect(reserved).toMatchObject({ state: 'RESERVED' })
  const reused = { state: 'UNKNOWN', settlement: null, rejection: { code: 'REQUEST_REUSED' } }
  for (const change of [{ total: '1.00' }, { begin: 'yesterday' }, { visit: '' }])
    expect(await say('reserve', { ...message, bill: { ...message.bill, ...change } })).toMatchObject(reused)
  expect(await say('reserve', { ...message, lines: [] })).toMatchObject(reused)
  expect(await say('outcome', { exchange: message.exchange })).toEqual(reserved)

  const refused = messageOf(await world.addPerson(500), { total: '1.00' })
  const answer = await say('reserve', refused)
  expect(answer).toMatchObject({ state: 'REFUSED', rejection: { code: 'INVALID_INPUT' } })
  expect(await say('reserve', refused)).toEqual(answer)
  expect(await say('reserve', { ...refused, bill: { ...refused.bill, total: '2.00' } })).toMatchObject(reused)
})

const minutes = async (confirmWithin: number) => {
  const { until } = await say('reserve', messageOf(await world.addPerson(500), { confirmWithin }))
  return Math.round(Temporal.Instant.from(until).since(world.time.now).total('minutes'))
}

test('money is kept for ten minutes, however long a place of treatment asks for it', async () => {
  expect(await minutes(1440)).toBe(10)
  expect(await minutes(3)).toBe(3)
})

const deductionOf = (exchange: string, amount: string, withdraws: string | null) => ({
  id: randomUUIDv7(),
  exchange,
  amount,
  reason: 'OVERCHARGED',
  words: '重复收费',
  withdraws,
  decidedAt: '2026-12-05T09:00:00+08:00',
})

test('a deduction is withdrawn once, and a withdrawal is not withdrawn', async () => {
  const exchange = await world.committed(await world.addPerson(500))
  const deduction = deductionOf(exchange, '30.00', null)
  const withdrawal = deductionOf(exchange, '-30.00', deduction.id)
  for (const one of [deduction, withdrawal]) expect(await say('deduction', one)).toMatchObject({ state: 'TAKEN' })
  const refused = async (one: object) => (await say('deduction', one)).rejection?.code
  expect(await refused(deductionOf(exchange, '-30.00', deduction.id))).toBe('WITHDRAWN_BEFORE')
  expect(await refused(deductionOf(exchange, '30.00', withdrawal.id))).toBe('WITHDRAWAL_OF_WITHDRAWAL')
  expect(await say('deduction', withdrawal)).toMatchObject({ state: 'TAKEN' })
})

test('a net statement of a month to come is refused, and one of this month waits until it is over', async () => {
  const item = randomUUIDv7()
  const lines = [{ item, kind: 'BILL', bill: item, amount: '10.00' }]
  const said = (month: string) => say('netting', { step: 'LINES', id: randomUUIDv7(), month, lines })
  expect(await said('2026-12')).toMatchObject({
    state: 'REFUSED',
    rejection: { code: 'PERIOD_NOT_OVER', problems: [{ path: 'month' }] },
  })
  expect(await said('2026-11')).toMatchObject({ state: 'LATER' })
  expect(await said('2026-10')).toMatchObject({ state: 'TAKEN' })
})

test('what was said falsely leaves books that are proven', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
