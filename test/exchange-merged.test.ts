import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOME_POOL, NINGBO, openAwayWorld, type AwayWorld } from './away-world.ts'
import { merge } from './merge-gateway.ts'
import { HOME_CLERK } from './province-money.ts'
import { admission, charges, END, nextVisit, settlementOf } from './visit-away.ts'
import { visitsThrough } from './visit-gateway.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// Home finds out that it has somebody twice, while they lie in a hospital of another province: the stay goes on under the record
// that is left, and what was settled before stays where it is.

let world: AwayWorld
let visits: ReturnType<typeof visitsThrough>
beforeAll(async () => {
  world = await openAwayWorld()
  visits = visitsThrough(world.place, NINGBO)
})
afterAll(async () => {
  const wrong = await world.proven()
  await world.close()
  expect(wrong).toEqual([])
})

/** Somebody with two records, of which the first is found to be the second's. */
async function twice(): Promise<{ old: WorldPerson; left: WorldPerson; becomeOne: () => Promise<void> }> {
  const [old, left] = [await world.filedPerson(), await world.filedPerson()]
  const becomeOne = async () => {
    const merged = await merge(world.home, HOME_CLERK, { from: old.insuredId, into: left.insuredId })
    expect(merged, JSON.stringify(merged)).toMatchObject({ __typename: 'Insured', id: left.insuredId })
  }
  return { old, left, becomeOne }
}
const stand = (visit: string): Promise<Data> => visits.ask('visit', { visit })
const settle = (input: object) => visits.write('settleVisit', input)
const plain = async (input: object): Promise<Data> =>
  (await world.place.as(NINGBO, SETTLE, { requestId: randomUUID(), input })).settle

test('a stay whose person was merged into another record meanwhile is settled under the record that is left', async () => {
  const { old, left, becomeOne } = await twice()
  const visit = nextVisit()
  expect(await visits.write('openVisit', admission(visit, old))).toMatchObject({ insuredId: old.insuredId })
  await visits.write('uploadLines', { visit, lines: charges(4000, 6000) })
  await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })
  await becomeOne()
  const input = settlementOf(visit, old, '10000.00')
  expect(await visits.ask('trialVisit', { input })).toMatchObject({ __typename: 'Trial', total: '10000.00' })
  const settled = await settle(input)
  expect(settled).toMatchObject({ __typename: 'Settlement', total: '10000.00' })
  expect(await stand(visit)).toMatchObject({ state: 'SETTLED', insuredId: left.insuredId })
  // And back, and settled once more with the card of the record that is left.
  expect(await visits.ask('reverse', { requestId: randomUUID(), settlement: settled.id })).toMatchObject({
    total: '-10000.00',
  })
  expect(await settle(settlementOf(visit, left, '10000.00', { chargeBatch: 'B2' }))).toMatchObject({
    __typename: 'Settlement',
    total: '10000.00',
  })
})

test('batches of a visit settled before and after the merge are those of one person', async () => {
  const { old, left, becomeOne } = await twice()
  const visit = nextVisit()
  await visits.write('openVisit', admission(visit, old, { careType: '11' }))
  const [first, second] = charges(300, 200)
  await visits.write('uploadLines', { visit, chargeBatch: 'B1', lines: [first] })
  await visits.write('uploadLines', { visit, chargeBatch: 'B2', lines: [second] })
  expect(await settle(settlementOf(visit, old, '300.00'))).toMatchObject({ __typename: 'Settlement' })
  await becomeOne()
  const late = await settle(settlementOf(visit, old, '200.00', { chargeBatch: 'B2' }))
  expect(late).toMatchObject({ __typename: 'Settlement', total: '200.00' })
  expect(await stand(visit)).toMatchObject({ insuredId: left.insuredId, settlements: [{}, { id: late.id }] })
})

test('parts of a stay that are sent as plain bills before and after the merge are those of one person', async () => {
  const { old, becomeOne } = await twice()
  const part = (chargeBatch: string, serial: string) => ({
    ...bill({
      careType: '21',
      visit: `plain-${old.personNumber}`,
      chargeBatch,
      begin: '2026-11-10T09:00:00+08:00',
      end: END,
      lines: [{ code: CLASS_A, price: 100, quantity: 10, serial, time: '2026-11-12T09:00:00+08:00' }],
    }),
    credential: { kind: 'IDENTITY_CARD', value: old.identityNumber },
    insuredPool: HOME_POOL,
  })
  expect(await plain(part('B1', '1'))).toMatchObject({ __typename: 'Settlement' })
  await becomeOne()
  expect(await plain(part('B2', '2'))).toMatchObject({ __typename: 'Settlement' })
})

test('a card of somebody else still settles nobody’s stay', async () => {
  const { old, becomeOne } = await twice()
  const other = await world.filedPerson()
  const visit = nextVisit()
  await visits.write('openVisit', admission(visit, old))
  await visits.write('uploadLines', { visit, lines: charges(1000) })
  await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })
  await becomeOne()
  expect(await settle(settlementOf(visit, other, '1000.00'))).toMatchObject({ code: 'VISIT_OF_ANOTHER_PERSON' })
})
