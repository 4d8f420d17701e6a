import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, OTHER_HOSPITAL, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const OUTCOME = `
  query ($requestId: ID!) {
    outcome(requestId: $requestId) {
      __typename
      ... on Outcome { state settlement { id total } reversal { id total } rejection { type code problems { path } } }
      ... on Rejection { code }
    }
  }`

async function outcome(requestId: string, identity = hospital()) {
  return (await world.ask<{ outcome: Record<string, unknown> }>(identity, OUTCOME, { requestId })).outcome
}

test('a settled request is COMMITTED with its settlement', async () => {
  const { id } = await settle(world, 'done', billOf(await world.addPerson(100)))
  expect(await outcome('done')).toMatchObject({
    state: 'COMMITTED',
    settlement: { id, total: '200.00' },
    reversal: null,
    rejection: null,
  })
})

test('a refused request is REFUSED with the rejection', async () => {
  await settle(world, 'refused', billOf(await world.addPerson(100), { total: '1.00' }))
  expect(await outcome('refused')).toMatchObject({
    state: 'REFUSED',
    settlement: null,
    rejection: { type: 'InvalidInput', code: 'INVALID_INPUT', problems: [{ path: 'total' }] },
  })
})

test('an annulled request is ANNULLED, with what was settled and what took it back', async () => {
  const { id } = await settle(world, 'taken-back', billOf(await world.addPerson(100)))
  const annul = `mutation { annul(requestId: "annul", target: "taken-back") { __typename } }`
  await world.ask(hospital(), annul)
  expect(await outcome('taken-back')).toMatchObject({
    state: 'ANNULLED',
    settlement: { id },
    reversal: { total: '-200.00' },
  })
  expect(await outcome('annul')).toMatchObject({
    state: 'COMMITTED',
    settlement: { id },
    reversal: { total: '-200.00' },
  })
})

test('a request nobody sent is UNKNOWN, and so is one of another institution', async () => {
  await settle(world, 'known', billOf(await world.addPerson(100)))
  const unknown = { state: 'UNKNOWN', settlement: null, reversal: null, rejection: null }
  expect(await outcome('never')).toMatchObject(unknown)
  expect(await outcome('known', hospital(OTHER_HOSPITAL))).toMatchObject(unknown)
})
