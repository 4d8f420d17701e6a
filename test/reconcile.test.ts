import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { add, finish, found, lineOf, scopeOn, start, totals, type Data, type LineOf } from './reconcile-asking.ts'
import { reconcileWorld } from './reconcile-world.ts'
import { hospital, OTHER_HOSPITAL, settle } from './settle-world.ts'

// An institution and the platform compare what they have of a day. Each test has a day of its own.

const { world, person, ask, beAt, billToday, compare, nextDay, settled, reversed, reconciled, isReconciled } =
  await reconcileWorld()
let today: string
afterAll(() => world.close())
beforeEach(() => {
  today = nextDay()
})

const sumOf = (all: readonly LineOf[]) => {
  const yuan = (name: 'total' | 'fundTotal' | 'account' | 'cash') =>
    all.reduce((sum, one) => sum + Number(one[name]), 0).toFixed(2)
  return { count: all.length, total: yuan('total'), fundTotal: yuan('fundTotal'), account: yuan('account') }
}

describe('totals', () => {
  test('that are equal reconcile every settlement of the day, reversals included', async () => {
    const one = await settled()
    const two = await settled()
    const back = await reversed(two)
    const sums = sumOf([one, two, back])
    const answer = await totals(ask, { ...scopeOn(today), ...sums })
    expect(answer).toMatchObject({ state: 'BALANCED', result: 'BALANCED', differenceCount: 0, matched: 3 })
    expect(answer.days).toMatchObject([{ day: today, here: sums, there: null }])
    for (const settlement of [one, two, back]) expect(await isReconciled(settlement)).toBe(true)
    const at = `query ($id: ID!) { settlement(id: $id) { ... on Settlement { reconciledAt } } }`
    const { settlement } = await ask(at, { id: one.id })
    expect(settlement.reconciledAt).toBe(world.time.now.toString())
    const { settlement: later } = await ask(at, { id: (await settled()).id })
    expect(later.reconciledAt).toBeNull()
  })

  test('that differ say who has more, by day where the institution sent its days, and reconcile nothing', async () => {
    const one = await settled()
    const two = await settled()
    const mine = sumOf([one])
    const answer = await totals(ask, { ...scopeOn(today), ...mine, days: [{ day: today, ...mine }] })
    expect(answer).toMatchObject({ state: 'DIFFERENT', result: 'CENTRE_MORE', there: mine, here: sumOf([one, two]) })
    expect(answer.days).toMatchObject([{ day: today, here: sumOf([one, two]), there: mine, result: 'CENTRE_MORE' }])
    const more = await totals(ask, { ...scopeOn(today), ...sumOf([one, two, two]) })
    expect(more).toMatchObject({ result: 'INSTITUTION_MORE' })
    const mixed = await totals(ask, { ...scopeOn(today), ...sumOf([one, two]), total: '500.00', account: '0.00' })
    expect(mixed).toMatchObject({ result: 'DIFFERS' })
    expect(await isReconciled(one)).toBe(false)
  })

  test('sent again under the same request get the same answer, whatever was settled since', async () => {
    const one = await settled()
    const input = { ...scopeOn(today), ...sumOf([one]) }
    const first = await totals(ask, input, 'totals-again')
    await settled()
    expect(await totals(ask, input, 'totals-again')).toEqual(first)
    expect(await totals(ask, input)).toMatchObject({ result: 'CENTRE_MORE' })
  })

  test('of reversals alone, or without them, look at those alone', async () => {
    const one = await settled()
    const back = await reversed(one)
    expect(await totals(ask, { ...scopeOn(today), refunds: true, ...sumOf([back]) })).toMatchObject({
      result: 'BALANCED',
      refunds: true,
    })
    expect(await isReconciled(one)).toBe(false)
    expect(await totals(ask, { ...scopeOn(today), refunds: false, ...sumOf([one]) })).toMatchObject({
      result: 'BALANCED',
    })
    expect(await isReconciled(one)).toBe(true)
  })

  test('say what is wrong with them, each fault at its place', async () => {
    const wrong = {
      ...scopeOn('2026-02-30'),
      to: '2026-11-99',
      insuranceType: 'x',
      clearingType: '51',
      agency: '1',
      count: -1,
      total: '1,5',
      fundTotal: '1e3',
      account: '0.001',
      days: [{ day: 'no', count: 1, total: '1', fundTotal: '1', account: '1' }],
    }
    const { code, problems } = await totals(ask, wrong)
    expect(code).toBe('INVALID_INPUT')
    expect(problems.map(({ path }: Data) => path)).toEqual(
      ['from', 'to', 'insuranceType', 'clearingType', 'agency', 'total', 'fundTotal', 'account']
        .map((name) => `input.${name}`)
        .toSpliced(5, 0, 'input.count')
        .concat('input.days[0].day'),
    )
    const sums = { count: 0, total: '0', fundTotal: '0', account: '0' }
    const late = await totals(ask, { ...scopeOn(today), to: '2027-01-01', ...sums })
    expect(late.problems.map((one: Data) => one.code)).toEqual(['TOO_LONG', 'IN_FUTURE'])
    const other = await totals(ask, { ...scopeOn(today), ...sums, days: [{ day: today, ...sums, count: 1 }] })
    expect(other.problems).toMatchObject([{ path: 'input.days', code: 'SUM' }])
  })
})

describe('lines', () => {
  test('that are all equal reconcile their settlements', async () => {
    const one = await settled()
    const back = await reversed(one)
    const run = await reconciled([lineOf(one), lineOf(back)])
    expect(run).toMatchObject({ state: 'BALANCED', result: 'BALANCED', matched: 2, differences: [], progress: 1 })
    expect(run.here).toEqual(run.there)
    expect(await isReconciled(one)).toBe(true)
    expect(await isReconciled(back)).toBe(true)
  })

  test('a reversal may be sent under the number of what it took back', async () => {
    const one = await settled()
    const back = await reversed(one)
    const run = await reconciled([lineOf(one), lineOf(back, { settlement: one.number })])
    expect(run).toMatchObject({ state: 'BALANCED', matched: 2 })
  })

  test('that differ are told with the cause, both sides and what to do; what is equal is reconciled', async () => {
    const [equal, missing, dearer, standing, gone, stranger, twice, elsewhereVisit] = [
      await settled(),
      await settled(),
      await settled(),
      await settled(),
      await settled(),
      await settled(),
      await settled(),
      await settled(),
    ] as const
    const back = await reversed(gone)
    const { causes, differences, ...run } = await reconciled([
      lineOf(equal),
      lineOf(dearer, { fundTotal: '1.00', account: '199.00', cash: null }),
      lineOf(standing),
      lineOf(standing, { refund: true, total: '-200.00', fundTotal: '-100', account: '-50', cash: null }),
      lineOf(gone),
      lineOf(stranger, { personNumber: '620900000999' }),
      lineOf(twice),
      lineOf(twice),
      lineOf(elsewhereVisit, { visit: 'V-OTHER' }),
      lineOf(equal, { settlement: '01M810A20XFJWS81KRCP2AHFBT', requestId: 'mine-1' }),
      lineOf(equal, { settlement: 'OLD-NUMBER' }),
    ])
    expect(run).toMatchObject({ state: 'DIFFERENT', result: 'DIFFERS', matched: 4, lines: 11, differenceCount: 9 })
    const told = differences.map((one: Data) => [one.cause, one.settlementNumber, one.suggestedAction, one.line])
    expect(told).toEqual([
      ['AMOUNTS_DIFFER', dearer.number, 'CORRECT_LINE', 2],
      ['REVERSED_THERE', standing.number, 'REVERSE', 4],
      ['WRONG_PERSON', stranger.number, 'CORRECT_LINE', 6],
      ['DUPLICATE_LINE', twice.number, 'REMOVE_LINE', 8],
      ['WRONG_VISIT', elsewhereVisit.number, 'CORRECT_LINE', 9],
      ['ONLY_THERE', '01M810A20XFJWS81KRCP2AHFBT', 'SETTLE', 10],
      ['ONLY_THERE', 'OLD-NUMBER', 'SETTLE', 11],
      ['ONLY_HERE', missing.number, 'ANNUL', null],
      ['REVERSED_HERE', back.number, 'RECORD_REVERSAL', null],
    ])
    const [amounts, standsThere, wrongPerson, , , unknown, , only] = differences
    expect(amounts).toMatchObject({
      here: { total: dearer.total, fundTotal: dearer.fundTotal, account: dearer.account, cash: dearer.cash },
      there: { total: dearer.total, fundTotal: '1.00', account: '199.00', cash: null },
      amounts: ['FUND_TOTAL', 'ACCOUNT'],
    })
    expect(standsThere).toMatchObject({ settlement: { id: standing.id }, here: null, refund: true })
    expect(wrongPerson.personNumber).toBe('********0999')
    expect(unknown).toMatchObject({ requestId: 'mine-1', settlement: null, here: null })
    expect(only).toMatchObject({ requestId: missing.requestId, settlement: { id: missing.id }, there: null })
    expect(causes).toHaveLength(8)
    const kept = [equal, standing, gone, twice, missing, dearer, stranger, back, elsewhereVisit]
    const marks: boolean[] = []
    for (const settlement of kept) marks.push(await isReconciled(settlement))
    expect(marks).toEqual([true, true, true, true, false, false, false, false, false])
  })

  test('of another day, insurance or clearing type are told where they belong; of another institution nothing is told', async () => {
    const day = Temporal.PlainDate.from(today)
    const yesterday = day.subtract({ days: 1 })
    beAt(yesterday, 22)
    const before = await settled()
    beAt(day, 13)
    const foreign = await settle(world, 'foreign', billToday(person), hospital(OTHER_HOSPITAL))
    const OF = `{ settlement(id: "${foreign.id}") { ... on Settlement {
      number visit total fundTotal account cash personNumber } } }`
    const { settlement } = await world.ask<Data>(hospital(OTHER_HOSPITAL), OF)
    const run = await reconciled([lineOf(before), lineOf(settlement)])
    expect(run.differences).toMatchObject([
      {
        cause: 'ONLY_THERE',
        suggestedAction: 'RECONCILE_ELSEWHERE',
        elsewhere: { day: yesterday.toString(), agency: '620900', insuranceType: '310', clearingType: '11' },
        here: { total: before.total },
      },
      { cause: 'ONLY_THERE', suggestedAction: 'SETTLE', elsewhere: null, here: null, settlement: null },
    ])
    const other = await reconciled([lineOf(before)], scopeOn(yesterday.toString(), { clearingType: '21' }))
    expect(other.differences).toMatchObject([{ cause: 'ONLY_THERE', elsewhere: { clearingType: '11' } }])
  })

  test('are taken one by one: the good are kept, the bad come back with each fault', async () => {
    const one = await settled()
    const run = await start(ask, { ...scopeOn(today), count: 1 })
    const answer = await add(ask, run.id, [
      lineOf(one, { total: 'x', fundTotal: '-1.00', personNumber: '' }),
      lineOf(one),
      lineOf(one, { refund: true }),
      lineOf(one, { personNumber: '11010519491231002X' }),
    ])
    expect(answer).toMatchObject({ accepted: 1, rejected: 3, reconciliation: { lines: 1, state: 'READING' } })
    expect(answer.lines.map((line: Data) => line.problems.map(({ path, code }: Data) => `${path} ${code}`))).toEqual([
      ['personNumber PERSON_NUMBER_FORM', 'total MALFORMED', 'fundTotal SIGN'],
      ['total SIGN', 'cash SIGN'],
      ['personNumber IDENTITY_IN_TEXT'],
    ])
    expect(await finish(ask, run.id)).toMatchObject({ state: 'COMPARING' })
    await compare()
    expect(await found(ask, run.id)).toMatchObject({ state: 'BALANCED' })
  })
})
