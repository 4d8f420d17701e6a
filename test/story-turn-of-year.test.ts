import { join } from 'node:path'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ending, lineOn, opening, settling, stepsOf, storyHospital, unused, type Steps } from './story-steps.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { BIND, END_ENROLMENT } from './world-queries.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// What lies between a bill and what becomes of it: midnight, the end of the year, a change of rules, a retirement. The clock
// of these stories goes on as they go.

const [GANSU, NINGBO, PARTS, WUHAN] = ['H62990000001', 'H33020000001', 'H62100009001', 'H42010009001']

let world: World
let steps: Steps
beforeAll(async () => {
  const policies = [join(import.meta.dirname, 'settle-policies')]
  world = await openWorld({ policies, institutions: [PARTS, WUHAN].map((code) => storyHospital(code)) })
  steps = stepsOf(world)
})
afterAll(() => world.close())

const at = (instant: string) => {
  world.time.now = Temporal.Instant.from(instant)
}
const employee = (pool = '629900', change: object = {}) =>
  world.addPerson({
    enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01', ...change }],
    account: { pool, current: 0 },
  })
/** An outpatient bill of so many packages at 100 yuan on a day. */
const on = (day: string, { cardNumber: card }: WorldPerson, quantity = 10) =>
  bill({ card, begin: `${day}T08:00:00+08:00`, lines: [{ code: CLASS_A, price: 100, quantity }] })
const settle = (input: object, who = GANSU) => steps.take(who, 'settle', { input })
const refund = (settlement: string, quantity: string, who = GANSU) => {
  const input = { lines: [{ serial: '1', quantity }], chargeBatch: unused('R'), invoice: unused('RF').slice(-20) }
  return steps.take(who, 'refund', { settlement, input })
}
const countersOf = async (person: WorldPerson): Promise<string[]> => (await steps.money(person)).counters

describe('a stay over the end of the year', () => {
  const lines = [lineOn('1', '2026-12-29', 2000), lineOn('2', '2027-01-02', 2000)] as const

  test('where the year’s end divides it is settled to 31 December and then to the end, and undone from the end', async () => {
    const person = await employee('621000')
    const visit = unused('stay')
    at('2026-12-30T10:00:00+08:00')
    await steps.take(PARTS, 'openVisit', { input: opening(person, visit, { begin: '2026-12-28T09:00:00+08:00' }) })
    await steps.take(PARTS, 'uploadLines', { input: { visit, lines: [lines[0]] } })
    at('2027-01-05T12:00:00+08:00')
    const before = await steps.money(person)
    await steps.take(PARTS, 'uploadLines', { input: { visit, lines: [lines[1]] } })
    await steps.take(PARTS, 'discharge', { input: ending(visit, { end: '2027-01-05T10:00:00+08:00' }) })
    const whole = await steps.take(PARTS, 'settleVisit', { input: settling(person, visit, '4000.00') })
    expect(whole).toMatchObject({
      code: 'INTERIM_SETTLEMENT_NEEDED',
      problems: [{ path: 'visit.begin' }, { path: 'visit.end' }],
    })
    // (2,000 − 800) × 85 %; the deductible of the stay is paid once: 2,000 × 85 %.
    const interim = settling(person, visit, '2000.00', { until: '2026-12-31' })
    const old = await steps.take(PARTS, 'settleVisit', { input: interim })
    expect(old).toMatchObject({ deductible: '800.00', fundTotal: '1020.00' })
    const rest = await steps.settleStay(PARTS, person, visit, { deductible: '0.00', fundTotal: '1700.00' })
    expect(await steps.take(PARTS, 'reverse', { settlement: old.number })).toMatchObject({ code: 'LATER_PART_STANDS' })
    await steps.reverse(PARTS, rest)
    await steps.reverse(PARTS, old)
    expect(await steps.money(person)).toEqual(before)
    expect(await steps.take(PARTS, 'visit', { visit })).toMatchObject({ settledTo: null, unsettled: { count: 2 } })
  })

  test('where it is one bill it belongs to the year of the discharge, and its reversal as well', async () => {
    const person = await world.addPerson({
      enrolments: [{ pool: '330200', insuranceType: '390', personType: '1501', beginOn: '2025-01-01' }],
    })
    const visits = [unused('stay'), unused('stay')] as const
    at('2026-12-21T10:00:00+08:00')
    // 1,200 are due once in a year at the highest level; (2,000 − 1,200) × 70 %.
    const due = { deductible: '1200.00', fundTotal: '560.00' }
    const before = opening(person, visits[0], { begin: '2026-12-18T09:00:00+08:00' })
    const short = { lines: [lineOn('1', '2026-12-19', 2000)], end: { end: '2026-12-20T10:00:00+08:00' } }
    await steps.stay(NINGBO, before, short)
    const old = await steps.settleStay(NINGBO, person, visits[0], due)
    const ofOldYear = await countersOf(person)
    at('2027-01-05T12:00:00+08:00')
    const across = opening(person, visits[1], { begin: '2026-12-28T09:00:00+08:00' })
    await steps.stay(NINGBO, across, { lines, end: { end: '2027-01-05T10:00:00+08:00' } })
    // (4,000 − 1,200) × 70 %.
    const settled = await steps.settleStay(NINGBO, person, visits[1], { deductible: '1200.00', fundTotal: '1960.00' })
    const both = await countersOf(person)
    const ofNewYear = both.filter((one) => !ofOldYear.includes(one))
    expect(ofNewYear.every((one) => one.includes(' 2027 '))).toBe(true)
    await steps.reverse(NINGBO, old)
    expect(await countersOf(person)).toEqual(ofNewYear)
    await steps.reverse(NINGBO, settled)
    expect(await countersOf(person)).toEqual([])
  })
})

describe('a quote over midnight of 31 December', () => {
  test('holds for what the old year was charged, until it expires', async () => {
    const person = await employee()
    at('2026-12-31T23:55:00+08:00')
    const inputs = [on('2026-12-31', person), on('2026-12-31', person)] as const
    const quotes = [
      await steps.take(GANSU, 'trial', { input: inputs[0] }),
      await steps.take(GANSU, 'trial', { input: inputs[1] }),
    ] as const
    at('2027-01-01T00:05:00+08:00')
    // (1,000 − 200) × 55 %, of the deductible of 2026.
    const settled = await settle({ ...inputs[0], quote: quotes[0].quote.id })
    expect(settled).toMatchObject({ __typename: 'Settlement', deductible: '200.00', fundTotal: '440.00' })
    expect(await countersOf(person)).toEqual([
      '629900 310 outpatient-deductible 2026 200.00',
      '629900 310 outpatient-paid 2026 440.00',
    ])
    at('2027-01-01T00:11:00+08:00')
    const stale = await settle({ ...inputs[1], quote: quotes[1].quote.id })
    expect(stale).toMatchObject({ __typename: 'QuoteStale', reason: 'EXPIRED', fundTotal: '550.00' })
    const fresh = await settle({ ...inputs[1], quote: stale.quote.id })
    expect(fresh).toMatchObject({ __typename: 'Settlement', deductible: '0.00', fundTotal: '550.00' })
  })

  test('does not hold where a relative may pay anew in the new year', async () => {
    const [person, sponsor] = await aided('30.00')
    at('2026-12-31T23:50:00+08:00')
    expect(await settle(on('2026-12-31', person, 2))).toMatchObject({ mutualAid: '30.00', cash: '170.00' })
    at('2026-12-31T23:55:00+08:00')
    const input = on('2026-12-31', person, 2)
    const quoted = await steps.take(GANSU, 'trial', { input })
    expect(quoted).toMatchObject({ fundTotal: '110.00', mutualAid: '0.00', cash: '90.00' })
    at('2027-01-01T00:05:00+08:00')
    const before = await steps.money(sponsor)
    const stale = await settle({ ...input, quote: quoted.quote.id })
    expect(stale).toMatchObject({ reason: 'CHANGED', mutualAid: '30.00', cash: '60.00' })
    expect(await steps.money(sponsor)).toEqual(before)
    expect(await settle({ ...input, quote: stale.quote.id })).toMatchObject({ mutualAid: '30.00', cash: '60.00' })
  })
})

/** An employee with nothing in the account, and a daughter with 1,000 yuan who lets hers pay up to a limit a year. */
async function aided(yearlyLimit: string): Promise<[WorldPerson, WorldPerson]> {
  at('2026-12-01T10:00:00+08:00')
  const person = await employee()
  const sponsor = await world.addPerson({
    birthDate: '2000-01-01',
    enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: '629900', current: 1000 },
  })
  const input = { identityNumber: person.identityNumber, name: '故事人物', relation: 'SIBLING', yearlyLimit }
  const { bindMutualAid } = await world.as(sponsor.personNumber, BIND, { requestId: unused(), input })
  expect(bindMutualAid).toMatchObject({ __typename: 'MutualAid' })
  return [person, sponsor]
}

describe('in January a bill of December', () => {
  test('is refunded in part and taken back on the counters of December; those of January stay', async () => {
    const person = await employee()
    at('2026-12-20T10:00:00+08:00')
    const old = await settle(on('2026-12-20', person))
    expect(old).toMatchObject({ deductible: '200.00', fundTotal: '440.00' })
    at('2027-01-10T10:00:00+08:00')
    // The deductible of 2027: 300 − 200, × 55 %.
    expect(await settle(on('2027-01-10', person, 3))).toMatchObject({ deductible: '200.00', fundTotal: '55.00' })
    const january = ['629900 310 outpatient-deductible 2027 200.00', '629900 310 outpatient-paid 2027 55.00']
    const refunded = await refund(old.number, '5')
    // (500 − 200) × 55 %, as on 20 December.
    expect(refunded).toMatchObject({
      reversal: { fundTotal: '-440.00' },
      settlement: { deductible: '200.00', fundTotal: '165.00', begin: old.begin, replaces: { id: old.id } },
    })
    expect(await countersOf(person)).toEqual([
      '629900 310 outpatient-deductible 2026 200.00',
      january[0],
      '629900 310 outpatient-paid 2026 165.00',
      january[1],
    ])
    await steps.reverse(GANSU, refunded.settlement)
    expect(await countersOf(person)).toEqual(january)
  })

  test('gives relatives back what they paid in the old year; what they may give in the new one is no more for it', async () => {
    const [person, sponsor] = await aided('30.00')
    at('2026-12-20T10:00:00+08:00')
    const old = await settle(on('2026-12-20', person, 2))
    expect(old).toMatchObject({ mutualAid: '30.00' })
    expect(await settle(on('2026-12-20', person, 2))).toMatchObject({ fundTotal: '110.00', mutualAid: '0.00' })
    at('2027-01-10T10:00:00+08:00')
    expect(await settle(on('2027-01-10', person, 2))).toMatchObject({ fundTotal: '0.00', mutualAid: '30.00' })
    // Half of December's bill remains: 100 yuan, all of it deductible; the daughter pays again what she had paid.
    const refunded = await refund(old.number, '1')
    expect(refunded).toMatchObject({ reversal: { mutualAid: '-30.00' }, settlement: { mutualAid: '30.00' } })
    expect(await balanceOf(sponsor)).toBe('940.00')
    await steps.reverse(GANSU, refunded.settlement)
    expect(await balanceOf(sponsor)).toBe('970.00')
    expect(await settle(on('2027-01-10', person, 2))).toMatchObject({ mutualAid: '0.00' })
  })
})

const balanceOf = async (person: WorldPerson): Promise<string> => (await steps.money(person)).account.current

describe('rules that change in between', () => {
  const OLD = { policy: '420100-employee-outpatient', policyVersion: '2023-02-01' }

  test('a quote, a refund and a reversal keep the policy of the days of the bill', async () => {
    const person = await employee('420100')
    at('2023-04-09T23:55:00+08:00')
    const input = on('2023-04-09', person, 20)
    const quoted = await steps.take(WUHAN, 'trial', { input })
    at('2023-04-10T00:05:00+08:00')
    // Until 9 April 700 came first and the fund paid 50 %: (2,000 − 700) × 50 %.
    const settled = await settle({ ...input, quote: quoted.quote.id }, WUHAN)
    expect(settled).toMatchObject({ deductible: '700.00', fundTotal: '650.00', explanation: OLD })
    at('2023-04-20T10:00:00+08:00')
    // From 10 April nothing comes first and the fund pays 55 %.
    expect(await settle(on('2023-04-20', person), WUHAN)).toMatchObject({ fundTotal: '550.00' })
    // (1,000 − 700) × 50 %.
    const refunded = await refund(settled.number, '10', WUHAN)
    expect(refunded).toMatchObject({
      reversal: { fundTotal: '-650.00' },
      settlement: { deductible: '700.00', fundTotal: '150.00', explanation: OLD },
    })
    await steps.reverse(WUHAN, refunded.settlement)
    expect(await countersOf(person)).toEqual(['420100 310 outpatient-paid 2023 550.00'])
  })

  test('who has retired since is refunded as the employee of the bill', async () => {
    const enrolment = { pool: '420100', insuranceType: '310', beginOn: '2020-01-01' }
    const person = await world.addPerson({
      birthDate: '1963-06-20',
      enrolments: [
        { ...enrolment, personType: '1101', endOn: '2023-06-30' },
        { ...enrolment, personType: '1201', beginOn: '2023-07-01' },
      ],
    })
    at('2023-06-30T18:00:00+08:00')
    const settled = await settle(on('2023-06-30', person), WUHAN)
    expect(settled).toMatchObject({ personType: '1101', fundTotal: '550.00' })
    at('2023-07-20T10:00:00+08:00')
    expect(await settle(on('2023-07-20', person), WUHAN)).toMatchObject({ personType: '1201', fundTotal: '650.00' })
    const refunded = await refund(settled.number, '5', WUHAN)
    expect(refunded).toMatchObject({
      reversal: { personType: '1101', fundTotal: '-550.00' },
      settlement: { personType: '1101', fundTotal: '275.00' },
    })
    expect(await steps.reverse(WUHAN, refunded.settlement)).toMatchObject({ personType: '1101' })
  })

  test('who is not covered any more is refunded as somebody who was', async () => {
    const person = await employee()
    at('2026-11-25T10:00:00+08:00')
    const settled = await settle(on('2026-11-25', person))
    const { insured } = await world.as(
      'clerk-629900',
      `{ insured(id: "${person.insuredId}") { ... on Insured { enrolments { id } } } }`,
    )
    const ends = { requestId: unused(), enrolmentId: insured.enrolments[0].id, endOn: '2026-11-30' }
    await world.as('clerk-629900', END_ENROLMENT, ends)
    at('2026-12-10T10:00:00+08:00')
    expect(await settle(on('2026-12-10', person))).toMatchObject({
      __typename: 'NotCovered',
      decidingDay: '2026-12-10',
    })
    expect(await refund(settled.number, '5')).toMatchObject({
      settlement: { deductible: '200.00', fundTotal: '165.00' },
    })
  })
})

test('once a benefit year is closed its counters stay, and money goes back as a correction', async () => {
  const person = await employee()
  at('2026-12-20T10:00:00+08:00')
  const old = await settle(on('2026-12-20', person))
  const counters = await countersOf(person)
  at('2027-01-10T10:00:00+08:00')
  const input = { kind: 'YEAR', insuranceType: '310', period: '2026' }
  const closed = await steps.take('clerk-629900', 'closePeriod', { input })
  expect(closed).toMatchObject({ __typename: 'ClosedPeriod' })
  const refunded = await refund(old.number, '5')
  expect(refunded).toMatchObject({
    reversal: { fundTotal: '-440.00', correction: true, keepsCounters: true },
    settlement: { fundTotal: '165.00', correction: true, keepsCounters: true },
  })
  expect(await countersOf(person)).toEqual(counters)
  const reversal = await steps.reverse(GANSU, refunded.settlement)
  expect(reversal).toMatchObject({ correction: true, keepsCounters: true })
  expect(await countersOf(person)).toEqual(counters)
})

test('after all of this every settlement, sum and balance agrees, and nothing was an alarm', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(world.logged).toEqual([])
})
