import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  FLEXIBLE,
  flexible,
  named,
  PAY,
  PAY_EMPLOYER,
  RECEIPTS,
  reference,
  REFUND,
  say,
} from './contribution-asking.ts'
import { ask, declare, declareMonth, DEMO, EMPLOYER, employ, upload } from './employer-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Money that came in and is not the sum that is owed: kept, seen, and given back once.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const receivedAt = '2026-11-22T09:00:00+08:00'
const pay = (person: WorldPerson, more: object): Promise<Data> => {
  const month = { insuranceType: '310', period: '2026-11', reference: reference() }
  return say(world, 'BANK01', PAY, { input: { ...named(person), ...month, ...more } })
}

test('a wrong sum a channel took is kept as unapplied and given back; one it has not taken is refused; the bill stays to be paid', async () => {
  const person = await world.addPerson(flexible)
  expect(await pay(person, { amount: '359.00' })).toMatchObject({ code: 'AMOUNT_DIFFERS' })
  const kept = await pay(person, { amount: '359.00', receivedAt })
  expect(kept).toMatchObject({ state: 'UNAPPLIED', amount: '359.00', postedAt: null })
  const { edges } = await say(world, 'clerk-629900', RECEIPTS, { insuredId: person.insuredId, state: 'UNAPPLIED' })
  expect(edges).toMatchObject([{ node: { id: kept.id } }])
  expect(await pay(person, { amount: FLEXIBLE })).toMatchObject({ state: 'POSTED' })
  const back = { receipt: kept.id, reference: 'BACK-1' }
  expect(await say(world, 'BANK01', REFUND, back)).toMatchObject({ state: 'REFUNDED' })
  expect(await say(world, 'BANK01', REFUND, back)).toMatchObject({ code: 'ALREADY_REFUNDED' })
  const { rows } = await world.admin.query(
    `select payload ->> 'template' as template from insured.outbox
     where insured_id = $1 and payload ->> 'template' like 'contribution.unapplied%' order by id`,
    [person.insuredId],
  )
  expect(rows.map((one) => one.template)).toEqual(['contribution.unapplied', 'contribution.unapplied-refunded'])
})

test('an employer’s order that was paid after a correction changed the sum is kept as unapplied, and the month stays open', async () => {
  const person = await world.addPerson({ enrolments: [] })
  expect((await employ(world, EMPLOYER, person)).code).toBeUndefined()
  const bill = () => billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
  const line = (base: string) => [{ personNumber: person.personNumber, base }]
  const of = { month: '2026-11', pool: '629900' }
  const { id } = await declareMonth(world, EMPLOYER, { ...of, lines: line('10000.00') })
  await bill()
  const month = { employer: DEMO, pool: '629900', insuranceType: '310', period: '2026-11' }
  const order = await say(world, EMPLOYER, PAY_EMPLOYER, { input: { ...month, amount: '800.00' } })
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId: id, reason: '基数有误' })
  await upload(world, EMPLOYER, draft.id, line('12000.00'))
  await declare(world, EMPLOYER, draft.id)
  await bill()
  const take = (more: object): Promise<Data> =>
    say(world, 'BANK01', PAY_EMPLOYER, { input: { ...month, order: order.id, reference: reference(), ...more } })
  expect(await take({ amount: '800.00' })).toMatchObject({ code: 'ORDER_CANCELLED' })
  expect(await take({ amount: '800.00', receivedAt })).toMatchObject({ id: order.id, state: 'UNAPPLIED' })
  expect(await take({ amount: '960.00', receivedAt })).toMatchObject({ state: 'POSTED', amount: '960.00' })
  expect(await say(world, 'clerk-629900', REFUND, { receipt: order.id, reference: 'BACK-2' })).toMatchObject({
    state: 'REFUNDED',
  })
})

test('what is noted of an employer without a bill names one the pool knows, a month it can pay and a sum it can owe', async () => {
  const input = { employer: DEMO, pool: '629900', insuranceType: '310', period: '2026-10', amount: '1.00' }
  const note = (more: object): Promise<Data> =>
    say(world, 'TAX62', PAY_EMPLOYER, { input: { ...input, receivedAt, reference: reference(), ...more } })
  for (const [more, path, code] of [
    [{ pool: '110000' }, 'employer', 'EMPLOYER_UNKNOWN'],
    [{ employer: '91620100DEM0000022' }, 'employer', 'EMPLOYER_UNKNOWN'],
    [{ period: '2099-12' }, 'period', 'PERIOD_IMPLAUSIBLE'],
    [{ period: '2026' }, 'period', 'PERIOD_IMPLAUSIBLE'],
    [{ period: '2020-10' }, 'period', 'PERIOD_IMPLAUSIBLE'],
    [{ amount: '99999999.00' }, 'amount', 'AMOUNT_IMPLAUSIBLE'],
  ] as const) {
    expect(await note(more)).toMatchObject({ code, problems: [{ path, code }] })
  }
  expect(await note({})).toMatchObject({ state: 'OVERPAID', amount: '1.00' })
})
