import { randomUUIDv7 } from 'node:crypto'
import { reverseUnconfirmed } from '@yibao/settlement/commands/reverse-unconfirmed'
import { verify } from '@yibao/settlement/commands/verify'
import { createServices } from '@yibao/settlement/context'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, hospital, lineOf, OTHER_HOSPITAL, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

/** What the platform does every few seconds. */
const work = () =>
  reverseUnconfirmed(
    createServices({ db: world.db, secrets: world.secrets, clock: () => world.time.now, ids: randomUUIDv7 }),
  )

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
  expect(await confirm('of-the-first')).toMatchObject({ code: 'TAKEN_BACK' })
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

test('what nobody confirmed is listed for reconciliation; what was confirmed, annulled or a reversal is not', async () => {
  const person = await world.addPerson()
  const other = hospital(OTHER_HOSPITAL)
  for (const requestId of ['left-open', 'closed', 'taken-back']) await settle(world, requestId, billOf(person), other)
  await confirm('closed', other)
  await world.ask(other, 'mutation { annul(requestId: "annul-open", target: "taken-back") { __typename } }')
  const { settlements } = await world.ask<{ settlements: object }>(
    other,
    `{ settlements(unconfirmed: true) { ... on SettlementConnection { edges { node { requestId } } } } }`,
  )
  expect(settlements).toEqual({ edges: [{ node: { requestId: 'left-open' } }] })
})

test('asked for a confirmation in time and not given one, the platform takes the settlement back, once', async () => {
  const person = await world.addPerson(300)
  const { id } = await settle(world, 'in-time', billOf(person, { confirmWithin: 10 }))
  const other = await settle(world, 'confirmed-in-time', billOf(person, { confirmWithin: 10 }))
  world.time.now = world.time.now.add({ minutes: 9 })
  await confirm('confirmed-in-time')
  await work()
  expect(await stateOf(id)).toMatchObject({ reversedBy: null })
  world.time.now = world.time.now.add({ minutes: 2 })
  expect(await confirm('in-time')).toMatchObject({ code: 'CONFIRMED_TOO_LATE' })
  await Promise.all([work(), work()])
  expect(await stateOf(id)).toMatchObject({ reversedBy: { total: '-200.00' } })
  expect(await stateOf(other.id)).toMatchObject({ reversedBy: null })
  const { outcome } = await world.ask<{ outcome: object }>(
    hospital(),
    `{ outcome(requestId: "in-time") { ... on Outcome { state settlement { id } } } }`,
  )
  expect(outcome).toEqual({ state: 'ANNULLED', settlement: { id } })
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})

async function stateOf(id: string): Promise<object> {
  const { settlement } = await world.ask<{ settlement: object }>(
    hospital(),
    `query ($id: ID!) { settlement(id: $id) { ... on Settlement { confirmBy reversedBy { total } } } }`,
    { id },
  )
  return settlement
}

test('settlements that cannot be taken back, and whatever their institution sends, do not hold up those of others', async () => {
  const other = hospital(OTHER_HOSPITAL)
  const stays = { careType: '21', confirmWithin: 1 }
  for (let i = 0; i < 100; i += 1) {
    const person = await world.addPerson()
    const first = billOf(person, stays)
    const { id } = await settle(world, `part-${i}`, first, other)
    // A later part of the same stay stands in the way, and the id a reversal could have had is taken.
    const next = billOf(person, { ...stays, confirmWithin: null, visit: first.visit, lines: [lineOf({ serial: '2' })] })
    await settle(world, `later-part-${i}`, { ...next, chargeBatch: 'B2' }, other)
    await world.ask(other, 'mutation ($id: ID!) { reverse(requestId: $id, settlement: "none") { __typename } }', { id })
  }
  world.time.now = world.time.now.add({ seconds: 5 })
  const { id } = await settle(world, 'behind-them', billOf(await world.addPerson(), { confirmWithin: 1 }))
  world.time.now = world.time.now.add({ minutes: 2 })
  await work()
  await work()
  expect(await stateOf(id)).toMatchObject({ reversedBy: { total: '-200.00' } })
})

test('the request of a reversal is nothing to confirm', async () => {
  const { id } = await settle(world, 'to-reverse', billOf(await world.addPerson()))
  await world.ask(
    hospital(),
    'mutation ($id: ID!) { reverse(requestId: "reverses", settlement: $id) { __typename } }',
    { id },
  )
  expect(await confirm('reverses')).toMatchObject({ code: 'NOTHING_TO_CONFIRM' })
})
