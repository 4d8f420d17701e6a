import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, lineOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
/** Settlements with 4,000 lines each. */
const ids: string[] = []

/** The lines are copies of the first; nobody reckons them again here. */
const GROW = `
  insert into settlement.settlement_line
  select (jsonb_populate_record(l, jsonb_build_object('number', n))).*
  from settlement.settlement_line l, generate_series(2, 4000) n`

beforeAll(async () => {
  world = await settleWorld()
  for (let i = 0; i < 3; i += 1) {
    const { id } = await settle(world, `grown-${i}`, billOf(await world.addPerson(0)))
    ids.push(id)
  }
  await world.admin.query(GROW)
})
afterAll(() => world.close())

const lines = (id: string | undefined) => `settlement(id: "${id}") { ... on Settlement { lines { serial } } }`

interface Lines {
  readonly settlement: { readonly lines: readonly unknown[] }
}

test('a bill with many lines is read whole', async () => {
  const answer = await world.ask<Lines>(hospital(), `{ ${lines(ids[0])} }`)
  expect(answer.settlement.lines).toHaveLength(4000)
})

test('more lines than one operation may read are refused, and the way out is named', async () => {
  const all = `{ settlements { ... on SettlementConnection { edges { node { lines { serial } } } } } }`
  await expect(world.ask(hospital(), all)).rejects.toThrow('LIMIT_EXCEEDED')
  const page = all.replace('settlements', 'settlements(first: 2)')
  expect(JSON.stringify(await world.ask(hospital(), page)).match(/serial/g)).toHaveLength(8000)
})

test('the same lines count each time they are answered', async () => {
  const twice = `{ a: ${lines(ids[0])} b: ${lines(ids[0])} }`
  expect(Object.keys(await world.ask(hospital(), twice))).toEqual(['a', 'b'])
  const thrice = `{ a: ${lines(ids[0])} b: ${lines(ids[0])} c: ${lines(ids[0])} }`
  await expect(world.ask(hospital(), thrice)).rejects.toThrow('LIMIT_EXCEEDED')
})

test('the lines of a bill that is just settled do not count', async () => {
  const many = Array.from({ length: 2000 }, (_, i) => lineOf({ serial: String(i + 1) }))
  const person = await world.addPerson(0)
  const answer = await settle(world, 'longest', billOf(person, { lines: many, total: '400000.00' }))
  expect(answer).toMatchObject({ __typename: 'Settlement' })
  expect(answer.lines).toHaveLength(2000)
})
