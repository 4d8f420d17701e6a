import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hospital, lineOf, settleWorld, type Settlements, type SettleWorld, type WorldPerson } from './settle-world.ts'
import { ending, fresh, inParts, onDay, opening, settling, visitsOf, type Answered } from './visit-world.ts'

// What a refund takes back of an opened visit is never charged again, whatever is taken back after it.

let world: SettleWorld
let second: Settlements
let at: ReturnType<typeof visitsOf>
let there: ReturnType<typeof visitsOf>
beforeAll(async () => {
  world = await settleWorld()
  second = await world.open()
  at = visitsOf(world)
  there = visitsOf(second)
})
afterAll(async () => {
  await second.close()
  await world.close()
})

const AMOUNTS = 'id total inScope deductible pool account cash'
const REFUND = `
  mutation ($requestId: ID!, $settlement: ID!, $input: RefundInput!) {
    refund(requestId: $requestId, settlement: $settlement, input: $input) {
      __typename
      ... on Refund { reversal { id number } settlement { ${AMOUNTS} lines { serial quantity amount } } }
      ... on Rejection { code problems { path code } }
    }
  }`
const LINES = `
  query ($visit: String!) {
    visit(visit: $visit) { ... on Visit { lines(first: 100) { ... on VisitLineConnection { edges { node {
      serial chargeBatch quantity amount time department doctor traceCodes refundOf settlement { id }
    } } } } } }
  }`

const keys = () => ({ chargeBatch: fresh('R'), invoice: fresh('RF').slice(-20) })

async function refund(settlement: string, lines: object[], asked: Pick<Settlements, 'ask'> = world): Promise<Answered> {
  const variables = { requestId: fresh('refund'), settlement, input: { lines, ...keys() } }
  return (await asked.ask<Answered>(hospital(), REFUND, variables)).refund
}

const linesIn = async (visit: string): Promise<Answered[]> => {
  const answer = await world.ask<Answered>(hospital(), LINES, { visit })
  return answer.visit.lines.edges.map(({ node }: Answered) => node)
}

const amountsOf = ({ total, inScope, deductible, pool, account, cash }: Answered) => ({
  total,
  inScope,
  deductible,
  pool,
  account,
  cash,
})

/** An uploaded line that takes back of the line 1. */
const back = (serial: string, quantity: string, amount: string) =>
  lineOf({ serial, refundOf: '1', price: '200.00', quantity, amount, time: '2026-11-12T08:30:00+08:00' })

/** A stay of two thousand yuan a line, settled. */
async function settledStay(...serials: string[]): Promise<{ person: WorldPerson; visit: string; settled: Answered }> {
  const person = await world.addPerson(50)
  const visit = fresh('F')
  await at.open(opening(person, visit))
  await at.upload({ visit, lines: onDay('2026-11-11', ...serials) })
  await at.discharge(ending(visit))
  const settled = await at.settle(settling(person, visit, `${serials.length * 2000}.00`))
  return { person, visit, settled }
}

describe('a stay of which a part was refunded', () => {
  test('comes to what was left once the rest is taken back, and is settled as the rest was', async () => {
    const { person, visit, settled } = await settledStay('1')
    const { reversal, settlement: rest } = await refund(settled.id, [{ serial: '1', quantity: '2.5' }])
    expect(rest).toMatchObject({ total: '1500.00', lines: [{ serial: '1', quantity: '7.5000' }] })
    const trace = {
      serial: `${reversal.number}-0`,
      chargeBatch: null,
      quantity: '-2.5000',
      amount: '-500.00',
      time: '2026-11-11T00:30:00Z',
      refundOf: '1',
      settlement: { id: rest.id },
    }
    const [charge, line] = await linesIn(visit)
    expect(line).toMatchObject({ ...trace, department: charge.department, doctor: charge.doctor })
    expect(line.serial.length).toBeLessThanOrEqual(30)
    expect(await at.visit(visit)).toMatchObject({ state: 'SETTLED', unsettled: { count: 0 } })

    await at.reverse(rest.id)
    expect(await at.visit(visit)).toMatchObject({ state: 'DISCHARGED', unsettled: { count: 2, total: '1500.00' } })
    expect(await at.settle(settling(person, visit, '2000.00'))).toMatchObject({
      problems: [{ path: 'total', code: 'NOT_SUM_OF_LINES' }],
    })
    const again = await at.settle(settling(person, visit, '1500.00'))
    expect(amountsOf(again)).toEqual(amountsOf(rest))
    expect(again.lines.map((one: Answered) => one.serial)).toEqual(['1', trace.serial])
  })

  test('and another part of the rest, remembers both; whatever is refunded after that goes on from there', async () => {
    const { person, visit, settled } = await settledStay('1', '2')
    const first = await refund(settled.id, [{ serial: '1', quantity: '2.5' }])
    const rest = await refund(first.settlement.id, [
      { serial: '2', quantity: '10' },
      { serial: '1', quantity: '1' },
    ])
    expect(rest.settlement).toMatchObject({ total: '1300.00', lines: [{ serial: '1', quantity: '6.5000' }] })
    expect((await linesIn(visit)).map(({ refundOf, amount }) => [refundOf, amount])).toEqual([
      [null, '2000.00'],
      [null, '2000.00'],
      ['1', '-500.00'],
      ['2', '-2000.00'],
      ['1', '-200.00'],
    ])
    await at.reverse(rest.settlement.id)
    expect(await at.visit(visit)).toMatchObject({ unsettled: { count: 5, total: '1300.00' } })
    const again = await at.settle(settling(person, visit, '1300.00'))
    expect(amountsOf(again)).toEqual(amountsOf(rest.settlement))
    // What is settled again is refunded as any bill is, its own refund lines taken off.
    expect(await refund(again.id, [{ serial: '1', quantity: '7' }])).toMatchObject({
      problems: [{ path: 'lines[0].quantity', code: 'TOO_MUCH' }],
    })
    const third = await refund(again.id, [{ serial: '1', quantity: '0.5' }])
    expect(third.settlement).toMatchObject({ total: '1200.00' })
    await at.reverse(third.settlement.id)
    expect(await at.visit(visit)).toMatchObject({ unsettled: { count: 6, total: '1200.00' } })
  })

  test('takes everything back as a reversal does: the lines are as they were uploaded', async () => {
    const { visit, settled } = await settledStay('1')
    expect(await refund(settled.id, [{ serial: '1', quantity: '10' }])).toMatchObject({ settlement: null })
    expect(await at.visit(visit)).toMatchObject({ state: 'DISCHARGED', unsettled: { count: 1, total: '2000.00' } })
    expect(await linesIn(visit)).toHaveLength(1)
  })

  test('takes back no more than is left when lines are uploaded after, and gives the refund up when it is withdrawn', async () => {
    const { visit, settled } = await settledStay('1')
    const { reversal, settlement: rest } = await refund(settled.id, [{ serial: '1', quantity: '2.5' }])
    await at.reverse(rest.id)
    const upload = await at.upload({ visit, lines: [back('a', '-8', '-1600.00'), back('b', '-7.5', '-1500.00')] })
    expect(upload).toMatchObject({
      accepted: 1,
      lines: [{ serial: 'a', problems: [{ code: 'REFUND_TOO_LARGE' }] }],
      visit: { unsettled: { count: 3, total: '0.00' } },
    })
    const trace = `${reversal.number}-0`
    await at.undoDischarge(visit)
    expect(await at.withdraw({ visit, serials: [trace] })).toMatchObject({ problems: [{ code: 'HAS_REFUND' }] })
    expect(await at.withdraw({ visit, serials: ['b', trace] })).toMatchObject({
      visit: { unsettled: { count: 1, total: '2000.00' } },
    })
  })
})

test('what is refunded bit by bit of a price in tenths of a fen comes to the fen that is left', async () => {
  const person = await world.addPerson()
  const visit = fresh('T')
  await at.open(opening(person, visit))
  const line = lineOf({ serial: '1', price: '3.333', amount: '33.33', time: '2026-11-11T08:30:00+08:00' })
  await at.upload({ visit, lines: [line] })
  await at.discharge(ending(visit))
  let rest = await at.settle(settling(person, visit, '33.33'))
  for (const quantity of ['0.5', '0.5']) rest = (await refund(rest.id, [{ serial: '1', quantity }])).settlement
  expect((await linesIn(visit)).map(({ amount }) => amount)).toEqual(['33.33', '-1.67', '-1.66'])
  await at.reverse(rest.id)
  expect(amountsOf(await at.settle(settling(person, visit, '30.00')))).toEqual(amountsOf(rest))
})

test('a part of a stay that was refunded comes to what was left, and the days of the part are open again', async () => {
  const person = await inParts(world)
  const visit = fresh('P')
  await at.open(opening(person, visit))
  await at.upload({ visit, lines: onDay('2026-11-11', '1', '2') })
  const part = await at.settle(settling(person, visit, '4000.00', { until: '2026-11-12' }))
  const { settlement: rest } = await refund(part.id, [{ serial: '2', quantity: '5' }])
  await at.upload({ visit, lines: onDay('2026-11-14', '3') })
  expect(await at.visit(visit)).toMatchObject({ state: 'OPEN', unsettled: { count: 1, total: '2000.00' } })
  await at.reverse(rest.id)
  expect(await at.visit(visit)).toMatchObject({ settledTo: null, unsettled: { count: 4, total: '5000.00' } })
  const input = settling(person, visit, '3000.00', { until: '2026-11-12' })
  const again = await at.settle(input)
  expect(amountsOf(again)).toEqual(amountsOf(rest))
  expect(await at.visit(visit)).toMatchObject({ unsettled: { count: 1, total: '2000.00' } })
})

test('a batch of outpatient care that was refunded stays a batch of its own, and its packages are free', async () => {
  const person = await world.addPerson()
  const visit = fresh('O')
  await at.open(opening(person, visit, { careType: '11', begin: '2026-11-22T08:00:00+08:00', bed: null }))
  const codes = [`${fresh('81')}a`, `${fresh('81')}b`].map((one) => one.replaceAll(/[^0-9a-z]/g, ''))
  await at.upload({ visit, chargeBatch: 'RX', lines: [lineOf({ serial: '1', code: 'XB01', traceCodes: codes })] })
  await at.upload({ visit, chargeBatch: 'LAB', lines: [lineOf({ serial: '2' })] })
  const settled = await at.settle(settling(person, visit, '200.00', { chargeBatch: 'RX' }))
  const { settlement: rest } = await refund(settled.id, [{ serial: '1', quantity: '4', traceCodes: [codes[0]] }])
  expect(await linesIn(visit)).toMatchObject([
    { serial: '1', chargeBatch: 'RX', settlement: { id: rest.id } },
    { serial: '2', chargeBatch: 'LAB', settlement: null },
    { refundOf: '1', chargeBatch: 'RX', amount: '-80.00', traceCodes: [codes[0]], settlement: { id: rest.id } },
  ])
  await at.reverse(rest.id)
  const again = await at.settle(settling(person, visit, '120.00', { chargeBatch: 'RX' }))
  expect(amountsOf(again)).toEqual(amountsOf(rest))
  const { rows } = await world.admin.query('select code from settlement.trace_code where code = any($1)', [codes])
  expect(rows).toEqual([{ code: codes[1] }])
  expect(await at.visit(visit)).toMatchObject({ state: 'OPEN', unsettled: { count: 1, total: '200.00' } })
})

const ROUNDS = 6

describe('at the same moment', () => {
  test('lines that are uploaded and a part that is refunded both stand, in places of their own', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const person = await inParts(world)
      const visit = fresh('U')
      await at.open(opening(person, visit))
      await at.upload({ visit, lines: onDay('2026-11-11', '1', '2') })
      const part = await at.settle(settling(person, visit, '4000.00', { until: '2026-11-12' }))
      const [upload, refunded] = await Promise.all([
        at.upload({ visit, lines: onDay('2026-11-14', '3', '4', '5') }),
        refund(part.id, [{ serial: '1', quantity: '1' }], second),
        there.upload({ visit, lines: onDay('2026-11-15', '6') }),
      ])
      expect(upload).toMatchObject({ accepted: 3 })
      expect(refunded).toMatchObject({ settlement: { total: '3800.00' } })
      const { rows } = await world.admin.query(
        `select array_agg(l.number order by l.number) as numbers, v.next_line from settlement.visit v
         join settlement.visit_line l using (institution, visit) where v.visit = $1 group by v.next_line`,
        [visit],
      )
      expect(rows).toEqual([{ numbers: [1, 2, 3, 4, 5, 6, 7], next_line: 8 }])
      expect(await at.visit(visit)).toMatchObject({ unsettled: { count: 4, total: '8000.00' } })
    }
  })

  test('of a refund and a reversal one happens, and the visit says which', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { visit, settled } = await settledStay('1')
      const [refunded, reversed] = await Promise.all([
        refund(settled.id, [{ serial: '1', quantity: '2.5' }], second),
        at.reverse(settled.id),
      ])
      const isRefunded = refunded.__typename === 'Refund'
      expect(isRefunded ? reversed : refunded).toMatchObject({ code: 'ALREADY_REVERSED' })
      expect(await at.visit(visit)).toMatchObject(
        isRefunded
          ? { state: 'SETTLED', unsettled: { count: 0 } }
          : { state: 'DISCHARGED', unsettled: { count: 1, total: '2000.00' } },
      )
      expect(await linesIn(visit)).toHaveLength(isRefunded ? 2 : 1)
    }
  })
})

const found = async () => (await verify(world.db, () => {})).mismatches

test('after all of this every settlement, sum and balance agrees; a refund line that does not is found', async () => {
  expect(await found()).toEqual([])
  const { visit, settled } = await settledStay('1', '2')
  const { settlement: rest } = await refund(settled.id, [{ serial: '1', quantity: '2.5' }])
  const change = async (sets: string) => {
    const where = `where visit = '${visit}' and refund_of is not null`
    await world.admin.query('create table kept_line as table settlement.visit_line')
    await world.admin.query(`update settlement.visit_line set ${sets} ${where}`)
    const mismatches = (await found()).map(({ table, row }) => `${table} ${row}`)
    await world.admin.query(`
      delete from settlement.visit_line; insert into settlement.visit_line table kept_line; drop table kept_line`)
    return new Set(mismatches)
  }
  const ofRest = `settlement.visit_line ${rest.id}`
  expect(await change(`amount = -49900, sent = jsonb_set(sent, '{amount}', '"-499.00"')`)).toEqual(new Set([ofRest]))
  expect(await change(`refund_of = '2'`)).toEqual(new Set([ofRest]))
  expect(await change(`sent = jsonb_set(sent, '{amount}', '"-499.00"')`)).toEqual(
    new Set([expect.stringContaining(visit)]),
  )
  expect(await found()).toEqual([])
})
