import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchangeOf, type ExchangeWorld } from './exchange-world.ts'
import { expectPutAway } from './put-away.ts'
import { auditor, settleWorld, staff, type SettleWorld, type WorldPerson } from './settle-world.ts'
import type { Data } from './world.ts'

// What the place of treatment deducts of a bill goes back to the funds at home and is owed no more, in the same amount and
// once, whatever is said twice, late or wrongly.

let world: SettleWorld & ExchangeWorld
let person: WorldPerson
beforeAll(async () => {
  const opened = await settleWorld()
  world = { ...opened, ...exchangeOf(opened) }
  person = await world.addPerson(500)
})
afterAll(() => world.close())

interface Answer {
  readonly state: 'TAKEN' | 'LATER' | 'REFUSED'
  readonly rejection: { readonly code: string; readonly problems: readonly { readonly path: string }[] } | null
}

const deductionOf = (exchange: string, change: object = {}) => ({
  id: randomUUIDv7(),
  exchange,
  amount: '30.00',
  reason: 'OVERCHARGED',
  words: '重复收费',
  withdraws: null,
  decidedAt: '2026-12-05T09:00:00+08:00',
  ...change,
})
const tell = async (message: object, province?: string) => (await world.say('deduction', message, province)) as Answer
/** What is owed to the other province, and what the pool's funds have given. */
const held = async () => {
  const { rows } = await world.admin.query(
    `select coalesce(sum(amount) filter (where account = 'payable:province:620900:51'), 0)::int as owed,
       coalesce(-sum(amount) filter (where starts_with(account, 'fund:620900:')), 0)::int as given
     from settlement.ledger_entry`,
  )
  return rows[0] as { owed: number; given: number }
}
const proven = async () => (await verify(world.db, () => {})).mismatches

test('a deduction at the place credits what home owes and the funds that paid, once', async () => {
  const exchange = await world.committed(person)
  expect(await held()).toEqual({ owed: 20_000, given: 7000 })
  const message = deductionOf(exchange)
  const answers = await Promise.allSettled([tell(message), tell(message), tell(message)])
  expect(answers.some((one) => one.status === 'fulfilled' && one.value.state === 'TAKEN')).toBe(true)
  expect(await tell(message)).toEqual({ id: message.id, state: 'TAKEN', rejection: null })
  expect(await held()).toEqual({ owed: 17_000, given: 4000 })
  expect(await tell({ ...message, amount: '31.00' })).toMatchObject({ rejection: { code: 'DEDUCTION_DIFFERS' } })
  expect(await proven()).toEqual([])
})

test('what is withdrawn is owed again; a withdrawal that overtakes its deduction waits for it', async () => {
  const exchange = await world.committed(await world.addPerson(500))
  const before = await held()
  const deduction = deductionOf(exchange)
  const withdrawal = deductionOf(exchange, { amount: '-30.00', withdraws: deduction.id })
  expect(await tell(withdrawal)).toMatchObject({ state: 'LATER' })
  expect(await held()).toEqual(before)
  expect(await tell(deduction)).toMatchObject({ state: 'TAKEN' })
  expect(await tell(withdrawal)).toMatchObject({ state: 'TAKEN' })
  expect(await tell(withdrawal)).toMatchObject({ state: 'TAKEN' })
  expect(await held()).toEqual(before)
  expect(await proven()).toEqual([])
})

test('what no bill stands for, of another province, more than the funds paid, or in no form moves nothing', async () => {
  const exchange = await world.committed(await world.addPerson(500))
  const reserved = await world.reserved(await world.addPerson(500))
  const before = await held()
  const code = async (message: object, province?: string) => (await tell(message, province)).rejection?.code
  expect(await code(deductionOf(randomUUIDv7()))).toBe('NO_SUCH_BILL')
  expect(await code(deductionOf(reserved))).toBe('NO_SUCH_BILL')
  expect(await code(deductionOf(exchange), '44')).toBe('NO_SUCH_BILL')
  expect(await code(deductionOf(exchange, { amount: '70.01' }))).toBe('ABOVE_FUND_PART')
  expect(await code(deductionOf(exchange, { amount: '-1.00' }))).toBe('ABOVE_FUND_PART')
  expect(await code(deductionOf(exchange, { amount: 30, extra: 'SECRET' }))).toBe('INVALID_INPUT')
  const whole = deductionOf(exchange, { amount: '70.00' })
  expect(await tell(whole)).toMatchObject({ state: 'TAKEN' })
  expect(await code(deductionOf(exchange, { amount: '0.01' }))).toBe('ABOVE_FUND_PART')
  const part = deductionOf(exchange, { amount: '-1.00', withdraws: whole.id })
  expect(await code(part)).toBe('WITHDRAWAL_DIFFERS')
  expect(await held()).toEqual({ owed: before.owed - 7000, given: before.given - 7000 })
  expect(await proven()).toEqual([])
})

test('a bill of which something was deducted and that is then taken back leaves nothing once both are told', async () => {
  const before = await held()
  const exchange = await world.committed(await world.addPerson(500))
  const deduction = deductionOf(exchange)
  await tell(deduction)
  await world.say('reverse', { exchange: randomUUIDv7(), of: exchange })
  await tell(deductionOf(exchange, { amount: '-30.00', withdraws: deduction.id }))
  expect(await held()).toEqual(before)
  expect(await proven()).toEqual([])
})

test('the bureau of the pool and auditors see what was deducted elsewhere, nobody else', async () => {
  const query = `query ($province: String, $first: Int, $after: String) {
    exchangeDeductions(province: $province, first: $first, after: $after) {
      ... on ExchangeDeductionConnection { edges { node { province pool amount withdraws settlement { number } } }
        pageInfo { hasNextPage endCursor } } ... on Rejection { code problems { path } } } }`
  const ask = async (who: Parameters<SettleWorld['ask']>[0], variables = {}) =>
    (await world.ask<Data>(who, query, variables)).exchangeDeductions
  const all = await ask(auditor, { first: 100 })
  expect(all.edges.length).toBeGreaterThan(3)
  expect(all.edges[0].node).toMatchObject({
    province: '51',
    pool: '620900',
    settlement: { number: expect.any(String) },
  })
  expect(await ask(staff('620900'), { first: 100 })).toEqual(all)
  expect((await ask(staff('620900'), { province: '44' })).edges).toEqual([])
  expect((await ask(staff('620100'))).edges).toEqual([])
  const page = await ask(auditor, { first: 2 })
  const { edges } = await ask(auditor, { first: 2, after: page.pageInfo.endCursor })
  expect(edges).toEqual(all.edges.slice(2, 4))
  expect(await ask(auditor, { province: 'x' })).toMatchObject({ problems: [{ path: 'province' }] })
})

test('a deduction changed behind the platform’s back is found', async () => {
  await world.admin.query('update settlement.exchange_deduction set amount = amount + 1 where withdraws is null')
  expect((await proven()).map((one) => one.table)).toContain('settlement.clearing_posting')
  await world.admin.query('update settlement.exchange_deduction set amount = amount - 1 where withdraws is null')
})

const refused = (path: string) => ({ state: 'REFUSED', rejection: { code: 'ARCHIVED', problems: [{ path }] } })

test('of a bill whose ledger was put away nothing is deducted any more, and the province is told so', async () => {
  const exchange = await world.committed(await world.addPerson(500))
  const deduction = deductionOf(exchange)
  expect(await tell(deduction)).toMatchObject({ state: 'TAKEN' })
  await expectPutAway(world.db, '2026-12')
  expect(await tell(deductionOf(exchange))).toMatchObject(refused('exchange'))
  const withdrawal = deductionOf(exchange, { amount: '-30.00', withdraws: deduction.id })
  expect(await tell(withdrawal)).toMatchObject(refused('withdraws'))
})
