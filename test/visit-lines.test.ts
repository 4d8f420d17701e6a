import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hospital, lineOf, settleWorld, type SettleWorld, type WorldPerson } from './settle-world.ts'
import { ending, fresh, linesOf, opening, settling, visitsOf, type Answered } from './visit-world.ts'

let world: SettleWorld
let at: ReturnType<typeof visitsOf>
beforeAll(async () => {
  world = await settleWorld()
  at = visitsOf(world)
})
afterAll(() => world.close())

async function stay(change: object = {}): Promise<{ visit: string; person: WorldPerson }> {
  const person = await world.addPerson()
  const visit = fresh('L')
  await at.open(opening(person, visit, change))
  return { visit, person }
}

const line = (serial: string, change: object = {}) => lineOf({ serial, time: '2026-11-11T08:30:00+08:00', ...change })

/** The problems of an upload by serial, `path code`. */
const reasons = ({ lines }: Answered): Record<string, string[]> =>
  Object.fromEntries(
    lines.map(({ serial, problems }: Answered) => [
      serial,
      problems.map((one: Answered) => `${one.path.replace(/^lines\[\d+\]\./, '')} ${one.code}`),
    ]),
  )

describe('an upload', () => {
  test('takes the good lines in and gives each bad one back with its reasons', async () => {
    const { visit, person } = await stay()
    const upload = await at.upload({
      visit,
      lines: [
        line('1'),
        line('before', { time: '2026-11-10T08:59:59+08:00' }),
        line('future', { time: '2026-11-22T10:30:00+08:00' }),
        line('code', { code: 'NO-SUCH-CODE' }),
        line('square', { amount: '200.01' }),
        line('negative', { quantity: '-1', amount: '-20.00' }),
        line('two', { price: 'x', department: '' }),
        line('2'),
      ],
    })
    expect(upload).toMatchObject({ __typename: 'Upload', accepted: 2, known: 0, rejected: 6 })
    expect(reasons(upload)).toEqual({
      before: ['time OUTSIDE_VISIT'],
      future: ['time IN_FUTURE'],
      code: ['code UNKNOWN_ITEM'],
      square: ['amount NOT_PRICE_TIMES_QUANTITY'],
      negative: ['quantity NEGATIVE'],
      two: ['price MALFORMED', 'department REQUIRED'],
    })
    expect(upload.lines[0].problems[0].message).toMatchObject({ zh: expect.any(String), en: expect.any(String) })
    await at.discharge(ending(visit))
    expect(await at.settle(settling(person, visit, '400.00'))).toMatchObject({ total: '400.00' })
  })

  test('knows a line that comes again, and refuses its serial for another', async () => {
    const { visit } = await stay()
    await at.upload({ visit, lines: [line('1'), line('2')] })
    const again = {
      visit,
      lines: [line('1', { quantity: '10.0', price: '20' }), line('2', { code: 'XB01' }), line('3')],
    }
    const upload = await at.upload(again)
    expect(upload).toMatchObject({ accepted: 1, known: 1, rejected: 1 })
    expect(reasons(upload)).toEqual({ '2': ['serial DUPLICATE'] })
    expect(upload.lines[0].problems[0].message).toEqual({
      zh: '此流水号此前已上传且内容不同；请先撤销该明细',
      en: 'was uploaded before with other content; withdraw it first',
    })
    const twice = await at.upload({ visit, lines: [line('4'), line('4'), line('4', { code: 'XB01' })] })
    expect(twice).toMatchObject({ accepted: 1, known: 1, rejected: 1 })
    expect(twice.lines[0].problems[0].message.en).toBe('occurs twice in this upload with different content')
    expect(await at.visit(visit)).toMatchObject({ unsettled: { count: 4, total: '800.00' } })
  })

  test('takes back lines of earlier batches, no more than is left of them', async () => {
    const { visit, person } = await stay()
    await at.upload({ visit, lines: [line('1'), line('2')] })
    const back = (serial: string, quantity: number, change: object = {}) =>
      line(serial, { refundOf: '1', quantity: String(-quantity), amount: (-20 * quantity).toFixed(2), ...change })
    expect(await at.upload({ visit, lines: [back('3', 4)] })).toMatchObject({ accepted: 1 })
    const upload = await at.upload({
      visit,
      lines: [
        back('much', 7),
        back('other', 1, { price: '20.01', amount: '-20.01' }),
        back('none', 1, { refundOf: 'x' }),
        back('ofRefund', 1, { refundOf: '3' }),
        back('4', 6),
        back('all', 1),
        line('5', { time: '2026-11-09T08:30:00+08:00' }),
        back('ofRejected', 1, { refundOf: '5' }),
      ],
    })
    expect(upload).toMatchObject({ accepted: 1, rejected: 7 })
    expect(reasons(upload)).toMatchObject({
      much: ['quantity REFUND_TOO_LARGE'],
      other: ['refundOf DIFFERENT_ITEM'],
      none: ['refundOf NOT_FOUND'],
      ofRefund: ['refundOf NOT_FOUND'],
      all: ['quantity REFUND_TOO_LARGE'],
      ofRejected: ['refundOf NOT_FOUND'],
    })
    const other = upload.lines.find(({ serial }: { serial: string }) => serial === 'other')
    expect(other.problems[0].message).toEqual({
      zh: '与原明细的医保编码、院内编码或单价不同',
      en: 'refers to a line with another code, own code or price',
    })
    await at.discharge(ending(visit))
    expect(await at.settle(settling(person, visit, '200.00'))).toMatchObject({ total: '200.00' })
  })

  test('is whole or nothing where its frame is wrong', async () => {
    const { visit } = await stay()
    expect(await at.upload({ visit, lines: [] })).toMatchObject({ problems: [{ path: 'lines', code: 'REQUIRED' }] })
    const many = Array.from({ length: 2001 }, (_, i) => line(String(i)))
    expect(await at.upload({ visit, lines: many })).toMatchObject({ problems: [{ path: 'lines', code: 'TOO_MANY' }] })
    expect(await at.upload({ visit: 'nowhere', lines: [line('1')] })).toMatchObject({ __typename: 'NotFound' })
    expect(await at.upload({ visit: 'a\u0000b', lines: [line('1')] })).toMatchObject({ problems: [{ path: 'visit' }] })
    const strange = [line('a\u0000'), line('b', { refundOf: 'c\u0000' }), line('d', { ownCode: '\ud800' })]
    expect(await at.upload({ visit, lines: strange })).toMatchObject({ rejected: 3 })
    expect(await at.visit(visit)).toMatchObject({ unsettled: { count: 0 } })
  })

  test('is taken after the discharge for lines within the stay, and no line lies behind its end', async () => {
    const { visit } = await stay()
    await at.upload({ visit, lines: [line('1', { time: '2026-11-21T08:30:00+08:00' })] })
    const early = await at.discharge(ending(visit))
    expect(early).toMatchObject({
      code: 'LINES_OUTSIDE_VISIT',
      problems: [{ path: 'end' }, { path: 'visit.lines["1"].time' }],
    })
    expect(await at.discharge(ending(visit, { end: '2026-11-10T08:59:00+08:00' }))).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'end', code: 'BEFORE_BEGIN' }],
    })
    expect(await at.discharge(ending(visit, { end: '2026-11-23T08:59:00+08:00' }))).toMatchObject({
      problems: [{ path: 'end', code: 'IN_FUTURE' }],
    })
    await at.discharge(ending(visit, { end: '2026-11-21T09:00:00+08:00' }))
    const late = await at.upload({ visit, lines: [line('2'), line('3', { time: '2026-11-21T09:00:01+08:00' })] })
    expect(late).toMatchObject({ accepted: 1, rejected: 1 })
    expect(await at.change({ visit, begin: '2026-11-12T09:00:00+08:00' })).toMatchObject({
      code: 'LINES_OUTSIDE_VISIT',
      problems: [{ path: 'begin' }, { path: 'visit.lines["2"].time' }],
    })
    expect(await at.change({ visit, begin: '2026-11-11T08:30:00+08:00' })).toMatchObject({ state: 'DISCHARGED' })
  })
})

describe('a withdrawal', () => {
  test('takes all that are named or none, and refunds before their charges', async () => {
    const { visit } = await stay()
    const back = line('3', { refundOf: '1', quantity: '-4', amount: '-80.00' })
    await at.upload({ visit, lines: [line('1'), line('2'), back] })
    expect(await at.withdraw({ visit, serials: ['2', '1', '9'] })).toMatchObject({
      code: 'LINES_NOT_WITHDRAWN',
      problems: [
        { path: 'serials[1]', code: 'HAS_REFUND' },
        { path: 'serials[2]', code: 'UNKNOWN_SERIAL' },
      ],
    })
    expect(await at.visit(visit)).toMatchObject({ unsettled: { count: 3 } })
    expect(await at.withdraw({ visit, serials: ['3', '1'] })).toMatchObject({ withdrawn: 2 })
    expect(await at.upload({ visit, lines: [line('1', { code: 'XB01' })] })).toMatchObject({ accepted: 1 })
    expect(await at.withdraw({ visit, serials: ['2'], chargeBatch: 'B' })).toMatchObject({
      problems: [{ path: 'chargeBatch', code: 'ONE_OF_TWO' }],
    })
    expect(await at.withdraw({ visit, serials: ['a\u0000'] })).toMatchObject({ __typename: 'InvalidInput' })
  })
})

describe('a long stay', () => {
  test('takes ten thousand lines in batches with one bad line each within seconds, and is settled whole', async () => {
    const { visit, person } = await stay()
    const begun = performance.now()
    for (let batch = 0; batch < 5; batch += 1) {
      const lines = Array.from({ length: 2000 }, (_, i) =>
        line(`${batch}-${i}`, { price: '0.10', quantity: '1', amount: i === 1000 ? '0.11' : '0.10' }),
      )
      const upload = await at.upload({ visit, lines })
      expect(upload).toMatchObject({ accepted: 1999, rejected: 1, lines: [{ serial: `${batch}-1000` }] })
    }
    expect(performance.now() - begun).toBeLessThan(15_000)
    await at.discharge(ending(visit))
    const input = settling(person, visit, '999.50')
    const settle = `mutation ($input: SettleVisitInput!) {
      settleVisit(requestId: "${fresh('long')}", input: $input) { __typename ... on Settlement { id total deductible } } }`
    const { settleVisit } = await world.ask<Answered>(hospital(), settle, { input })
    expect(settleVisit).toMatchObject({ __typename: 'Settlement', total: '999.50', deductible: '800.00' })
    expect(await at.visit(visit)).toMatchObject({ state: 'SETTLED', unsettled: { count: 0 } })
    expect(await at.reverse(settleVisit.id)).toMatchObject({ __typename: 'Settlement', total: '-999.50' })
    expect(await at.visit(visit)).toMatchObject({ state: 'DISCHARGED', unsettled: { count: 9995, total: '999.50' } })
  })

  test('of more lines than one bill takes is to be settled in parts', async () => {
    const { visit, person } = await stay()
    for (let batch = 0; batch < 6; batch += 1) {
      const day = batch < 3 ? '2026-11-11T08:30:00+08:00' : '2026-11-13T08:30:00+08:00'
      const lines = Array.from({ length: 1700 }, (_, i) =>
        line(`${batch}-${i}`, { price: '0.10', quantity: '1', amount: '0.10', time: day }),
      )
      await at.upload({ visit, lines })
    }
    await at.discharge(ending(visit))
    expect(await at.settle(settling(person, visit, '1020.00'))).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: 'visit.lines', code: 'TOO_MANY' }],
    })
    const document = `mutation ($input: SettleVisitInput!, $id: ID!) {
      settleVisit(requestId: $id, input: $input) { __typename ... on Settlement { id total } } }`
    const part = settling(person, visit, '510.00', { until: '2026-11-12' })
    const rest = settling(person, visit, '510.00', { chargeBatch: 'B2' })
    for (const input of [part, rest]) {
      const { settleVisit } = await world.ask<Answered>(hospital(), document, { input, id: fresh('part') })
      expect(settleVisit).toMatchObject({ __typename: 'Settlement', total: '510.00' })
    }
    expect(await at.visit(visit)).toMatchObject({ state: 'SETTLED' })
  })
})

test('the lines of a visit are paged in the order in which they came', async () => {
  const { visit } = await stay()
  await at.upload({ visit, lines: linesOf('b', 'a', 'c') })
  await at.upload({ visit, lines: linesOf('0') })
  const page = `query ($visit: String!, $after: String) { visit(visit: $visit) { ... on Visit {
    lines(first: 3, after: $after) { ... on VisitLineConnection {
      edges { node { serial code price quantity amount time department doctor approval uploadedAt settlement { id } } }
      pageInfo { hasNextPage endCursor } } ... on Rejection { code } } } } }`
  const ask = async (after: string | null) =>
    (await world.ask<Answered>(hospital(), page, { visit, after })).visit.lines
  const first = await ask(null)
  expect(first.edges.map(({ node }: Answered) => node.serial)).toEqual(['b', 'a', 'c'])
  expect(first.edges[0].node).toMatchObject({
    price: '20.000000',
    quantity: '10.0000',
    amount: '200.00',
    approval: 'NOT_NEEDED',
  })
  const second = await ask(first.pageInfo.endCursor)
  expect(second).toMatchObject({ edges: [{ node: { serial: '0' } }], pageInfo: { hasNextPage: false } })
  expect(await ask('nonsense')).toMatchObject({ code: 'INVALID_INPUT' })
})

test('after all of this every settlement, sum and balance agrees', async () => {
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})
