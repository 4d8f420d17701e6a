import { afterAll, beforeAll, expect, test } from 'vitest'
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
