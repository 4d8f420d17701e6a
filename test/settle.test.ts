import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, lineOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

test('a bill is settled: deductible first, then the fund, then the account', async () => {
  const person = await world.addPerson(100)
  const answer = await settle(world, 'first', billOf(person))
  expect(answer).toMatchObject({
    __typename: 'Settlement',
    total: '200.00',
    inScope: '200.00',
    deductible: '100.00',
    pool: '70.00',
    fundTotal: '70.00',
    personal: '130.00',
    account: '100.00',
    cash: '30.00',
    balance: '0.00',
  })
})

test('a bill that is taken back whole settles at zero and consumes nothing', async () => {
  const person = await world.addPerson(100)
  const lines = [lineOf(), lineOf({ serial: '2', quantity: '-10', amount: '-200.00', refundOf: '1' })]
  const answer = await settle(world, 'zero', billOf(person, { lines, total: '0.00' }))
  expect(answer).toMatchObject({
    __typename: 'Settlement',
    total: '0.00',
    deductible: '0.00',
    balance: '100.00',
    funds: [],
  })
})

test('a verification while bills are settled finds nothing wrong', async () => {
  const person = await world.addPerson(100)
  const settling = Promise.all(Array.from({ length: 30 }, (_, i) => settle(world, `meanwhile-${i}`, billOf(person))))
  for (let i = 0; i < 5; i += 1) expect((await verify(world.db, () => {})).mismatches).toEqual([])
  await settling
})
