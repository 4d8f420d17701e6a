import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, OTHER_HOSPITAL, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

interface Confirmed {
  readonly __typename: string
  readonly confirmedAt: string
  readonly code: string
  readonly settlement: { readonly id: string }
}

async function confirm(requestId: string, identity = hospital()): Promise<Confirmed> {
  const { confirm: answer } = await world.ask<{ confirm: Confirmed }>(
    identity,
    `mutation ($requestId: ID!) { confirm(requestId: $requestId) {
      __typename ... on Confirmation { confirmedAt settlement { id confirmedAt } } ... on Rejection { code } } }`,
    { requestId },
  )
  return answer
}

test('a confirmation is recorded once and answers the same when it is repeated', async () => {
  const { id } = await settle(world, 'confirmed', billOf(await world.addPerson()))
  const first = await confirm('confirmed')
  expect(first).toMatchObject({ __typename: 'Confirmation', settlement: { id } })
  world.time.now = world.time.now.add({ minutes: 1 })
  expect(await confirm('confirmed')).toEqual(first)
})

test('a request that settled nothing cannot be confirmed, nor can that of another institution', async () => {
  await settle(world, 'of-the-first', billOf(await world.addPerson()))
  expect(await confirm('never-sent')).toMatchObject({ code: 'NOTHING_TO_CONFIRM' })
  expect(await confirm('of-the-first', hospital(OTHER_HOSPITAL))).toMatchObject({ code: 'NOTHING_TO_CONFIRM' })
  await world.ask(hospital(), 'mutation { annul(requestId: "annul-first", target: "of-the-first") { __typename } }')
  expect(await confirm('of-the-first')).toMatchObject({ code: 'ANNULLED' })
})

test('without a time asked for, a settlement stands unconfirmed', async () => {
  const { id } = await settle(world, 'stands', billOf(await world.addPerson()))
  world.time.now = world.time.now.add({ hours: 48 })
  const { settlement } = await world.ask<{ settlement: object }>(
    hospital(),
    `query ($id: ID!) { settlement(id: $id) { ... on Settlement { confirmedAt confirmBy reversedBy { id } } } }`,
    { id },
  )
  expect(settlement).toEqual({ confirmedAt: null, confirmBy: null, reversedBy: null })
})
