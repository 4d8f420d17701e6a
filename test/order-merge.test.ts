import { createAccessLog } from '@yibao/drizzle/access-log'
import { connect, type Database } from '@yibao/drizzle/connect'
import { artificialIdentity } from '@yibao/insured/domain/artificial-identity'
import { createInsured } from '@yibao/insured/schema'
import type { Identity } from '@yibao/schema/identity'
import { mergePersons } from '@yibao/settlement/commands/merge-person'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { asking, keeping } from './asking.ts'
import { orderWorld, type Answer, type OrderWorld } from './order-world.ts'
import { hospital, personOf, type WorldPerson } from './settle-world.ts'

// Two records of one person are made one while an online order is under way: it goes on, and no cash is lost.

let world: OrderWorld
let insured: Database
let say: ReturnType<typeof asking>
beforeAll(async () => {
  world = await orderWorld()
  insured = await connect({ url: world.url, schema: 'insured' })
  const { logger, errors } = keeping()
  const parts = { db: insured, secrets: world.secrets, clock: () => world.time.now, logger }
  say = asking(await createInsured({ ...parts, accessLog: createAccessLog(insured) }), errors)
})
afterAll(async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
  await insured.close()
  await world.close()
})
beforeEach(() => {
  world.time.now = world.time.now.add({ seconds: 1 })
  world.rules.decide = () => 'PAID'
})

const clerk: Identity = {
  kind: 'staff',
  pool: '620900',
  subject: 'clerk-620900',
  scopes: ['insured:read', 'insured:write'],
}
const MERGE = `mutation ($requestId: ID!, $from: ID!, $into: ID!) {
  mergePersons(requestId: $requestId, from: $from, into: $into, reason: "重复建档") { __typename } }`

const employee = { pool: '620900', insuranceType: '310', personType: '1101' }
let pairs = 0
/** The newer record, to which an order is sent, and the older one, which goes on. */
async function twoRecords(yuan = 30): Promise<{ readonly from: WorldPerson; readonly into: WorldPerson }> {
  const birthDate = Temporal.PlainDate.from('1950-01-01').add({ days: (pairs += 1) })
  const born = (order: number) => ({
    birthDate: birthDate.toString(),
    identityNumber: artificialIdentity('620900', birthDate, order),
  })
  const [now, old] = [{ beginOn: '2026-11-01' }, { beginOn: '2020-01-01', endOn: '2026-10-31' }]
  return {
    from: await world.addPerson(yuan, { ...born(1), enrolments: [{ ...employee, ...now }] }),
    into: await world.addPerson(0, { ...born(3), enrolments: [{ ...employee, ...old }] }),
  }
}
let merges = 0
async function merge({ from, into }: { from: WorldPerson; into: WorldPerson }): Promise<void> {
  const variables = { requestId: `merge-${(merges += 1)}`, from: from.insuredId, into: into.insuredId }
  expect(await say(clerk, MERGE, variables)).toEqual({ mergePersons: { __typename: 'Insured' } })
  await mergePersons(world.services)
}
const own = ({ into }: { into: WorldPerson }) => personOf(into.insuredId)
const REVERSE = `mutation ($requestId: ID!, $id: ID!) { reverse(requestId: $requestId, settlement: $id) { __typename } }`

describe('an order sent before the merge', () => {
  test('is authorised by the person afterwards, settled for the record that goes on, and its cash comes back', async () => {
    const pair = await twoRecords()
    world.time.now = world.time.now.add({ seconds: 1 })
    const order = await world.create(pair.from)
    expect(order).toMatchObject({ state: 'UNPAID', amounts: { account: '30.00', cash: '100.00' } })
    await merge(pair)
    expect(await world.authorise(await world.addPerson(), order.id)).toMatchObject({ code: 'NOT_FOUND' })
    const done = await world.authorise(pair.into, order.id)
    expect(done).toMatchObject({ state: 'SETTLED', settlement: { cash: '100.00' } })
    const read = `{ settlement(id: "${done.settlement.id}") { ... on Settlement { insuredId } } }`
    expect(await world.ask(hospital(), read)).toEqual({ settlement: { insuredId: pair.into.insuredId } })

    const reversed = await world.ask<Answer>(hospital(), REVERSE, { requestId: 'back', id: done.settlement.id })
    expect(reversed).toEqual({ reverse: { __typename: 'Settlement' } })
    world.time.now = world.time.now.add({ seconds: 1 })
    await world.drive()
    expect(await world.byId(order.id, own(pair))).toMatchObject({ state: 'REFUNDED', refund: '100.00' })
  })

  test('whose payment was under way is settled when it is made', async () => {
    const pair = await twoRecords()
    world.rules.decide = () => 'PENDING'
    world.time.now = world.time.now.add({ seconds: 1 })
    const order = await world.create(pair.from)
    expect(await world.authorise(pair.from, order.id)).toMatchObject({ state: 'PAYING' })
    await merge(pair)
    world.provider().change(order.id, 'PAID')
    world.time.now = world.time.now.add({ seconds: 10 })
    await world.drive()
    expect(await world.byId(order.id, own(pair))).toMatchObject({ state: 'SETTLED', settlement: { cash: '100.00' } })
  })

  test('is cancelled by the person, and counts among those of the record that goes on', async () => {
    const pair = await twoRecords()
    world.time.now = world.time.now.add({ seconds: 1 })
    const order = await world.create(pair.from)
    await merge(pair)
    expect(await world.cancel(order.id, personOf((await world.addPerson()).insuredId))).toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(await world.cancel(order.id, own(pair))).toMatchObject({ state: 'CANCELLED', ending: { code: 'BY_PERSON' } })
  })
})
