import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, lineOf, settle, settleWorld, type SettleWorld, type WorldPerson } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const ANNUL = `
  mutation ($requestId: ID!, $target: ID!) {
    annul(requestId: $requestId, target: $target) {
      __typename
      ... on Annulment { settlement { id } }
      ... on Rejection { code retryable message { zh en } problems { path code } }
    }
  }`

async function annul(requestId: string, target: string) {
  type Answer = { readonly annul: { readonly __typename: string; readonly message?: { readonly en: string } } }
  return (await world.ask<Answer>(hospital(), ANNUL, { requestId, target })).annul
}

const charge = lineOf({ price: '200.00', quantity: '10', amount: '2000.00' })
const stayOf = (person: WorldPerson, visit: string, change: object = {}) =>
  billOf(person, { visit, careType: '21', lines: [charge], total: '2000.00', ...change })
const admissions = async ({ insuredId }: WorldPerson) => {
  const text = 'select visit, number from settlement.stay where insured_id = $1 order by number'
  return (await world.admin.query(text, [insuredId])).rows
}

test('the parts of a stay are annulled latest first, and the stay keeps its number while one of them stands', async () => {
  const person = await world.addPerson()
  await settle(world, 'part-1', stayOf(person, 'S1'))
  const lines = [lineOf({ serial: '2', price: '200.00', amount: '2000.00' })]
  const second = await settle(world, 'part-2', stayOf(person, 'S1', { chargeBatch: 'B2', lines }))
  expect(second).toMatchObject({ __typename: 'Settlement', deductible: '0.00' })

  const refused = await annul('annul-part-1', 'part-1')
  expect(refused).toMatchObject({
    __typename: 'NotAllowed',
    code: 'LATER_PART_STANDS',
    retryable: true,
    problems: [{ path: 'target', code: 'LATER_PART_STANDS' }],
  })
  const { rows } = await world.admin.query(`select 1 from settlement.request where request_id = 'annul-part-1'`)
  expect(rows).toEqual([])

  expect(await annul('annul-part-2', 'part-2')).toMatchObject({ __typename: 'Annulment' })
  expect(await admissions(person)).toEqual([{ visit: 'S1', number: 1 }])
  expect(await annul('annul-part-1', 'part-1')).toMatchObject({ __typename: 'Annulment' })
  expect(await admissions(person)).toEqual([])
})

test('a stay that was refunded whole is no admission', async () => {
  const person = await world.addPerson()
  const back = { ...charge, serial: '2', quantity: '-10', amount: '-2000.00', refundOf: '1' }
  await settle(world, 'refunded', stayOf(person, 'S2', { lines: [charge, back], total: '0.00' }))
  expect(await admissions(person)).toEqual([])
  await settle(world, 'admitted', stayOf(person, 'S3'))
  expect(await admissions(person)).toEqual([{ visit: 'S3', number: 1 }])
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
