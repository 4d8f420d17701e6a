import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, openAwayWorld, PAYABLE, ZHEJIANG, type AwayWorld } from './away-world.ts'
import { CLEARING_REQUESTS } from './exchange-clearing.ts'

// A month in which everything was taken back comes to nothing, and is cleared like any other.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

test('a bill and its reversal alone are declared, confirmed, paid with nothing and received, and nothing is missed in the books', async () => {
  const { id: settlement } = await world.settle(await world.filedPerson(), 5000)
  expect(await world.reverse(settlement)).toMatchObject({ __typename: 'Settlement' })
  world.at('2026-12-03T09:00:00+08:00')
  const { id } = await world.atPlace(CLEARING_REQUESTS.declareNet, { province: GANSU, month: '2026-11' })
  await world.talk()
  expect(await world.atHome(CLEARING_REQUESTS.confirmNet, { statement: id })).toMatchObject({ id })
  await world.talk()
  const paying = { province: ZHEJIANG, statements: [id], amount: '0.00', bankReference: 'N-1', paidOn: '2026-12-03' }
  const payment = await world.atHome(CLEARING_REQUESTS.payNet, paying)
  expect(payment).toMatchObject({ __typename: 'NetPayment' })
  await world.talk()
  const received = { payment: payment.id, amount: '0.00' }
  expect(await world.atPlace(CLEARING_REQUESTS.receiveNet, received)).toMatchObject({ id: payment.id })
  await world.talk()
  expect(await world.held(world.home, PAYABLE)).toBe('0.00')
  expect(await world.proven()).toEqual([])
})
