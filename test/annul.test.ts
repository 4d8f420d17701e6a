import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, lineOf, OTHER_HOSPITAL, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const ANNUL = `
  mutation ($requestId: ID!, $target: ID!) {
    annul(requestId: $requestId, target: $target) {
      __typename
      ... on Annulment {
        target
        settlement { id reversedBy { id } }
        reversal { id total pool account cash balance deductible reverses { id } lines { serial quantity amount inScope } funds { paid } }
      }
      ... on Rejection { code problems { path code } }
    }
  }`

interface Annulled {
  readonly __typename: string
  readonly settlement: { readonly id: string } | null
  readonly reversal: Record<string, unknown> | null
  readonly code: string
}

async function annul(requestId: string, target: string, identity = hospital()): Promise<Annulled> {
  return (await world.ask<{ annul: Annulled }>(identity, ANNUL, { requestId, target })).annul
}

const money = async (insuredId: string) => {
  const { rows } = await world.admin.query(
    `select (select coalesce(sum(balance), 0)::text from settlement.account where insured_id = $1) as balance,
       (select coalesce(sum(amount), 0)::text from settlement.counter where insured_id = $1) as counters,
       (select coalesce(sum(amount), 0)::text from settlement.ledger_entry where insured_id = $1) as ledger`,
    [insuredId],
  )
  return rows[0]
}

test('a settled request is reversed once, in mirror image, and everything is as before', async () => {
  const person = await world.addPerson(100)
  const before = await money(person.insuredId)
  const bill = billOf(person, { lines: [lineOf(), lineOf({ serial: '2', code: 'XB01' })], total: '400.00' })
  const settled = await settle(world, 'to-annul', bill)
  const annulled = await annul('annul-1', 'to-annul')
  expect(annulled).toMatchObject({
    __typename: 'Annulment',
    settlement: { id: settled.id },
    reversal: {
      total: '-400.00',
      pool: `-${settled.pool}`,
      account: '-100.00',
      cash: `-${settled.cash}`,
      deductible: '-100.00',
      balance: '100.00',
      reverses: { id: settled.id },
      lines: [
        { serial: '1', quantity: '-10.0000', amount: '-200.00', inScope: '-200.00' },
        { serial: '2', quantity: '-10.0000', amount: '-200.00', inScope: '-180.00' },
      ],
    },
  })
  expect(await money(person.insuredId)).toEqual({ ...before })
  expect(await annul('annul-1', 'to-annul')).toEqual(annulled)
  expect(await annul('annul-2', 'to-annul')).toEqual(annulled)
})

test('annulled, the bill may be sent again under a new id, and the old id is refused', async () => {
  const person = await world.addPerson(100)
  const bill = billOf(person)
  await settle(world, 'wrong', bill)
  await annul('annul-wrong', 'wrong')
  expect(await settle(world, 'wrong', bill)).toMatchObject({ __typename: 'NotAllowed', code: 'ANNULLED' })
  expect(await settle(world, 'right', bill)).toMatchObject({ __typename: 'Settlement', deductible: '100.00' })
})

test('annulled first, a settle that arrives late writes nothing', async () => {
  const person = await world.addPerson(100)
  expect(await annul('annul-early', 'late')).toMatchObject({
    __typename: 'Annulment',
    settlement: null,
    reversal: null,
  })
  expect(await settle(world, 'late', billOf(person))).toMatchObject({ __typename: 'NotAllowed', code: 'ANNULLED' })
  const { rows } = await world.admin.query('select 1 from settlement.settlement where insured_id = $1', [
    person.insuredId,
  ])
  expect(rows).toEqual([])
})

test('twenty annulments of one request at once reverse it once', async () => {
  const person = await world.addPerson(100)
  await settle(world, 'much-annulled', billOf(person))
  const other = await world.open()
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const from = i % 2 === 0 ? world : other
      const variables = { requestId: `annul-many-${i}`, target: 'much-annulled' }
      return (await from.ask<{ annul: Annulled }>(hospital(), ANNUL, variables)).annul
    }),
  )
  await other.close()
  expect(new Set(answers.map((one) => one.reversal?.['id']))).toHaveLength(1)
  const { rows } = await world.admin.query('select count(*)::int as n from settlement.reversal where insured_id = $1', [
    person.insuredId,
  ])
  expect(rows).toEqual([{ n: 1 }])
})

test('settle and annul at once end either reversed or never settled', async () => {
  for (let i = 0; i < 12; i += 1) {
    const person = await world.addPerson(100)
    const [settled] = await Promise.all([
      settle(world, `race-${i}`, billOf(person)),
      annul(`annul-race-${i}`, `race-${i}`),
    ])
    expect(['Settlement', 'NotAllowed']).toContain(settled.__typename)
    expect(await money(person.insuredId)).toEqual({ balance: '10000', counters: '0', ledger: '0' })
  }
})

test('what later bills consumed stays when an earlier one is annulled', async () => {
  const person = await world.addPerson(1000)
  await settle(world, 'first-of-two', billOf(person))
  const second = await settle(world, 'second-of-two', billOf(person))
  expect(second).toMatchObject({ deductible: '0.00', pool: '140.00' })
  await annul('annul-first', 'first-of-two')
  const { rows } = await world.admin.query(
    'select name, amount from settlement.counter where insured_id = $1 order by name',
    [person.insuredId],
  )
  expect(rows).toEqual([
    { name: 'outpatient-deductible', amount: '0' },
    { name: 'outpatient-fund', amount: '14000' },
  ])
})

test('another institution’s request is as if it were not there', async () => {
  const person = await world.addPerson(100)
  await settle(world, 'mine', billOf(person))
  expect(await annul('annul-theirs', 'mine', hospital(OTHER_HOSPITAL))).toMatchObject({
    settlement: null,
    reversal: null,
  })
  const { rows } = await world.admin.query('select 1 from settlement.reversal where insured_id = $1', [
    person.insuredId,
  ])
  expect(rows).toEqual([])
})

test('an annulment of a refused request changes nothing', async () => {
  const person = await world.addPerson(100)
  const bill = billOf(person, { total: '1.00' })
  const refused = await settle(world, 'refused-before', bill)
  expect(await annul('annul-refused', 'refused-before')).toMatchObject({ settlement: null, reversal: null })
  expect(await settle(world, 'refused-before', bill)).toEqual(refused)
})

test('an annulment names another request than itself, and a settlement', async () => {
  expect(await annul('self', 'self')).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: 'target' }] })
  await annul('an-annulment', 'nothing')
  expect(await annul('of-annulment', 'an-annulment')).toMatchObject({ code: 'TARGET_NOT_A_SETTLEMENT' })
  expect(await annul('an-annulment', 'something-else')).toMatchObject({ __typename: 'RequestReused' })
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
