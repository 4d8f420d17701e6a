import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hospitalOf, reverseWorld, type ReverseWorld } from './reverse-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// Bills that relatives paid for, taken back: each relative gets what they gave, and their promise with it.

let world: ReverseWorld
beforeAll(async () => {
  world = await reverseWorld()
})
afterAll(() => world.close())

const bind = (beneficiary: WorldPerson, sponsor: WorldPerson, place: number, yuanAYear: number | null = null) =>
  world.admin.query(
    `insert into insured.mutual_aid (insured_id, binding_id, sponsor_id, relation, place, yearly_limit, sponsor_masked,
       beneficiary_name, begin_on, bound_at)
     values ($1, $2, $3, 'CHILD', $4, $5, '甲*', '乙', '2026-01-01', '2026-01-01')`,
    [beneficiary.insuredId, randomUUIDv7(), sponsor.insuredId, place, yuanAYear === null ? null : yuanAYear * 100],
  )

/** Account and promise used of a person, in yuan. */
async function booksOf({ insuredId }: WorldPerson) {
  const { rows } = await world.admin.query<{ account: number; promised: number }>(
    `select (select balance::int / 100.0 from settlement.account where insured_id = $1 and kind = 'CURRENT')::float8 as account,
       (select coalesce(sum(amount), 0)::int / 100.0 from settlement.counter
         where insured_id = $1 and name like 'mutual-aid:%')::float8 as promised`,
    [insuredId],
  )
  return rows[0]
}

test('a reversal gives each relative back what they paid', async () => {
  const person = await world.addInsured('ANY', 20)
  const [first, second] = [await world.addInsured('ANY', 100), await world.addInsured('ANY', 100)]
  await bind(person, first, 1, 50)
  await bind(person, second, 2)
  const a = await world.settle(hospitalOf('ANY'), person, 200)
  expect([await booksOf(first), await booksOf(second)]).toEqual([
    { account: 50, promised: 50 },
    { account: 0, promised: 100 },
  ])
  expect(await world.reverse(hospitalOf('ANY'), a.id)).toMatchObject({ account: '-20.00', cash: '-30.00' })
  for (const relative of [first, second]) expect(await booksOf(relative)).toEqual({ account: 100, promised: 0 })
  expect(await booksOf(person)).toEqual({ account: 20, promised: 0 })
})

test('for what a refund leaves no relative gives more than for the whole, and the first gives first', async () => {
  const person = await world.addInsured('ANY')
  const [first, second] = [await world.addInsured('ANY', 60), await world.addInsured('ANY', 100)]
  await bind(person, first, 1)
  await bind(person, second, 2)
  const whole = await world.settle(hospitalOf('ANY'), person, [{ code: CLASS_A, price: 25, quantity: 6 }])
  expect([await booksOf(first), await booksOf(second)]).toMatchObject([{ account: 0 }, { account: 10 }])
  const input = { lines: [{ serial: '1', quantity: '3' }], chargeBatch: 'relatives' }
  expect(await world.refund(hospitalOf('ANY'), whole.id, input)).toMatchObject({ settlement: { total: '75.00' } })
  expect([await booksOf(first), await booksOf(second)]).toEqual([
    { account: 0, promised: 60 },
    { account: 85, promised: 15 },
  ])
})

test('reckoned anew, the own account gets first and relatives no more than they gave', async () => {
  const [here, elsewhere] = [hospitalOf('RECOMPUTED', 1), hospitalOf('RECOMPUTED', 2)]
  const person = await world.addInsured('RECOMPUTED', 20)
  const sponsor = await world.addInsured('RECOMPUTED', 500)
  await bind(person, sponsor, 1, 150)
  const a = await world.settle(here, person, 200)
  expect(a).toMatchObject({ deductible: '200.00', account: '20.00', cash: '30.00' })
  await world.settle(elsewhere, person, 200, { useAccount: false })
  expect(await world.reverse(here, a.id)).toMatchObject({ pool: '-140.00', account: '-20.00', cash: '0.00' })
  expect([await booksOf(person), await booksOf(sponsor)]).toEqual([
    { account: 20, promised: 0 },
    { account: 390, promised: 110 },
  ])
})

test('two who sponsor each other: all bills and reversals of both at once pass, and nobody loses a fen', async () => {
  const [one, other] = [await world.addInsured('ANY', 400), await world.addInsured('ANY', 400)]
  await bind(one, other, 1)
  await bind(other, one, 1)
  const both = [one, other]
  const bills: Data[] = await Promise.all(
    Array.from({ length: 16 }, (_, i) => world.settle(hospitalOf('ANY', i % 2 === 0 ? 1 : 2), both[i % 2] ?? one, 90)),
  )
  expect(bills.filter((bill) => bill.__typename !== 'Settlement')).toEqual([])
  const reversals = await Promise.all(
    bills.map((bill, i) => world.reverse(hospitalOf('ANY', i % 2 === 0 ? 1 : 2), bill.id)),
  )
  expect(reversals.filter((answer) => answer.__typename !== 'Settlement')).toEqual([])
  for (const person of both) expect(await booksOf(person)).toEqual({ account: 400, promised: 0 })
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
