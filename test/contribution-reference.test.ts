import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FLEXIBLE, flexible, named, PAY, PAY_EMPLOYER, reference, say } from './contribution-asking.ts'
import { declareMonth, DEMO, EMPLOYER, employ } from './employer-gateway.ts'
import { openWorld, type Data, type World } from './world.ts'

// The number a channel keeps a payment under is of that payment alone, and so is an order.

let world: World
beforeAll(async () => {
  world = await openWorld()
  const person = await world.addPerson({ enrolments: [] })
  expect((await employ(world, EMPLOYER, person)).code).toBeUndefined()
  const lines = [{ personNumber: person.personNumber, base: '10000.00' }]
  await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })
  await billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
})
afterAll(() => world.close())

const receivedAt = '2026-11-22T09:00:00+08:00'
const month = { employer: DEMO, pool: '629900', insuranceType: '310', period: '2026-11', amount: '800.00' }
const pay = (input: object, who = 'BANK01'): Promise<Data> => say(world, who, PAY_EMPLOYER, { input })

test('an order is filled by a payment of its own month alone', async () => {
  const order = await pay(month, EMPLOYER)
  expect(order).toMatchObject({ state: 'PENDING' })
  for (const other of [{ period: '2026-10' }, { pool: '620100' }, { insuranceType: '510' }]) {
    const wrong = await pay({ ...month, ...other, order: order.id, reference: reference(), receivedAt })
    expect(wrong).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'order' }] })
  }
})

test('the same number of a channel for another pool, insurance, month or amount is refused, and no second sum is lost', async () => {
  const first = await pay({ ...month, reference: 'SAME-1' })
  expect(first).toMatchObject({ state: 'POSTED' })
  expect(await pay({ ...month, reference: 'SAME-1' })).toEqual(first)
  for (const other of [{ pool: '620100' }, { insuranceType: '510' }, { period: '2026-10' }, { amount: '800.01' }]) {
    const answer = await pay({ ...month, ...other, reference: 'SAME-1', receivedAt })
    expect(answer).toMatchObject({ code: 'REFERENCE_USED', problems: [{ path: 'reference' }] })
  }
  const person = await world.addPerson(flexible)
  const input = { ...named(person), insuranceType: '310', period: '2026-11', amount: FLEXIBLE, reference: 'SAME-1' }
  expect(await say(world, 'BANK01', PAY, { input })).toMatchObject({ code: 'REFERENCE_USED' })
  expect(await pay({ ...month, reference: 'SAME-1', receivedAt }, 'TAX62')).toMatchObject({ state: 'OVERPAID' })
})
