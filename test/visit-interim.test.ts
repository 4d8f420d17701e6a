import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf, settleWorld, type SettleWorld, type WorldPerson } from './settle-world.ts'
import { ending, fresh, inParts, linesOf, onDay, opening, settling, visitsOf, type Answered } from './visit-world.ts'

// A pool that wants stays settled at the end of the year (800 yuan of deductible for a first admission, then 85 %).

let world: SettleWorld
let at: ReturnType<typeof visitsOf>
beforeAll(async () => {
  world = await settleWorld()
  at = visitsOf(world)
})
afterAll(() => world.close())

const setClock = (instant: string) => {
  world.time.now = Temporal.Instant.from(instant)
}
const stays = async (person: { insuredId: string }) => {
  const text = 'select year, visit, number from settlement.stay where insured_id = $1 order by year, visit'
  return (await world.admin.query(text, [person.insuredId])).rows
}

describe('a stay across the end of the year', () => {
  test('is settled to the last day of the year in between, and the rest in the new year', async () => {
    setClock('2027-01-20T10:00:00+08:00')
    const person = await inParts(world)
    const visit = fresh('Y')
    await at.open(opening(person, visit, { begin: '2026-12-20T09:00:00+08:00' }))
    await at.upload({ visit, lines: [...onDay('2026-12-21', '1'), ...onDay('2027-01-02', '2')] })
    await at.discharge(ending(visit, { end: '2027-01-05T10:00:00+08:00' }))
    expect(await at.settle(settling(person, visit, '4000.00'))).toMatchObject({
      code: 'INTERIM_SETTLEMENT_NEEDED',
      problems: [{ path: 'visit.begin' }, { path: 'visit.end' }],
    })
    const first = await at.settle(settling(person, visit, '2000.00', { until: '2026-12-31' }))
    expect(first).toMatchObject({ total: '2000.00', deductible: '800.00', end: '2026-12-31T15:59:59.999Z' })
    expect(await at.visit(visit)).toMatchObject({
      state: 'DISCHARGED',
      settledTo: '2026-12-31T15:59:59.999Z',
      unsettled: { count: 1 },
    })
    const second = await at.settle(settling(person, visit, '2000.00', { chargeBatch: 'B2' }))
    expect(second).toMatchObject({ total: '2000.00', begin: '2026-12-31T16:00:00Z', deductible: '0.00' })
    expect(await at.visit(visit)).toMatchObject({ state: 'SETTLED' })
    expect(await stays(person)).toMatchObject([
      { year: '2026', number: 1 },
      { year: '2027', number: 1 },
    ])

    expect(await at.reverse(first.id)).toMatchObject({ code: 'LATER_PART_STANDS' })
    await at.reverse(second.id)
    expect(await at.visit(visit)).toMatchObject({ state: 'DISCHARGED', settledTo: '2026-12-31T15:59:59.999Z' })
    await at.reverse(first.id)
    expect(await at.visit(visit)).toMatchObject({ state: 'DISCHARGED', settledTo: null, unsettled: { count: 2 } })
  })

  test('takes no more lines into days that are settled, and begins and ends no earlier', async () => {
    setClock('2027-01-20T10:00:00+08:00')
    const person = await inParts(world)
    const visit = fresh('Y')
    await at.open(opening(person, visit, { begin: '2026-12-20T09:00:00+08:00' }))
    const back = { refundOf: '2', quantity: '-10', amount: '-2000.00', price: '200.00' }
    await at.upload({
      visit,
      lines: [...onDay('2026-12-21', '1', '2'), lineOf({ serial: '3', time: '2027-01-02T08:30:00+08:00', ...back })],
    })
    // The charge of December that was taken back in January goes into the part of its charge, and costs nothing there.
    const part = await at.settle(settling(person, visit, '2000.00', { until: '2026-12-31' }))
    expect(part.lines.map((one: Answered) => one.serial)).toEqual(['1', '2', '3'])
    expect(await at.visit(visit)).toMatchObject({ state: 'OPEN' })
    const upload = await at.upload({
      visit,
      lines: [
        ...onDay('2026-12-30', '4'),
        lineOf({ serial: '5', time: '2027-01-03T08:30:00+08:00', ...back, refundOf: '1' }),
        ...onDay('2027-01-03', '6'),
      ],
    })
    expect(upload).toMatchObject({
      accepted: 1,
      lines: [
        { serial: '4', problems: [{ code: 'PERIOD_SETTLED' }] },
        { serial: '5', problems: [{ code: 'CHARGE_SETTLED' }] },
      ],
    })
    expect(await at.discharge(ending(visit, { end: '2026-12-30T10:00:00+08:00' }))).toMatchObject({
      code: 'PART_SETTLED',
      problems: [{ path: 'end' }],
    })
    expect(await at.change({ visit, begin: '2026-12-19T09:00:00+08:00' })).toMatchObject({
      code: 'PART_SETTLED',
      problems: [{ path: 'begin' }],
    })
    expect(await at.change({ visit, bed: '7' })).toMatchObject({ bed: '7' })
    expect(await at.withdraw({ visit, serials: ['1'] })).toMatchObject({ problems: [{ code: 'LINE_SETTLED' }] })
    const until = (day: string) => at.settle(settling(person, visit, '1.00', { chargeBatch: 'B2', until: day }))
    expect(await until('2026-12-31')).toMatchObject({ problems: [{ path: 'until', code: 'BEFORE_BEGIN' }] })
    expect(await until('2027-01-21')).toMatchObject({ problems: [{ path: 'until', code: 'IN_FUTURE' }] })
    expect(await until('2027-02-30')).toMatchObject({ problems: [{ path: 'until', code: 'MALFORMED' }] })
    expect(await until('2027-01-02')).toMatchObject({ code: 'NOTHING_TO_SETTLE' })
    await at.reverse(part.id)
    expect(await at.upload({ visit, lines: onDay('2026-12-30', '4') })).toMatchObject({ accepted: 1 })
  })

  test('in a pool that counts it whole is one bill of the year of the discharge', async () => {
    setClock('2027-01-20T10:00:00+08:00')
    const person = await world.addPerson()
    const visit = fresh('Y')
    await at.open(opening(person, visit, { begin: '2026-12-20T09:00:00+08:00' }))
    await at.upload({ visit, lines: [...onDay('2026-12-21', '1'), ...onDay('2027-01-02', '2')] })
    await at.discharge(ending(visit, { end: '2027-01-05T10:00:00+08:00' }))
    expect(await at.settle(settling(person, visit, '4000.00'))).toMatchObject({ deductible: '800.00' })
    expect(await stays(person)).toMatchObject([{ year: '2027', number: 1 }])
  })
})

/** Two parts that settle everything; the clock stands on 22 November. */
async function settledInParts(person: WorldPerson) {
  setClock('2026-11-22T10:00:00+08:00')
  const visit = fresh('I')
  await at.open(opening(person, visit))
  await at.upload({ visit, lines: [...onDay('2026-11-11', '1'), ...onDay('2026-11-15', '2')] })
  await at.settle(settling(person, visit, '2000.00', { until: '2026-11-12' }))
  const last = await at.settle(settling(person, visit, '2000.00', { chargeBatch: 'B2', until: '2026-11-16' }))
  expect(last).toMatchObject({ __typename: 'Settlement' })
  expect(await at.visit(visit)).toMatchObject({ state: 'OPEN', unsettled: { count: 0 } })
  return { visit, last }
}

describe('a stay whose lines are all settled in between', () => {
  test('is settled by its discharge, and a reversal of the last part makes it a discharged one with lines to settle', async () => {
    const person = await inParts(world)
    const { visit, last } = await settledInParts(person)
    expect(await at.discharge(ending(visit))).toMatchObject({ state: 'SETTLED', settledTo: '2026-11-16T15:59:59.999Z' })
    expect(await at.settle(settling(person, visit, '1.00', { chargeBatch: 'B3' }))).toMatchObject({
      code: 'VISIT_SETTLED',
    })
    await at.reverse(last.id)
    expect(await at.visit(visit)).toMatchObject({
      state: 'DISCHARGED',
      settledTo: '2026-11-12T15:59:59.999Z',
      unsettled: { count: 1 },
    })
    const whole = await at.settle(settling(person, visit, '2000.00', { chargeBatch: 'B3' }))
    expect(whole).toMatchObject({ begin: '2026-11-12T16:00:00Z' })
    expect(await at.visit(visit)).toMatchObject({ state: 'SETTLED' })
    expect(await at.undoDischarge(visit)).toMatchObject({ code: 'VISIT_SETTLED' })
    await at.reverse(whole.id)
    expect(await at.undoDischarge(visit)).toMatchObject({ state: 'OPEN', settledTo: '2026-11-12T15:59:59.999Z' })
  })

  test('runs on when its discharge is undone, while its parts stand, and is settled to a later end', async () => {
    const person = await inParts(world)
    const { visit } = await settledInParts(person)
    const early = await at.discharge(ending(visit, { end: '2026-11-16T10:00:00+08:00' }))
    expect(early).toMatchObject({ code: 'PART_SETTLED', problems: [{ path: 'end' }] })
    expect(early.message.en).toContain('2026-11-16T23:59:59+08:00')
    expect(early.message.zh).toContain('2026-11-16T23:59:59+08:00')
    expect(await at.discharge(ending(visit))).toMatchObject({ state: 'SETTLED' })
    expect(await at.undoDischarge(visit)).toMatchObject({
      state: 'OPEN',
      settledTo: '2026-11-16T15:59:59.999Z',
      settlements: [{ reversedBy: null }, { reversedBy: null }],
    })
    expect(await at.upload({ visit, lines: onDay('2026-11-18', '3') })).toMatchObject({ accepted: 1 })
    expect(await at.discharge(ending(visit))).toMatchObject({ state: 'DISCHARGED' })
    await at.settle(settling(person, visit, '2000.00', { chargeBatch: 'B3' }))
    expect(await at.visit(visit)).toMatchObject({ state: 'SETTLED' })
  })

  test('is settled by the last part as well when that comes after the discharge', async () => {
    setClock('2026-11-22T10:00:00+08:00')
    const person = await inParts(world)
    const visit = fresh('I')
    await at.open(opening(person, visit))
    await at.upload({ visit, lines: onDay('2026-11-11', '1') })
    await at.discharge(ending(visit))
    const none = await at.settle(settling(person, visit, '1.00', { until: '2026-11-10' }))
    expect(none).toMatchObject({ code: 'NOTHING_TO_SETTLE', message: { en: expect.stringContaining('later until') } })
    const part = await at.settle(settling(person, visit, '2000.00', { until: '2026-11-12' }))
    expect(await at.visit(visit)).toMatchObject({ state: 'SETTLED', settledTo: '2026-11-12T15:59:59.999Z' })
    await at.reverse(part.id)
    expect(await at.visit(visit)).toMatchObject({ state: 'DISCHARGED', settledTo: null, unsettled: { count: 1 } })
  })
})

test('a stay counts its days from the admission in whichever part it is settled', async () => {
  setClock('2026-11-22T10:00:00+08:00')
  const person = await inParts(world)
  const visit = fresh('D')
  await at.open(opening(person, visit))
  await at.upload({ visit, lines: linesOf('1') })
  const part = await at.settle(settling(person, visit, '200.00', { until: '2026-11-12' }))
  await at.upload({ visit, lines: onDay('2026-11-19', '2') })
  await at.discharge(ending(visit))
  const rest = await at.settle(settling(person, visit, '2000.00', { chargeBatch: 'B2' }))
  const { rows } = await world.admin.query(
    `select (input -> 'care' ->> 'days')::int as days from settlement.settlement where id = any($1::uuid[]) order by id`,
    [[part.id, rest.id]],
  )
  expect(rows).toEqual([{ days: 2 }, { days: 10 }])
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
