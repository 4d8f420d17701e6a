import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { money, reverse } from './reversing.ts'
import { billOf, hospital, lineOf, OTHER_HOSPITAL, personOf, settle, settleWorld, staff } from './settle-world.ts'
import type { SettleWorld, WorldPerson } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const OUTCOME = `query ($id: ID!) {
  outcome(requestId: $id) { ... on Outcome { state settlement { id } reversal { id } rejection { code } } }
}`
const outcome = async (id: string) => (await world.ask<{ outcome: object }>(hospital(), OUTCOME, { id })).outcome

describe('a settlement is taken back', () => {
  test('by its id or its number, in mirror image, and everything is as before', async () => {
    for (const by of ['id', 'number'] as const) {
      const person = await world.addPerson(100)
      const before = await money(world, person)
      const bill = billOf(person, { lines: [lineOf(), lineOf({ serial: '2', code: 'XB01' })], total: '400.00' })
      const settled = await settle(world, `to-reverse-${by}`, bill)
      const reversal = await reverse(
        world,
        by === 'id' ? settled.id : (settled as unknown as { number: string }).number,
      )
      expect(reversal).toMatchObject({
        __typename: 'Settlement',
        total: '-400.00',
        pool: `-${settled.pool}`,
        account: '-100.00',
        cash: `-${settled.cash}`,
        balance: '100.00',
        correction: false,
        reverses: { id: settled.id, reversedBy: { id: reversal.id } },
        lines: [{ quantity: '-10.0000' }, { quantity: '-10.0000' }],
      })
      expect(await money(world, person)).toEqual(before)
      // The bill is free again.
      expect(await settle(world, `again-${by}`, bill)).toMatchObject({ __typename: 'Settlement' })
    }
  })

  test('once: the same request answers the same, another is told by which reversal, and the requests tell it', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'once', billOf(person))
    const reversal = await reverse(world, settled.id, { requestId: 'reverse-once' })
    expect(await reverse(world, settled.id, { requestId: 'reverse-once' })).toEqual(reversal)
    expect(await reverse(world, settled.id, { requestId: 'reverse-twice' })).toMatchObject({
      __typename: 'AlreadyReversed',
      code: 'ALREADY_REVERSED',
      reversal: { id: reversal.id },
      problems: [{ path: 'settlement' }],
    })
    expect(await reverse(world, '01890000-0000-7000-8000-000000000001', { requestId: 'reverse-once' })).toMatchObject({
      __typename: 'RequestReused',
    })
    const both = { settlement: { id: settled.id }, reversal: { id: reversal.id } }
    expect(await outcome('reverse-once')).toMatchObject({ state: 'COMMITTED', ...both })
    expect(await outcome('reverse-twice')).toMatchObject({ state: 'REFUSED', rejection: { code: 'ALREADY_REVERSED' } })
    expect(await outcome('once')).toMatchObject({ state: 'ANNULLED', ...both })
    expect(await settle(world, 'once', billOf(person))).toMatchObject({ __typename: 'RequestReused' })
  })

  test('of twenty at once under different ids one wins, and the others are told by which reversal', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'much-reversed', billOf(person))
    const other = await world.open()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const from = i % 2 === 0 ? world : other
        return reverse(from, settled.id, { requestId: `reverse-many-${i}` })
      }),
    )
    await other.close()
    const won = answers.filter((one) => one.__typename === 'Settlement')
    expect(won).toHaveLength(1)
    const lost = answers.filter((one) => one.__typename !== 'Settlement')
    for (const one of lost) expect(one).toMatchObject({ __typename: 'AlreadyReversed', reversal: { id: won[0]?.id } })
    expect(await money(world, person)).toEqual({ balance: '10000', counters: '0', ledger: '0' })
  })

  test('reversed and annulled at once it is taken back once', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'both-ways', billOf(person))
    const ANNUL = `mutation { annul(requestId: "annul-both", target: "both-ways") {
      ... on Annulment { reversal { id } } } }`
    const [reversed, annulled] = await Promise.all([
      reverse(world, settled.id),
      world.ask<{ annul: { reversal: { id: string } } }>(hospital(), ANNUL),
    ])
    expect(annulled.annul.reversal.id).toBe(reversed.reversal?.id ?? reversed.id)
    expect(await money(world, person)).toEqual({ balance: '10000', counters: '0', ledger: '0' })
  })

  test('by whoever operates now, when that is said', async () => {
    const settled = await settle(world, 'operated', billOf(await world.addPerson()))
    const operator = { code: 'op9', name: '李', terminal: 'COUNTER' }
    expect(await reverse(world, settled.id, { operator })).toMatchObject({ operator: 'op9' })
    expect(await reverse(world, settled.id, { operator: { ...operator, code: '' } })).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'operator.code' }],
    })
  })
})

describe('what is refused leaves everything as it was', () => {
  test('another institution’s settlement does not exist', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'not-theirs', billOf(person))
    const before = await money(world, person)
    const refused = { __typename: 'NotFound', code: 'NOT_FOUND', problems: [{ path: 'settlement' }] }
    const theirs = await reverse(world, settled.id, { as: hospital(OTHER_HOSPITAL) })
    expect(theirs).toMatchObject(refused)
    expect(await reverse(world, '01890000-0000-7000-8000-000000000002', { as: hospital(OTHER_HOSPITAL) })).toEqual(
      theirs,
    )
    expect(await reverse(world, 'nonsense')).toMatchObject(refused)
    expect(await money(world, person)).toEqual(before)
  })

  test('a reversal is not reversed', async () => {
    const settled = await settle(world, 'reversed-once', billOf(await world.addPerson()))
    const reversal = await reverse(world, settled.id)
    expect(await reverse(world, reversal.id)).toMatchObject({ __typename: 'NotAllowed', code: 'REVERSAL_OF_REVERSAL' })
  })

  test('a reversal that was annulled before it arrived writes nothing', async () => {
    const person = await world.addPerson(100)
    const settled = await settle(world, 'stands', billOf(person))
    await world.ask(hospital(), 'mutation { annul(requestId: "annul-reverse", target: "late-reverse") { __typename } }')
    expect(await reverse(world, settled.id, { requestId: 'late-reverse' })).toMatchObject({
      __typename: 'NotAllowed',
      code: 'ANNULLED',
    })
    expect(await reverse(world, settled.id)).toMatchObject({ __typename: 'Settlement' })
  })

  test('a reversal cannot be annulled: the bill is settled again instead', async () => {
    const settled = await settle(world, 'final', billOf(await world.addPerson()))
    await reverse(world, settled.id, { requestId: 'final-reverse' })
    const ANNUL = `mutation { annul(requestId: "annul-final", target: "final-reverse") {
      ... on Rejection { code } } }`
    expect(await world.ask(hospital(), ANNUL)).toEqual({ annul: { code: 'TARGET_NOT_A_SETTLEMENT' } })
  })
})

describe('stays', () => {
  const charge = lineOf({ price: '200.00', quantity: '10', amount: '2000.00' })
  const stayOf = (person: WorldPerson, visit: string, change: object = {}) =>
    billOf(person, { visit, careType: '21', lines: [charge], total: '2000.00', ...change })

  test('a later part of the same stay comes back first', async () => {
    const person = await world.addPerson()
    const first = await settle(world, 'part-1', stayOf(person, 'S1'))
    const lines = [lineOf({ serial: '2', price: '200.00', amount: '2000.00' })]
    const second = await settle(world, 'part-2', stayOf(person, 'S1', { chargeBatch: 'B2', lines }))
    const refused = { code: 'LATER_PART_STANDS', retryable: true, problems: [{ path: 'settlement' }] }
    expect(await reverse(world, first.id, { requestId: 'reverse-part' })).toMatchObject(refused)
    expect(await reverse(world, second.id)).toMatchObject({ __typename: 'Settlement' })
    expect(await reverse(world, first.id, { requestId: 'reverse-part' })).toMatchObject({ __typename: 'Settlement' })
  })

  test('a number of admission is never handed out twice while a stay holds it', async () => {
    const person = await world.addPerson()
    const first = await settle(world, 'stay-1', stayOf(person, 'T1'))
    expect(await settle(world, 'stay-2', stayOf(person, 'T2'))).toMatchObject({ deductible: '400.00' })
    await reverse(world, first.id)
    expect(await settle(world, 'stay-3', stayOf(person, 'T3'))).toMatchObject({ deductible: '400.00' })
    const text = 'select visit, number from settlement.stay where insured_id = $1 order by number'
    expect((await world.admin.query(text, [person.insuredId])).rows).toEqual([
      { visit: 'T2', number: 2 },
      { visit: 'T3', number: 3 },
    ])
  })
})

test('the person and the bureau see a reversal and what it takes back', async () => {
  const person = await world.addPerson(100)
  const settled = await settle(world, 'seen', billOf(person))
  const reversal = await reverse(world, settled.id)
  const SEE = 'query ($id: ID!) { settlement(id: $id) { ... on Settlement { total correction reverses { id } } } }'
  const seen = { settlement: { total: '-200.00', correction: false, reverses: { id: settled.id } } }
  expect(await world.ask(personOf(person.insuredId), SEE, { id: reversal.id })).toEqual(seen)
  expect(await world.ask(staff(), SEE, { id: reversal.id })).toEqual(seen)
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
