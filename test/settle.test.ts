import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

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
