import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountOf,
  BILL,
  BILLS,
  FLEXIBLE,
  flexible,
  named,
  PAY,
  reference,
  resident,
  say,
} from './contribution-asking.ts'
import { change, MY_ENROLMENTS } from './enrolment-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Whose contributions are once an enrolment has ended, or goes on in another pool or as that of somebody retired.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const CLERK = 'clerk-629900'
const END = `mutation ($requestId: ID!, $id: ID!, $endOn: Date!) {
  answer: endEnrolment(requestId: $requestId, enrolmentId: $id, endOn: $endOn, reason: DIED) { __typename
    ... on Rejection { code } } }`
const end = async (person: WorldPerson, endOn: string): Promise<Data> =>
  say(world, CLERK, END, { id: await enrolmentOf(person), endOn })
async function enrolmentOf(person: WorldPerson): Promise<string> {
  const { me } = await world.as(person.personNumber, MY_ENROLMENTS)
  return me.enrolments.at(-1).id
}
const pay = (person: WorldPerson, period: string, more: object = {}) => {
  const input = { ...named(person), insuranceType: '310', period, amount: FLEXIBLE, reference: reference(), ...more }
  return say(world, 'BANK01', PAY, { input })
}
const billed = async (who: string, person: WorldPerson, ...periods: string[]): Promise<Data> =>
  say(world, who, BILL, { input: { ...named(person), insuranceType: '310', periods } })

test('months after the last day of an enrolment are neither billed nor taken money for, nor credited', async () => {
  const person = await world.addPerson(flexible)
  expect((await end(person, '2026-11-30')).code).toBeUndefined()
  expect(await pay(person, '2027-05')).toMatchObject({ code: 'NOT_BILLED', problems: [{ path: 'period' }] })
  const receivedAt = '2026-11-22T09:00:00+08:00'
  expect(await pay(person, '2026-12', { receivedAt })).toMatchObject({ code: 'NOT_BILLED' })
  expect(await billed('BANK01', person, '2026-11', '2026-12')).toMatchObject({ code: 'NOT_BILLED' })
  expect(await pay(person, '2026-11')).toMatchObject({ state: 'POSTED' })
  await expect.poll(() => accountOf(world, person), { timeout: 10_000 }).toBe(80)
})

test('a resident who is covered today pays for the year to come all the same', async () => {
  const person = await world.addPerson(resident)
  const input = { ...named(person), insuranceType: '390', period: '2027', amount: '400.00', reference: reference() }
  expect(await say(world, 'BANK01', PAY, { input })).toMatchObject({ state: 'POSTED' })
})

describe('what was billed ahead and not paid', () => {
  const TRANSFER = { insuranceType: '310', personType: '1103', from: '2026-11-22' }

  test('is withdrawn by a transfer, its orders with it, and the new pool bills and is paid', async () => {
    const person = await world.addPerson(flexible)
    await billed('BANK01', person, '2026-11', '2026-12')
    const input = { insuranceType: '310', period: '2026-12', amount: FLEXIBLE }
    const order = await say(world, person.personNumber, PAY, { input })
    expect(order).toMatchObject({ state: 'PENDING' })
    await change(world, 'clerk-620100', 'transferEnrolment', { ...named(person), ...TRANSFER })
    const { items } = await billed('clerk-620100', person, '2026-12')
    expect(items).toMatchObject([{ period: '2026-12', paid: false }])
    const { amount } = items[0]
    expect(await pay(person, '2026-12', { amount })).toMatchObject({ state: 'POSTED' })
    const refused = await say(world, 'BANK01', PAY, {
      input: { order: order.id, amount: FLEXIBLE, reference: 'OLD-1' },
    })
    expect(refused.code).toMatch(/ORDER_CANCELLED|BILL_REPLACED/)
    const { rows } = await world.admin.query(
      `select pool, period, paid_at is not null as paid from insured.contribution_bill
       where insured_id = $1 and replaced_by is null and person_share > 0 order by period`,
      [person.insuredId],
    )
    expect(rows).toEqual([
      { pool: '629900', period: '2026-11', paid: false },
      { pool: '620100', period: '2026-12', paid: true },
    ])
  })

  test('is withdrawn by an end and by retirement; whoever is enrolled anew is billed anew', async () => {
    const [ended, retired] = [await world.addPerson(flexible), await world.addPerson(flexible)]
    for (const one of [ended, retired]) await billed('BANK01', one, '2026-11', '2026-12')
    await end(ended, '2026-11-30')
    const input = { enrolmentId: await enrolmentOf(retired), from: '2026-11-23', personType: '1201' }
    await change(world, CLERK, 'retire', input)
    for (const one of [ended, retired]) {
      const { edges } = await say(world, one.personNumber, BILLS, { paid: false })
      expect(edges).toMatchObject([{ node: { period: '2026-11' } }])
      expect(await pay(one, '2026-12')).toMatchObject({ code: 'NOT_BILLED' })
    }
    const again = { ...named(ended), insuranceType: '310', personType: '1103', pool: '629900', beginOn: '2026-12-01' }
    expect((await change(world, CLERK, 'enrol', again)).code).toBeUndefined()
    expect((await billed('BANK01', ended, '2026-12')).items).toMatchObject([{ period: '2026-12', paid: false }])
    expect(await pay(ended, '2026-12')).toMatchObject({ state: 'POSTED' })
  })

  test('paid in the instant of the transfer, the money is with the pool that has billed it, or is not taken', async () => {
    const person = await world.addPerson(flexible)
    await billed('BANK01', person, '2026-12')
    const [paid] = await Promise.all([
      pay(person, '2026-12'),
      change(world, 'clerk-620100', 'transferEnrolment', { ...named(person), ...TRANSFER }),
    ])
    const { rows } = await world.admin.query(
      `select pool, replaced_by is not null as replaced, paid_at is not null as paid from insured.contribution_bill
       where insured_id = $1 and sequence = 0 order by bill_id`,
      [person.insuredId],
    )
    expect(rows[0].paid).toBe(!rows[0].replaced)
    if (paid.state !== 'POSTED') expect(paid.code).toMatch(/BILL_REPLACED|AMOUNT_DIFFERS/)
  })
})
