import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flexible, PAY_EMPLOYER, RECEIPTS, reference, say } from './contribution-asking.ts'
import { billed, correct, month, pay, told } from './contribution-correct-gateway.ts'
import { ask, declare, declareMonth, DEMO, EMPLOYER, employ, upload } from './employer-gateway.ts'
import { openWorld, type Data, type World } from './world.ts'

// What was ordered to be paid and then corrected: nobody takes the old sum for it.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const OF = { employer: DEMO, pool: '629900', insuranceType: '310' }
const bill = () => billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
const order = (period: string, amount: string) =>
  say(world, EMPLOYER, PAY_EMPLOYER, { input: { ...OF, period, amount } })
const take = (period: string, amount: string, more: object) =>
  say(world, 'BANK01', PAY_EMPLOYER, { input: { ...OF, period, amount, reference: reference(), ...more } })
const stateOf = async (id: string, who = EMPLOYER): Promise<string> =>
  (await say(world, who, RECEIPTS)).edges.find(({ node }: Data) => node.id === id).node.state

test('an employer’s order of a month that a correction makes another sum is cancelled, and the employer told; the month is ordered anew', async () => {
  const person = await world.addPerson({ enrolments: [] })
  expect((await employ(world, EMPLOYER, person)).code).toBeUndefined()
  const line = (base: string) => [{ personNumber: person.personNumber, base }]
  const declared = async (period: string) =>
    (await declareMonth(world, EMPLOYER, { month: period, pool: '629900', lines: line('10000.00') })).id
  const [november] = [await declared('2026-11'), await declared('2026-12')]
  await bill()
  const [old, other] = [await order('2026-11', '800.00'), await order('2026-12', '800.00')]
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', {
    declarationId: november,
    reason: '基数有误',
  })
  await upload(world, EMPLOYER, draft.id, line('12000.00'))
  await declare(world, EMPLOYER, draft.id)
  await bill()

  expect(await stateOf(old.id)).toBe('CANCELLED')
  expect(await stateOf(other.id)).toBe('PENDING')
  expect(await take('2026-11', '800.00', { order: old.id })).toMatchObject({
    problems: [{ path: 'order', code: 'ORDER_CANCELLED' }],
  })
  const anew = await order('2026-11', '960.00')
  expect(anew).toMatchObject({ state: 'PENDING', amount: '960.00' })
  expect(anew.id).not.toBe(old.id)
  expect(await take('2026-11', '960.00', { order: anew.id })).toMatchObject({ id: anew.id, state: 'POSTED' })
  expect(await take('2026-11', '800.00', { order: old.id })).toMatchObject({ code: 'ORDER_CANCELLED' })
  expect(await take('2026-12', '800.00', { order: other.id })).toMatchObject({ id: other.id, state: 'POSTED' })
  const { rows } = await world.admin.query(
    `select payload -> 'to' ->> 'employer' as employer, payload -> 'data' ->> 'receipt' as receipt from insured.outbox
     where topic = 'message.wanted' and payload ->> 'template' = 'contribution.order-cancelled'`,
  )
  expect(rows).toEqual([{ employer: DEMO, receipt: old.id }])
})

test('money a channel has taken for a cancelled order is kept once, under that order', async () => {
  const person = await world.addPerson({ enrolments: [] })
  expect((await employ(world, EMPLOYER, person, { beginOn: '2026-10-01' })).code).toBeUndefined()
  const line = (base: string) => [{ personNumber: person.personNumber, base }]
  const of = { month: '2026-10', pool: '629900', lines: line('10000.00') }
  const { id: declarationId } = await declareMonth(world, EMPLOYER, of)
  await bill()
  const old = await order('2026-10', '800.00')
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId, reason: '基数有误' })
  await upload(world, EMPLOYER, draft.id, line('5000.00'))
  await declare(world, EMPLOYER, draft.id)
  await bill()
  const receivedAt = '2026-11-22T09:00:00+08:00'
  const more = { order: old.id, receivedAt, reference: reference() }
  expect(await take('2026-10', '800.00', more)).toMatchObject({ id: old.id, state: 'UNAPPLIED' })
  expect(await take('2026-10', '800.00', more)).toMatchObject({ id: old.id, state: 'UNAPPLIED' })
  expect(await take('2026-10', '400.00', { order: old.id })).toMatchObject({ state: 'POSTED' })
})

test('an order of a bill the bureau has replaced is cancelled, whoever ordered it, and told to who did', async () => {
  const [person, daughter] = [await world.addPerson(flexible), await world.addPerson(flexible)]
  const wrong = await billed(world, person, month, { base: '8000.00' })
  const old = await pay(world, person, '720.00', month, daughter.personNumber)
  expect(old).toMatchObject({ state: 'PENDING' })
  expect(await correct(world, wrong, { base: '5000.00' })).toMatchObject({ amount: '450.00' })
  expect(await stateOf(old.id, daughter.personNumber)).toBe('CANCELLED')
  expect(await told(world, daughter)).toEqual(['order-cancelled'])
  expect(await pay(world, person, '720.00', { order: old.id })).toMatchObject({ code: 'ORDER_CANCELLED' })
  const anew = await pay(world, person, '450.00', month, daughter.personNumber)
  expect(await pay(world, person, '450.00', { order: anew.id })).toMatchObject({ id: anew.id, state: 'POSTED' })
})
