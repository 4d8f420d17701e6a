import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LINE, PLACE } from './exchange-world.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { hospitalOf, POOLS, reverseWorld, type ReverseWorld } from './reverse-world.ts'
import type { Data, WorldPerson } from './world.ts'

// One named sequence in pools of each order: bill A uses the deductible of the year, B follows elsewhere, A is taken
// back, and C is settled.

let world: ReverseWorld
beforeAll(async () => {
  world = await reverseWorld()
})
afterAll(() => world.close())

const A = { deductible: '200.00', pool: '0.00' }
const B = { deductible: '0.00', pool: '140.00' }

test('in any order: A is mirrored, B stands, and C pays the deductible again', async () => {
  const [here, elsewhere] = [hospitalOf('ANY', 1), hospitalOf('ANY', 2)]
  const person = await world.addInsured('ANY', 500)
  const a = await world.settle(here, person, 200)
  expect(a).toMatchObject(A)
  expect(await world.settle(elsewhere, person, 200)).toMatchObject(B)
  expect(await world.reverse(here, a.id)).toMatchObject({
    __typename: 'Settlement',
    deductible: '-200.00',
    pool: '0.00',
    account: '-200.00',
    balance: '440.00',
    reverses: { id: a.id },
    explanation: null,
  })
  expect(await world.counters(person)).toMatchObject({ 'outpatient-deductible': 0, 'outpatient-fund': 140 })
  expect(await world.settle(here, person, 200)).toMatchObject(A)
})

const messageOf = (person: WorldPerson, exchange: string) => {
  const {
    credential: _card,
    operator,
    ...rest
  } = bill({
    careType: '11',
    lines: [{ code: CLASS_A, price: 200 }],
  }) as Data
  const said = {
    ...rest,
    emergency: true,
    credential: { kind: '02', value: person.identityNumber },
    institution: 'H51010000001',
    operator: { ...operator, terminal: '1' },
    confirmWithin: 10,
  }
  return { exchange, bill: said, place: PLACE, lines: [LINE] }
}

describe('latest first', () => {
  const [here, elsewhere] = [hospitalOf('LATEST_FIRST', 1), hospitalOf('LATEST_FIRST', 2)]

  test('A waits until B is taken back where it was made, and then C pays the deductible again', async () => {
    const person = await world.addInsured('LATEST_FIRST')
    const a = await world.settle(here, person, 200)
    const b = await world.settle(elsewhere, person, 200)
    expect(b).toMatchObject(B)
    const id = world.requestId()
    expect(await world.reverse(here, a.id, id)).toMatchObject({
      __typename: 'NotAllowed',
      code: 'LATER_SETTLEMENT_STANDS',
      retryable: true,
      problems: [{ path: 'settlement' }],
    })
    expect(await world.reverse(elsewhere, b.id)).toMatchObject({ __typename: 'Settlement', pool: '-140.00' })
    expect(await world.reverse(here, a.id, id)).toMatchObject({ __typename: 'Settlement', deductible: '-200.00' })
    expect(await world.settle(here, person, 200)).toMatchObject(A)
  })

  test('a reservation that is cancelled goes back although its pool takes back the latest first and a later bill stands', async () => {
    const settlement = world.platform.subgraphs.find((one) => one.name === 'settlement')
    const say = async (type: string, message: object) =>
      (await settlement?.internal?.(`exchange.${type}`, { province: '51', message }, 'trace')) as Data
    const person = await world.addInsured('LATEST_FIRST')
    const exchange = randomUUIDv7()
    const reserved = await say('reserve', messageOf(person, exchange))
    expect(reserved).toMatchObject({ rejection: null, state: 'RESERVED' })
    const later = await world.settle(hospitalOf('LATEST_FIRST'), person, 200)
    expect(later).toMatchObject({ deductible: '0.00', pool: '140.00' })
    const aborted = { state: 'ABORTED', settlement: null, rejection: null }
    for (const type of ['cancel', 'outcome', 'commit', 'cancel'])
      expect(await say(type, { exchange })).toMatchObject(aborted)
    expect(await world.counters(person)).toMatchObject({ 'outpatient-deductible': 0 })
    expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  })

  test('the hospital is told nothing of where, when and what B was; the person and the bureau find it', async () => {
    const person = await world.addInsured('LATEST_FIRST')
    const a = await world.settle(here, person, 200)
    const b = await world.settle(elsewhere, person, 333)
    const told = JSON.stringify(await world.reverse(here, a.id))
    for (const secret of [b.id, b.number, elsewhere, '333', b.requestId, '2026']) expect(told).not.toContain(secret)

    const BLOCKED =
      'query ($id: ID!) { settlement(id: $id) { ... on Settlement { blockedBy { id institutionCode } } } }'
    const found = { settlement: { blockedBy: { id: b.id, institutionCode: elsewhere } } }
    expect(await world.as(person.personNumber, BLOCKED, { id: a.id })).toEqual(found)
    world.letIn({ kind: 'staff', login: 'clerk-orders', label: 'clerk', pool: POOLS.LATEST_FIRST })
    expect(await world.as('clerk-orders', BLOCKED, { id: a.id })).toEqual(found)
    expect(await world.as(person.personNumber, BLOCKED, { id: b.id })).toEqual({ settlement: { blockedBy: null } })
    const asked = await world.gql(await world.token(here), BLOCKED, { id: a.id })
    expect(asked.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })

  test('of several settlements of two persons asked at once each finds its own', async () => {
    const [one, other] = [await world.addInsured('LATEST_FIRST'), await world.addInsured('LATEST_FIRST')]
    const mine = [
      await world.settle(here, one, 200),
      await world.settle(here, one, 200),
      await world.settle(here, one, 200),
    ]
    const last = [await world.settle(here, other, 200), await world.settle(here, other, 200)]
    const pool = { kind: 'staff', login: 'clerk-many', label: 'clerk', pool: POOLS.LATEST_FIRST } as const
    world.letIn(pool)
    const each = [...mine, ...last].map(({ id }, i) => `s${i}: settlement(id: "${id}") { ...of }`)
    const found = await world.as(
      'clerk-many',
      `{ ${each.join(' ')} } fragment of on Settlement { blockedBy { id } again: blockedBy { id } }`,
      {},
    )
    const by = Object.values<Data>(found).map(({ blockedBy, again }) => [blockedBy?.id, again?.id])
    const [latest, latestOfOther] = [mine[2]?.id, last[1]?.id]
    const expected = [latest, latest, undefined, latestOfOther, undefined]
    expect(by).toEqual(expected.map((id) => [id, id]))
  })

  test('of its own later settlement the hospital is told the number', async () => {
    const person = await world.addInsured('LATEST_FIRST')
    const a = await world.settle(here, person, 200)
    const b = await world.settle(here, person, 200)
    const { message } = await world.reverse(here, a.id)
    expect(message.en).toContain(b.number)
  })

  test('a later settlement that shares no counter is not in the way', async () => {
    const person = await world.addInsured('LATEST_FIRST')
    const first = await world.settle(here, person, 700)
    const a = await world.settle(here, person, 300)
    await world.reverse(here, a.id)
    // Nothing in scope, nothing consumed.
    expect(await world.settle(elsewhere, person, 0)).toMatchObject({ __typename: 'Settlement', inScope: '0.00' })
    expect(await world.reverse(here, first.id)).toMatchObject({ __typename: 'Settlement' })
  })
})

describe('recomputed', () => {
  const [here, elsewhere] = [hospitalOf('RECOMPUTED', 1), hospitalOf('RECOMPUTED', 2)]

  test('A is taken off the end of the year: its hospital gives the fund what B then paid too much, and C pays no deductible', async () => {
    const person = await world.addInsured('RECOMPUTED', 150)
    const a = await world.settle(here, person, 200)
    expect(a).toMatchObject({ ...A, account: '150.00', cash: '50.00' })
    expect(await world.settle(elsewhere, person, 200)).toMatchObject({ ...B, cash: '60.00' })
    const reversal = await world.reverse(here, a.id)
    // Before it the year holds B alone, whose 200 are the deductible; of A as the last bill the fund pays 70 %.
    expect(reversal).toMatchObject({
      __typename: 'Settlement',
      total: '-200.00',
      deductible: '0.00',
      pool: '-140.00',
      personal: '-60.00',
      account: '-60.00',
      cash: '0.00',
      balance: '60.00',
      reverses: { id: a.id },
    })
    expect(JSON.stringify(reversal.explanation)).toContain('140.00')
    expect(await world.counters(person)).toMatchObject({
      'outpatient-deductible': 200,
      'outpatient-expense': 0,
      'outpatient-fund': 0,
    })
    expect(await world.settle(here, person, 200)).toMatchObject({ deductible: '0.00', pool: '140.00' })
  })

  test('a part of A taken back leaves the fund with what all that stands costs it in the year', async () => {
    const person = await world.addInsured('RECOMPUTED')
    const a = await world.settle(here, person, [{ code: CLASS_A, price: 50, quantity: 4 }])
    await world.settle(elsewhere, person, 200)
    const input = { lines: [{ serial: '1', quantity: '2' }], chargeBatch: 'part-of-a' }
    // 300 in the year: 200 of it the deductible, 70 % of the rest.
    expect(await world.refund(here, a.id, input)).toMatchObject({
      reversal: { pool: '-140.00' },
      settlement: { deductible: '0.00', pool: '70.00' },
    })
    expect(await world.counters(person)).toMatchObject({ 'outpatient-deductible': 200, 'outpatient-fund': 70 })
  })

  test('what lies beyond the cap of the year is not given back by the one who was under it', async () => {
    const person = await world.addInsured('RECOMPUTED')
    const first = await world.settle(here, person, 1000)
    expect(first).toMatchObject({ deductible: '200.00', pool: '500.00' })
    expect(await world.settle(elsewhere, person, 1000)).toMatchObject({ pool: '0.00' })
    // Without the first bill the second comes to the same, so of the first as the last nothing is paid.
    expect(await world.reverse(here, first.id)).toMatchObject({ deductible: '0.00', pool: '0.00', cash: '-1000.00' })
    expect(await world.counters(person)).toMatchObject({ 'outpatient-deductible': 200, 'outpatient-fund': 500 })
  })

  test('a year that is emptied bill by bill ends with nothing consumed and nothing paid, in whatever order', async () => {
    const person = await world.addInsured('RECOMPUTED', 300)
    const bills = []
    for (const [i, price] of [90, 250, 40, 700, 12.34].entries())
      bills.push(await world.settle(i % 2 === 0 ? here : elsewhere, person, price))
    const paid = []
    for (const i of [1, 4, 0, 3, 2]) paid.push(await world.reverse(i % 2 === 0 ? here : elsewhere, bills[i].id))
    const fund = [...bills, ...paid].reduce((total, one) => total + Math.round(Number(one.fundTotal) * 100), 0)
    expect(fund).toBe(0)
    expect(Object.values(await world.counters(person))).toEqual([0, 0, 0])
  })
})

test('after all of this every settlement, reversal, sum and balance agrees', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
