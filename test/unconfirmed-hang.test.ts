import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { reverseUnconfirmed } from '@yibao/settlement/commands/reverse-unconfirmed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, NINGBO, openAwayWorld, type AwayWorld } from './away-world.ts'
import { introduce } from './two-provinces.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import type { Data } from './world.ts'

// Hospitals that ask for a confirmation within a time and give none have their settlements taken back; those that the platform
// of another province has to be asked for, which hangs, do not hold up those that are decided here.

let world: AwayWorld
let hanging: Server
beforeAll(async () => {
  world = await openAwayWorld()
  hanging = createServer(() => {})
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  hanging.closeAllConnections()
  await new Promise((resolve) => hanging.close(resolve))
  await world.close()
})

const HANGING_MS = 8_000
const within = { confirmWithin: 5 }

async function settledHere(): Promise<Data> {
  const { cardNumber: card } = await world.place.addPerson({
    enrolments: [{ pool: '330200', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  const input = { ...bill({ card, lines: [{ code: CLASS_A, price: 100 }] }), ...within }
  return (await world.place.as(NINGBO, SETTLE, { requestId: randomUUID(), input })).settle
}
const isReversed = async (settlement: string): Promise<boolean> => {
  const { rows } = await world.place.admin.query('select 1 from settlement.reversal where settlement_id = $1', [
    settlement,
  ])
  return rows.length === 1
}

test('what is decided here is taken back while another province hangs, and that too once it answers', async () => {
  const away: Data[] = []
  for (let i = 0; i < 3; i += 1) away.push(await world.settle(await world.filedPerson(), 1000, within))
  const here = await settledHere()
  for (const one of [...away, here]) expect(one).toMatchObject({ __typename: 'Settlement' })

  const { port } = hanging.address() as AddressInfo
  await introduce(world.place, world.home, GANSU, `http://127.0.0.1:${port}`)
  world.place.time.now = world.place.time.now.add({ minutes: 10 })
  const begun = performance.now()
  const run = reverseUnconfirmed(world.services.place)
  while (!(await isReversed(here.id)) && performance.now() - begun < 2 * HANGING_MS)
    await new Promise((resolve) => setTimeout(resolve, 100))
  expect(performance.now() - begun).toBeLessThan(HANGING_MS / 2)
  await run

  await introduce(world.place, world.home, GANSU)
  for (let minutes = 0; minutes < 30; minutes += 10) {
    world.place.time.now = world.place.time.now.add({ minutes })
    await reverseUnconfirmed(world.services.place)
  }
  expect(await Promise.all(away.map((one) => isReversed(one.id)))).toEqual([true, true, true])
  expect(await world.proven()).toEqual([])
}, 120_000)

const STAY = { visit: 'unconfirmed-stay', begin: '2026-11-20T09:00:00+08:00', end: '2026-11-21T09:30:00+08:00' }
const part = (chargeBatch: string) => ({
  ...STAY,
  chargeBatch,
  lines: [{ code: CLASS_A, price: 100, serial: chargeBatch, time: STAY.begin }],
})

test('a part nobody confirmed is settled with its stay or taken back, also where the answer to giving it up was lost', async () => {
  const person = await world.filedPerson()
  const first = await world.settle(person, 100, { ...part('U1'), ...within })
  const second = await world.settle(person, 100, part('U2'))
  for (const one of [first, second]) expect(one).toMatchObject({ __typename: 'Settlement' })
  world.place.time.now = world.place.time.now.add({ minutes: 10 })
  await world.losingAnswers('cancel', () => reverseUnconfirmed(world.services.place))
  for (let i = 0; i < 3; i += 1) {
    world.place.time.now = world.place.time.now.add({ minutes: 10 })
    await reverseUnconfirmed(world.services.place)
  }
  const { rows } = await world.place.admin.query(
    'select confirmed_at is not null as confirmed from settlement.confirmation where settlement_id = $1',
    [first.id],
  )
  expect([rows[0].confirmed, await isReversed(first.id)]).toEqual([true, false])
}, 60_000)

test('what home refuses to take back is asked for again the next day, not every few minutes, and taken back once it is not refused', async () => {
  const person = await world.filedPerson()
  const { id } = await world.settle(person, 1000, within)
  const counters = 'update settlement.counter set period ='
  await world.home.admin.query(`${counters} 'lost ' || period where insured_id = $1`, [person.insuredId])
  const refusedAtHome = async (): Promise<number> =>
    (await world.home.admin.query(`select from settlement.request where outcome = 'REFUSED'`)).rows.length
  const later = async (hours: number) => {
    world.place.time.now = world.place.time.now.add({ hours })
    await reverseUnconfirmed(world.services.place)
  }
  const before = await refusedAtHome()
  for (let i = 0; i < 3; i += 1) await later(1)
  expect([await refusedAtHome(), await isReversed(id)]).toEqual([before + 1, false])
  await world.home.admin.query(`${counters} substr(period, 6) where insured_id = $1`, [person.insuredId])
  await later(24)
  expect(await isReversed(id)).toBe(true)
  expect(await world.proven()).toEqual([])
}, 60_000)
