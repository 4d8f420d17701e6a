import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { billOf, hospital, lineOf, OTHER_HOSPITAL, settle, settleWorld, type SettleWorld } from './settle-world.ts'
import { ending, fresh, linesOf, opening, settling, visitsOf, type Answered } from './visit-world.ts'

// A pool that wants stays settled at the year's end, lets observation join a stay within seven days, and charges a
// transferred patient the difference of the deductibles (800 yuan for a first admission, 400 for a later one, then 85 %).

let world: SettleWorld
let at: ReturnType<typeof visitsOf>
let next: ReturnType<typeof visitsOf>
beforeAll(async () => {
  world = await settleWorld()
  at = visitsOf(world)
  next = visitsOf(world, hospital(OTHER_HOSPITAL))
})
afterAll(() => world.close())

const setClock = (instant: string) => {
  world.time.now = Temporal.Instant.from(instant)
}
const insured = () =>
  world.addPerson(0, {
    enrolments: [{ pool: '621000', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
const onDay = (day: string, ...serials: string[]) =>
  serials.map((serial) => lineOf({ serial, price: '200.00', amount: '2000.00', time: `${day}T08:30:00+08:00` }))
const stays = async (person: { insuredId: string }) => {
  const text = 'select year, visit, number from settlement.stay where insured_id = $1 order by year, visit'
  return (await world.admin.query(text, [person.insuredId])).rows
}

describe('a stay across the end of the year', () => {
  test('is settled to the last day of the year in between, and the rest in the new year', async () => {
    setClock('2027-01-20T10:00:00+08:00')
    const person = await insured()
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
    const person = await insured()
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

describe('a transfer', () => {
  /** A stay of two thousand yuan at the first hospital that ended on 20 November. */
  async function before(way = 'TRANSFER', lines = onDay('2026-11-11', '1')) {
    setClock('2026-11-22T10:00:00+08:00')
    const person = await insured()
    const visit = fresh('T')
    await at.open(opening(person, visit))
    await at.upload({ visit, lines })
    await at.discharge(ending(visit, { way }))
    const first = await at.settle(settling(person, visit, `${lines.length * 2000}.00`))
    return { person, first }
  }
  const arriving = { begin: '2026-11-20T14:00:00+08:00' }

  test('goes on as the same admission, and charges what was not charged of the deductible before', async () => {
    const { person, first } = await before()
    expect(first).toMatchObject({ deductible: '800.00' })
    const visit = fresh('T')
    const opened = await next.open(opening(person, visit, { ...arriving, transferredFrom: first.number }))
    expect(opened).toMatchObject({ __typename: 'Visit', transferredFrom: first.number })
    await next.upload({ visit, lines: onDay('2026-11-21', '1') })
    await next.discharge(ending(visit, { end: '2026-11-21T18:00:00+08:00' }))
    expect(await next.settle(settling(person, visit, '2000.00'))).toMatchObject({
      deductible: '0.00',
      fundTotal: '1700.00',
    })
    const rows = await stays(person)
    expect(rows.map(({ number }) => number)).toEqual([1, 1])
  })

  test('without saying so is a second admission with its own deductible', async () => {
    const { person } = await before()
    const visit = fresh('T')
    await next.open(opening(person, visit, arriving))
    await next.upload({ visit, lines: onDay('2026-11-21', '1') })
    await next.discharge(ending(visit, { end: '2026-11-21T18:00:00+08:00' }))
    expect(await next.settle(settling(person, visit, '2000.00'))).toMatchObject({ deductible: '400.00' })
  })

  test('from what is no such stay is not found, whatever the reason', async () => {
    const { person, first } = await before()
    const { first: onOrder } = await before('ON_ORDER')
    const arrive = (one: { insuredId: string; identityNumber: string }, change: object) =>
      next.open(opening(one, fresh('T'), { ...arriving, ...change }))
    const none = { code: 'TRANSFER_NOT_FOUND', problems: [{ path: 'transferredFrom' }] }
    expect(await arrive(person, { transferredFrom: 'nonsense' })).toMatchObject(none)
    expect(await arrive(person, { transferredFrom: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })).toMatchObject(none)
    expect(await arrive(await insured(), { transferredFrom: first.number })).toMatchObject(none)
    expect(await arrive(person, { transferredFrom: onOrder.number })).toMatchObject(none)
    expect(await arrive(person, { transferredFrom: first.number, begin: '2026-11-22T00:00:00+08:00' })).toMatchObject(
      none,
    )
    const outpatient = await arrive(person, { transferredFrom: first.number, careType: '11' })
    expect(outpatient).toMatchObject({ problems: [{ path: 'transferredFrom', code: 'NOT_A_STAY' }] })
    const texts = await Promise.all([
      arrive(person, { transferredFrom: onOrder.number }),
      arrive(person, { transferredFrom: 'nonsense' }),
    ])
    expect(texts[0].message).toEqual(texts[1].message)
  })

  test('from a stay whose settlement was taken back since is not found when it is settled', async () => {
    const { person, first } = await before()
    const visit = fresh('T')
    await next.open(opening(person, visit, { ...arriving, transferredFrom: first.number }))
    await next.upload({ visit, lines: onDay('2026-11-21', '1') })
    await next.discharge(ending(visit, { end: '2026-11-21T18:00:00+08:00' }))
    await at.reverse(first.id)
    expect(await next.settle(settling(person, visit, '2000.00'))).toMatchObject({
      code: 'TRANSFER_NOT_FOUND',
      problems: [{ path: 'visit.transferredFrom' }],
    })
  })

  test('is known to a plain bill of a stay as well', async () => {
    const { person, first } = await before()
    const bill = billOf(person, {
      careType: '21',
      begin: '2026-11-20T14:00:00+08:00',
      end: '2026-11-21T18:00:00+08:00',
      lines: onDay('2026-11-21', '1'),
      total: '2000.00',
      transferredFrom: first.number,
    })
    const other = hospital(OTHER_HOSPITAL)
    expect(await settle(world, fresh('t'), bill, other)).toMatchObject({ deductible: '0.00' })
  })
})

describe('emergency observation', () => {
  const observation = { careType: '13', begin: '2026-11-08T20:00:00+08:00', bed: null }
  const observed = async (visit: string) => {
    await at.upload({ visit, chargeBatch: 'A', lines: onDay('2026-11-09', '1') })
  }

  test('joins the stay it led to: its lines are settled with the stay, at the stay’s ratio', async () => {
    setClock('2026-11-22T10:00:00+08:00')
    const person = await insured()
    const [before, visit] = [fresh('O'), fresh('O')]
    await at.open(opening(person, before, observation))
    await observed(before)
    const stay = await at.open(opening(person, visit, { joins: before }))
    expect(stay).toMatchObject({
      joins: before,
      begin: '2026-11-10T01:00:00Z',
      linesFrom: '2026-11-08T12:00:00Z',
      unsettled: { count: 1 },
    })
    expect(await at.visit(before)).toMatchObject({ joinedTo: visit, unsettled: { count: 0 } })
    expect(await at.upload({ visit: before, chargeBatch: 'A', lines: onDay('2026-11-09', '9') })).toMatchObject({
      code: 'VISIT_JOINED',
      problems: [{ path: 'visit' }],
    })
    expect(await at.settle(settling(person, before, '2000.00'))).toMatchObject({ code: 'VISIT_JOINED' })
    expect(await at.upload({ visit, lines: [...onDay('2026-11-09', '2'), ...onDay('2026-11-11', '3')] })).toMatchObject(
      { accepted: 2 },
    )
    await at.discharge(ending(visit))
    const settled = await at.settle(settling(person, visit, '6000.00'))
    expect(settled).toMatchObject({ deductible: '800.00', fundTotal: '4420.00', begin: '2026-11-08T12:00:00Z' })
    await at.reverse(settled.id)
    await at.undoDischarge(visit)
    expect(await at.withdraw({ visit })).toMatchObject({ withdrawn: 2 })
    expect(await at.cancel(visit)).toMatchObject({ state: 'CANCELLED' })
    expect(await at.visit(before)).toMatchObject({ joinedTo: null, state: 'OPEN', unsettled: { count: 1 } })
    expect(await at.settle(settling(person, before, '2000.00', { chargeBatch: 'A' }))).toMatchObject({
      total: '2000.00',
    })
  })

  test('of somebody else, of another kind, or too long ago does not join', async () => {
    setClock('2026-11-22T10:00:00+08:00')
    const person = await insured()
    const stay = (joins: string, change: object = {}) => at.open(opening(person, fresh('O'), { joins, ...change }))
    const none = { code: 'NOT_AN_OBSERVATION', problems: [{ path: 'joins' }] }
    const open = async (who: typeof person | null, change: object = {}) => {
      const visit = fresh('O')
      await at.open(opening(who, visit, { ...observation, ...change }))
      return visit
    }
    expect(await stay('nowhere')).toMatchObject(none)
    expect(await stay(await open(await insured()))).toMatchObject(none)
    expect(await stay(await open(null))).toMatchObject(none)
    expect(await stay(await open(person, { careType: '11' }))).toMatchObject(none)
    expect(await stay(await open(person), { careType: '13' })).toMatchObject(none)
    const early = await open(person, { begin: '2026-11-02T20:00:00+08:00' })
    expect(await stay(early)).toMatchObject({ code: 'OBSERVATION_TOO_EARLY', problems: [{ path: 'joins' }] })
    const other = await world.addPerson()
    const elsewhere = await open(other)
    expect(await at.open(opening(other, fresh('O'), { joins: elsewhere }))).toMatchObject({
      code: 'OBSERVATION_TOO_EARLY',
    })
    const same = fresh('O')
    expect(await at.open(opening(person, same, { joins: same }))).toMatchObject({ problems: [{ code: 'SAME_VISIT' }] })
  })
})

test('a stay counts its days from the admission in whichever part it is settled', async () => {
  setClock('2026-11-22T10:00:00+08:00')
  const person = await insured()
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
