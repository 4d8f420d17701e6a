import { UNKNOWN_MAX } from '@yibao/settlement/domain/unknown-credential'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { orderWorld, type Answer, type OrderWorld } from './order-world.ts'
import { billOf, hospital, personOf, settle, type WorldPerson } from './settle-world.ts'

// Person numbers follow one another. An institution that has one and was shown nothing sends orders by it, and learns
// nothing of whoever has it.

let world: OrderWorld
beforeAll(async () => {
  world = await orderWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  world.time.now = world.time.now.add({ seconds: 1 })
})

const NOBODY = '62090000999999'

async function numberOf({ insuredId }: WorldPerson): Promise<string> {
  const { rows } = await world.admin.query('select person_number from insured.person where insured_id = $1', [
    insuredId,
  ])
  return rows[0].person_number
}
async function counted(): Promise<number> {
  const { rows } = await world.admin.query('select sum(count)::int as count from settlement.unknown_credential')
  return rows[0].count ?? 0
}
/** Sends an order by a person number; the bill is that of somebody else. */
const send = async (person: WorldPerson, number: string, change: object = {}): Promise<Answer> =>
  world.create(person, { person: { number }, ...change })
const enrolled = (change: object) => ({
  enrolments: [{ pool: '620900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01', ...change }],
})

test('whatever keeps the order from being made, the answer is that of a number of nobody, and is counted with it', async () => {
  const one = await world.addPerson(30)
  const settled = billOf(one)
  await settle(world, 'by-number-settled', settled)
  const { credential: _shown, ...bill } = settled
  const cases: [WorldPerson, object][] = [
    [await world.addPerson(0, enrolled({ endOn: '2024-12-31' })), {}],
    [await world.addPerson(0, enrolled({ beginOn: '2027-01-01' })), {}],
    [await world.addPerson(0, enrolled({ pool: '130100' })), {}],
    [one, { insuranceType: '390' }],
    [one, { careType: '14', disease: 'M03900' }],
    [one, bill],
  ]
  const before = await counted()
  const answers = [await send(one, NOBODY)]
  const told: string[] = []
  for (const [person, change] of cases) {
    answers.push(await send(person, await numberOf(person), change))
    told.push((await world.create(person, change)).code)
  }
  expect(told).toEqual([
    'NOT_COVERED',
    'NOT_COVERED',
    'NO_POLICY',
    'NOT_ENROLLED_IN_INSURANCE',
    'NO_POLICY',
    'ALREADY_SETTLED',
  ])
  for (const answer of answers)
    expect(answer).toEqual({
      __typename: 'NotAllowed',
      code: 'CREDENTIAL_NEEDED',
      problems: [{ path: 'person.number', code: 'CREDENTIAL_NEEDED' }],
    })
  expect(await counted()).toBe(before + answers.length)
})

test('what is wrong with the bill itself is told, whoever has the number, and not counted', async () => {
  const person = await world.addPerson(30)
  const before = await counted()
  for (const number of [NOBODY, await numberOf(person)])
    expect(await send(person, number, { total: '1.00' })).toMatchObject({ problems: [{ path: 'total' }] })
  const { credential: _shown, ...bill } = billOf(person)
  const input = { ...bill, person: { number: await numberOf(person) } }
  expect(await world.create(person, input)).toMatchObject({ state: 'UNPAID' })
  expect(await world.create(person, { ...input, person: { number: NOBODY } })).toMatchObject({ code: 'ORDER_EXISTS' })
  expect(await counted()).toBe(before)
})

test('where somebody is insured is seen once they have authorised', async () => {
  const person = await world.addPerson(30)
  const order = await send(person, await numberOf(person))
  const poolFor = async (who = hospital()): Promise<string | null> =>
    (await world.ask<Answer>(who, `{ order(id: "${order.id}") { ... on OnlineOrder { insuredPool } } }`)).order
      .insuredPool
  expect(await poolFor()).toBeNull()
  expect(await poolFor(personOf(person.insuredId))).toBe('620900')
  await world.authorise(person, order.id)
  expect(await poolFor()).toBe('620900')
})

test('after many of them no number is taken on that day, also of somebody', async () => {
  const person = await world.addPerson(30)
  await send(person, NOBODY)
  await world.admin.query('update settlement.unknown_credential set count = $1', [UNKNOWN_MAX])
  for (const number of [NOBODY, await numberOf(person)])
    expect(await send(person, number)).toMatchObject({
      code: 'TOO_MANY_UNKNOWN_CREDENTIALS',
      problems: [{ path: 'person.number' }],
    })
})
