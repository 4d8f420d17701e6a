import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reverse } from './reversing.ts'
import {
  auditor,
  billOf,
  HOSPITAL,
  hospital,
  OTHER_HOSPITAL,
  personOf,
  settle,
  settleWorld,
  staff,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

// "Used 170.00 of 500.00 by these 2 bills": what a counter holds is shown by the bills it is made of.

let world: SettleWorld
let person: WorldPerson
const ids: Record<string, string> = {}

beforeAll(async () => {
  world = await settleWorld()
  person = await world.addPerson(300)
  const bills = [
    ['first', hospital()],
    ['taken back', hospital()],
    ['elsewhere', hospital(OTHER_HOSPITAL)],
    ['last', hospital()],
  ] as const
  for (const [name, at] of bills) ids[name] = (await settle(world, name, billOf(person), at)).id
  await world.ask(hospital(), 'mutation { annul(requestId: "undo", target: "taken back") { __typename } }')
  ids['stay'] = (
    await settle(world, 'stay', billOf(person, { careType: '21', begin: '2026-11-10T08:00:00+08:00', visit: 'ZY1' }))
  ).id
})
afterAll(() => world.close())

const COUNTERS = `query ($of: [_Any!]!, $first: Int, $after: String) { _entities(representations: $of) { ... on Insured {
  accumulators { name period amount limit text { zh en }
    bills(first: $first, after: $after) {
      ... on AccumulatorBillConnection { edges { node { amount settledAt settlement { id institutionCode } } }
        pageInfo { hasNextPage endCursor } }
      ... on Rejection { code problems { path } } } } } } }`

interface Counter {
  readonly name: string
  readonly period: string
  readonly amount: string
  readonly limit: string | null
  readonly text: { readonly zh: string; readonly en: string } | null
  readonly bills: {
    readonly edges: readonly {
      readonly node: { readonly amount: string; readonly settlement: { readonly id: string } | null }
    }[]
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    readonly code?: string
  }
}

async function counters(of: WorldPerson, identity = personOf(of.insuredId), variables: object = {}) {
  const key = { __typename: 'Insured', id: of.insuredId }
  const answer = await world.ask<{ _entities: { accumulators: Counter[] }[] }>(identity, COUNTERS, {
    of: [key],
    ...variables,
  })
  return answer._entities[0]?.accumulators ?? []
}
const counter = async (name: string, of = person, identity = personOf(of.insuredId), variables: object = {}) => {
  const found = (await counters(of, identity, variables)).find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no counter ${name}`)
  return found
}
const sumOf = ({ bills }: Counter) =>
  bills.edges.reduce((sum, { node }) => sum + Math.round(Number(node.amount) * 100), 0) / 100

describe('a counter', () => {
  test('is the sum of the bills that stand, those at other institutions among them', async () => {
    const fund = await counter('outpatient-fund')
    expect(fund.bills.edges.map(({ node }) => node.settlement?.id)).toEqual([
      ids['last'],
      ids['elsewhere'],
      ids['first'],
    ])
    expect(sumOf(fund)).toBe(Number(fund.amount))
    for (const each of await counters(person)) expect(sumOf(each), each.name).toBe(Number(each.amount))
  })

  test('says so in words, with the cap or the standard of this person', async () => {
    const fund = await counter('outpatient-fund')
    expect(fund.limit).toBe('500.00')
    expect(fund.text).toEqual({
      zh: `已用 ${fund.amount} / 500.00，由 3 笔结算构成`,
      en: `used ${fund.amount} of 500.00 by these 3 bills`,
    })
    expect(await counter('outpatient-deductible')).toMatchObject({
      limit: '100.00',
      text: { en: 'used 100.00 of 100.00 by this bill' },
    })
  })

  test('of a stay has the standard that stay was settled by', async () => {
    expect(await counter('stay-deductible')).toMatchObject({
      period: `${HOSPITAL}:ZY1`,
      limit: '800.00',
      text: { zh: '已用 200.00 / 800.00，由 1 笔结算构成' },
    })
  })

  test('shows its bills page by page', async () => {
    const found: string[] = []
    let after: string | null = null
    do {
      const { bills }: Counter = await counter('outpatient-fund', person, personOf(person.insuredId), {
        first: 1,
        after,
      })
      found.push(...bills.edges.map(({ node }) => node.settlement?.id ?? ''))
      after = bills.pageInfo.hasNextPage ? bills.pageInfo.endCursor : null
    } while (after !== null)
    expect(found).toEqual([ids['last'], ids['elsewhere'], ids['first']])
    const wrong = await counter('outpatient-fund', person, personOf(person.insuredId), { first: 0, after: 'zz' })
    expect(wrong.bills).toMatchObject({ code: 'INVALID_INPUT', problems: [{ path: 'first' }, { path: 'after' }] })
  })

  test('is shown to the person, the bureau of the pool and auditors; never to an institution', async () => {
    for (const who of [staff(), auditor]) expect((await counters(person, who)).length).toBeGreaterThan(2)
    expect(await counters(person, staff('620100'))).toEqual([])
    expect(await counters(person, personOf((await world.addPerson(0)).insuredId))).toEqual([])
    await expect(counters(person, hospital())).rejects.toThrow('FORBIDDEN')
  })

  test('of whom is no longer insured says what was used, and no limit', async () => {
    const left = await world.addPerson(0)
    await settle(world, 'left', billOf(left))
    await world.admin.query(`update insured.enrolment set end_on = '2026-11-22' where insured_id = $1`, [
      left.insuredId,
    ])
    const { now } = world.time
    world.time.now = now.add({ hours: 48 })
    expect(await counter('outpatient-fund', left)).toMatchObject({
      limit: null,
      text: { en: 'used 70.00 by this bill' },
    })
    world.time.now = now
  })

  test('that is not what its bills consumed claims nothing, and an alarm is logged', async () => {
    const victim = await world.addPerson(0)
    await settle(world, 'victim', billOf(victim))
    const change = (by: string) =>
      world.admin.query(
        `update settlement.counter set amount = amount ${by} where insured_id = $1 and name = 'outpatient-fund'`,
        [victim.insuredId],
      )
    await change('+ 1')
    expect(await counter('outpatient-fund', victim)).toMatchObject({ amount: '70.01', text: null })
    expect(world.errors).toContainEqual(expect.objectContaining({ name: 'outpatient-fund', period: '2026' }))
    await change('- 1')
    expect((await counter('outpatient-fund', victim)).text).not.toBeNull()
  })
})

test('what a sponsor’s account paid for a relative is shown to the sponsor, the relative’s bill is not', async () => {
  const [relative, sponsor] = [await world.addPerson(0), await world.addPerson(500)]
  await world.admin.query(
    `insert into insured.mutual_aid (insured_id, binding_id, sponsor_id, relation, place, yearly_limit, sponsor_masked,
       beneficiary_name, begin_on, bound_at)
     values ($1, $2, $3, 'CHILD', 1, 50000, '甲*', '乙', '2026-01-01', '2026-01-01')`,
    [relative.insuredId, randomUUIDv7(), sponsor.insuredId],
  )
  await settle(world, 'helped', billOf(relative))
  await settle(world, 'helped and taken back', billOf(relative))
  await world.ask(hospital(), 'mutation { annul(requestId: "undo 2", target: "helped and taken back") { __typename } }')
  const promise = await counter(`mutual-aid:${relative.insuredId}`, sponsor)
  expect(promise).toMatchObject({
    amount: '130.00',
    limit: '500.00',
    text: { en: 'used 130.00 of 500.00 by this bill' },
  })
  expect(promise.bills.edges).toMatchObject([{ node: { amount: '130.00', settlement: null } }])
  const seen = await counter(`mutual-aid:${relative.insuredId}`, sponsor, auditor)
  expect(seen.bills.edges[0]?.node.settlement).not.toBeNull()
})

test('a bill of a closed benefit year that was taken back still stands behind the counter, which stayed', async () => {
  const late = await world.addPerson(0)
  const { id } = await settle(world, 'late', billOf(late))
  await world.admin.query(`
    update settlement.closing_version set version = version + 1;
    insert into settlement.closed_period values ('YEAR', '620900', '310', '2026', 'staff:620900:test', now())`)
  const { now } = world.time
  world.time.now = Temporal.Instant.from('2027-01-05T10:00:00+08:00')
  expect(await reverse(world, id)).toMatchObject({ keepsCounters: true })
  const fund = await counter('outpatient-fund', late)
  expect(fund).toMatchObject({ amount: '70.00', limit: '500.00', text: { en: 'used 70.00 of 500.00 by this bill' } })
  expect(fund.bills.edges.map(({ node }) => node.settlement?.id)).toEqual([id])
  world.time.now = now
})
