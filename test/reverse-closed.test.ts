import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { money, reverse } from './reversing.ts'
import { billOf, HOSPITAL, hospital, OTHER_HOSPITAL, settle, settleWorld, staff } from './settle-world.ts'
import type { SettleWorld } from './settle-world.ts'

// What was declared or belongs to a closed benefit year is corrected, not undone.

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const CLOSE = `mutation ($requestId: ID!, $input: ClosePeriodInput!) {
  closePeriod(requestId: $requestId, input: $input) {
    __typename
    ... on ClosedPeriod { kind pool scope period }
    ... on Rejection { code problems { path code message { zh en } } }
  }
}`
const clerk = { ...staff(), scopes: ['settlement:read', 'settlement:write'] } as ReturnType<typeof staff>
const close = async (requestId: string, input: object) =>
  (await world.ask<{ closePeriod: object }>(clerk, CLOSE, { requestId, input })).closePeriod
const month = { kind: 'MONTH', institution: HOSPITAL, period: '2026-11' }
const year = { kind: 'YEAR', insuranceType: '310', period: '2026' }
const november = Temporal.Instant.from('2026-11-22T10:00:00+08:00')

test('a period is closed once, by its own pool, and not before it is over', async () => {
  expect(await close('close-early', month)).toMatchObject({ code: 'PERIOD_NOT_OVER' })
  expect(await close('close-year-early', year)).toMatchObject({ code: 'PERIOD_NOT_OVER' })
  const wrong = { kind: 'MONTH', period: '2026-13' }
  expect(await close('close-wrong', wrong)).toMatchObject({
    problems: [
      { path: 'input.institution' },
      {
        path: 'input.period',
        message: { zh: '格式应为：月份 yyyy-MM，如 2026-10', en: 'must be a month (yyyy-MM), such as 2026-10' },
      },
    ],
  })
  const past = { ...month, period: '2026-10' }
  const closed = { __typename: 'ClosedPeriod', pool: '620900', scope: HOSPITAL, period: '2026-10' }
  expect(await close('close-past', past)).toMatchObject(closed)
  expect(await close('close-past', past)).toMatchObject(closed)
  expect(await close('close-again', past)).toMatchObject({ code: 'ALREADY_CLOSED' })
})

test('in a declared month the reversal is a correction of the day it is made on; elsewhere it is none', async () => {
  const person = await world.addPerson(100)
  const here = await settle(world, 'declared', billOf(person))
  const elsewhere = await settle(world, 'not-declared', billOf(person), hospital(OTHER_HOSPITAL))
  world.time.now = Temporal.Instant.from('2026-12-05T10:00:00+08:00')
  expect(await close('close-november', month)).toMatchObject({ __typename: 'ClosedPeriod' })
  expect(await reverse(world, here.id)).toMatchObject({
    correction: true,
    keepsCounters: false,
    deductible: '-100.00',
    reverses: { id: here.id },
  })
  expect(await reverse(world, elsewhere.id, { as: hospital(OTHER_HOSPITAL) })).toMatchObject({ correction: false })
  expect(await money(world, person)).toEqual({ balance: '10000', counters: '0', ledger: '0' })
  world.time.now = november
})

test('in a closed benefit year only money goes back; its counters stay, and the correction says so', async () => {
  world.time.now = Temporal.Instant.from('2026-12-06T10:00:00+08:00')
  const person = await world.addPerson(100)
  const settled = await settle(world, 'of-the-year', billOf(person))
  const before = await money(world, person)
  world.time.now = Temporal.Instant.from('2027-01-05T10:00:00+08:00')
  expect(await close('close-year', year)).toMatchObject({ __typename: 'ClosedPeriod', scope: '310' })
  expect(await reverse(world, settled.id)).toMatchObject({
    correction: true,
    keepsCounters: true,
    pool: '-70.00',
    account: '-100.00',
    balance: '100.00',
  })
  expect(await money(world, person)).toEqual({ ...before, balance: '10000' })
  // The counters of that year count no more, so a bill of it would come out wrong either way.
  const again = await settle(world, 'of-the-closed-year', billOf(person))
  expect(again).toMatchObject({ code: 'YEAR_CLOSED', problems: [{ path: 'end' }] })
  world.time.now = november
})

test('a reversal that meets a closing half way is decided again and says so', async () => {
  world.time.now = Temporal.Instant.from('2026-12-07T10:00:00+08:00')
  const person = await world.addPerson(100)
  const settled = await settle(world, 'meets', billOf(person))
  world.time.now = Temporal.Instant.from('2027-01-06T10:00:00+08:00')
  // A closing that is not committed yet holds what the reversal needs to pass.
  await world.admin.query('begin')
  await world.admin.query('update settlement.closing_version set version = version + 1')
  await world.admin.query(
    `insert into settlement.closed_period values ('MONTH', '620900', $1, '2026-12', 'staff:620900:test', now())`,
    [HOSPITAL],
  )
  const reversing = reverse(world, settled.id)
  await new Promise((resolve) => setTimeout(resolve, 150))
  await world.admin.query('commit')
  expect(await reversing).toMatchObject({ __typename: 'Settlement', correction: true })
  world.time.now = november
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
