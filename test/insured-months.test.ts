import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, settle, settleWorld, type WorldPerson } from './settle-world.ts'

let world: Awaited<ReturnType<typeof settleWorld>>
let admin: pg.Client
beforeAll(async () => {
  world = await settleWorld()
  admin = new pg.Client(world.url)
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await world.close()
})

const enrolment = { insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }

/** Somebody whose contributions of these months were paid; `pools` says where, in turn. */
async function paidFor(months: readonly string[], pools: readonly string[] = ['620902']): Promise<WorldPerson> {
  const person = await world.addPerson(0, { enrolments: [{ ...enrolment, pool: '620902' }] })
  for (const [i, period] of months.entries()) {
    await admin.query(
      `insert into insured.contribution_bill (insured_id, bill_id, pool, insurance_type, period, sequence, kind, person_type,
         base, employer_share, person_share, government_share, credit, due_on, rule, made_at, paid_at)
       values ($1, $2, $3, '310', $4, 0, 'FLEXIBLE', '1103', 400000, 0, 36000, 0, 8000, $5, 'test', now(), now())`,
      [person.insuredId, randomUUIDv7(), pools[i % pools.length], period, `${period}-28`],
    )
  }
  return person
}

const lastMonths = (count: number, last = '2026-11') =>
  Array.from({ length: count }, (_, i) => Temporal.PlainYearMonth.from(last).subtract({ months: i }).toString())

let requests = 0
const fundFor = async (person: WorldPerson): Promise<unknown> => {
  requests += 1
  return (await settle(world, `months-${requests}`, billOf(person), hospital())).fundTotal
}

test('the cap follows the months paid without a gap, up to this month or the last', async () => {
  expect(await fundFor(await paidFor([]))).toBe('50.00')
  expect(await fundFor(await paidFor(lastMonths(5)))).toBe('50.00')
  expect(await fundFor(await paidFor(lastMonths(6)))).toBe('100.00')
  expect(await fundFor(await paidFor(lastMonths(6, '2026-10')))).toBe('100.00')
  expect(await fundFor(await paidFor(lastMonths(11)))).toBe('100.00')
  expect(await fundFor(await paidFor(lastMonths(12)))).toBe('150.00')
})

test('a gap ends the count, a move to another pool does not', async () => {
  const gap = lastMonths(14).filter((month) => month !== '2026-08')
  expect(await fundFor(await paidFor(gap))).toBe('50.00')
  expect(await fundFor(await paidFor(lastMonths(12), ['620900', '620902']))).toBe('150.00')
})

test('what was settled is reckoned again by the months of then', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
  const { rows } = await admin.query(
    `select distinct (input->'person'->>'insuredMonths')::int as months from settlement.settlement order by 1`,
  )
  expect(rows.map(({ months }) => months)).toEqual([0, 3, 5, 6, 11, 12])
})
