import { join } from 'node:path'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOn, opening, settling, stepsOf, storyHospital, unused, type Steps } from './story-steps.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// Stays of every kind and with every payer, from the admission to the reversal and all steps back. Amounts are reckoned by
// hand from the policy; the formula stands beside each.

const [HOSPITAL, SECOND, HENGSHUI, NINGBO] = ['H62990000001', 'H62990009002', 'H13119909001', 'H33020000001']

let world: World
let steps: Steps
beforeAll(async () => {
  const institutions = [storyHospital(SECOND, 'LEVEL_2'), storyHospital(HENGSHUI)]
  world = await openWorld({ policies: [join(import.meta.dirname, 'policies')], institutions })
  steps = stepsOf(world)
})
afterAll(() => world.close())

const ENROLMENT = { insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }
const employee = (pool = '629900', change: object = {}) =>
  world.addPerson({
    birthDate: '1985-05-06',
    enrolments: [{ ...ENROLMENT, pool, ...change }],
    account: { pool, current: 100, history: 200 },
  })
/** A resident, with a special identity (`psn_idet_type`) or none. */
const resident = (identity?: string, pool = '629900') =>
  world.addPerson({
    enrolments: [
      {
        pool,
        insuranceType: '390',
        personType: '1501',
        beginOn: '2025-10-01',
        identities: identity === undefined ? [] : [{ type: identity, beginOn: '2025-10-01' }],
      },
    ],
  })
const promise = { thirdParty: false, promise: true }

interface Case {
  readonly name: string
  readonly who: () => Promise<WorldPerson>
  readonly at?: string
  readonly yuan?: number
  readonly change?: object
  readonly expected: object
}
const assisted = (identity: string) => () => resident(identity)
const atHome = { deductible: '650.00', fundTotal: '17415.00', account: '300.00', cash: '2285.00' }

// 20,000 yuan in a hospital of the third level unless said otherwise.
const CASES: readonly Case[] = [
  // (20,000 − 650) × 90 %; the account holds 300.
  { name: 'a stay of an employee', who: () => employee(), expected: atHome },
  { name: 'day surgery of an employee', who: () => employee(), change: { careType: '28' }, expected: atHome },
  { name: 'an emergency stay of an employee', who: () => employee(), change: { careType: '24' }, expected: atHome },
  {
    name: 'a stay after an injury of an employee',
    who: () => employee(),
    change: { careType: '22', trauma: promise },
    expected: atHome,
  },
  // The pool publishes no quotas: a single disease is paid as a stay.
  {
    name: 'a single disease without quota',
    who: () => employee(),
    change: { careType: '26', disease: 'K35' },
    expected: { ...atHome, hospital: '0.00' },
  },
  // (20,000 − 500) × 72 % = 14,040, and of the 5,960 left beyond 5,000 the serious illness insurance × 60 %.
  {
    name: 'day surgery of a resident',
    who: () => resident(),
    change: { careType: '28' },
    expected: { pool: '14040.00', seriousIllness: '576.00', cash: '5384.00' },
  },
  // (4,000 − 500) × 72 % and too little left for anything else.
  {
    name: 'a stay after an injury of a resident',
    who: () => resident(),
    yuan: 4000,
    change: { careType: '22', trauma: promise },
    expected: { fundTotal: '2520.00', cash: '1480.00' },
  },
  // Beyond the quota of 8,000 the hospital: 2,000; (8,000 − 800) × 85 % the fund.
  {
    name: 'a single disease beyond its quota',
    who: () => employee('131199'),
    at: HENGSHUI,
    yuan: 10_000,
    change: { careType: '26', disease: 'K35.900' },
    expected: { hospital: '2000.00', deductible: '800.00', fundTotal: '6120.00', account: '300.00', cash: '1580.00' },
  },
  {
    name: 'a single disease below its quota',
    who: () => employee('131199'),
    at: HENGSHUI,
    yuan: 10_000,
    change: { careType: '26', disease: 'K80.100' },
    expected: { hospital: '0.00', fundTotal: '7820.00' },
  },
  // Everything in scope.
  {
    name: 'a birth',
    who: () => employee(),
    change: { careType: '52', birthType: 'NATURAL' },
    expected: { fundTotal: '20000.00', cash: '0.00' },
  },
  // Quotas of 4,000 and 7,000 of the whole bill, beyond them the hospital; a limit of 6,000, beyond it the person.
  {
    name: 'a natural birth with a quota',
    who: () => employee('131199'),
    at: HENGSHUI,
    yuan: 9000,
    change: { careType: '52', birthType: 'NATURAL' },
    expected: { hospital: '5000.00', fundTotal: '4000.00', personal: '0.00' },
  },
  {
    name: 'a caesarean with a quota',
    who: () => employee('131199'),
    at: HENGSHUI,
    yuan: 9000,
    change: { careType: '52', birthType: 'CAESAREAN' },
    expected: { hospital: '2000.00', fundTotal: '7000.00', personal: '0.00' },
  },
  {
    name: 'a difficult birth with a limit',
    who: () => employee('131199'),
    at: HENGSHUI,
    yuan: 9000,
    change: { careType: '52', birthType: 'DIFFICULT' },
    expected: { hospital: '0.00', fundTotal: '6000.00', account: '300.00', cash: '2700.00' },
  },
  // 117,647.06 × 85 % fill the cap of 100,000 of the basic pool; of what lies beyond, 200,000 − 1,000 − 117,647.06, the
  // large-amount fund pays 90 %.
  {
    name: 'a stay beyond the cap of an employee',
    who: () => employee('131199'),
    at: HENGSHUI,
    yuan: 200_000,
    expected: { deductible: '1000.00', pool: '100000.00', largeAmount: '73217.65', fundTotal: '173217.65' },
  },
  // The subsidy pays 90 % of what the basic pool leaves: (20,000 − 17,415) × 90 %.
  {
    name: 'a stay of a civil servant',
    who: () => employee('629900', { personType: '1102', civilServant: true }),
    expected: { pool: '17415.00', civilServant: '2326.50', account: '258.50', cash: '0.00' },
  },
  // Half of the copay of the basic pool: (20,000 − 650) × 10 % × 50 %.
  {
    name: 'a stay of a retired employee',
    who: () => employee('629900', { personType: '1201' }),
    expected: { pool: '17415.00', enterprise: '967.50', account: '300.00', cash: '1317.50' },
  },
  // 14,040 as any resident; (5,960 − 2,500) × 65 % = 2,249; of 3,711 assistance pays 80 %; below 3,000 nothing further.
  {
    name: 'a stay of somebody with the minimum living allowance',
    who: assisted('2303'),
    expected: { pool: '14040.00', seriousIllness: '2249.00', assistance: '2968.80', cash: '742.20' },
  },
  // The hospital waives 10 % of 3,711, assistance pays 95 % of the 3,339.90 left.
  {
    name: 'a stay of a poor household',
    who: assisted('2302'),
    expected: { hospital: '371.10', seriousIllness: '2249.00', assistance: '3172.91', cash: '166.99' },
  },
  { name: 'a stay of a destitute person', who: assisted('2304'), expected: { assistance: '3711.00', cash: '0.00' } },
  // (5,960 − 5,000) × 60 % = 576; (5,384 − 3,000) × 70 % = 1,668.80 and further (3,715.20 − 3,000) × 60 % = 429.12.
  {
    name: 'a stay of somebody with a low income',
    who: assisted('2305'),
    expected: { seriousIllness: '576.00', assistance: '2097.92', cash: '3286.08' },
  },
]

test.each(CASES)(
  '$name is paid by hand and undone step by step',
  async ({ who, at = HOSPITAL, yuan = 20_000, change, expected }) => {
    const person = await who()
    const visit = unused('stay')
    const before = await steps.money(person)
    await steps.stay(at, opening(person, visit, change), { lines: [lineOn('1', '2026-11-12', yuan)] })
    const settled = await steps.settleStay(at, person, visit, expected)
    await steps.undoStay(at, visit, settled)
    expect(await steps.money(person)).toEqual(before)
  },
)

test('an injury somebody else is liable for, and care that lacks what decides it, is not paid', async () => {
  const refused = async (change: object) => {
    const [person, visit] = [await resident(), unused('stay')]
    const end = { end: '2026-11-13T10:00:00+08:00' }
    await steps.stay(HOSPITAL, opening(person, visit, change), { lines: [lineOn('1', '2026-11-12', 100)], end })
    const input = settling(person, visit, '100.00')
    const { code, problems } = await steps.take(HOSPITAL, 'settleVisit', { input })
    return [code, problems[0].path]
  }
  expect(await refused({ careType: '22' })).toEqual(['INVALID_INPUT', 'visit.trauma'])
  expect(await refused({ careType: '22', trauma: { thirdParty: true } })).toEqual([
    'THIRD_PARTY_LIABLE',
    'visit.trauma.thirdParty',
  ])
  expect(await refused({ careType: '26' })).toEqual(['INVALID_INPUT', 'visit.disease'])
  expect(await refused({ careType: '52' })).toEqual(['INVALID_INPUT', 'visit.birthType'])
  const unpromised = { careType: '22', trauma: { thirdParty: false } }
  expect(await steps.take(HOSPITAL, 'openVisit', { input: opening(null, unused('stay'), unpromised) })).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'trauma.promise' }],
  })
})

describe('a second stay of a resident', () => {
  // (30,000 − 500) × 72 % = 21,240, 8,760 left: (8,760 − 5,000) × 60 %. The second is due no 5,000 again and goes on in the
  // bands where the first ended, at 3,760: 6,240 × 60 % + 2,520 × 65 %.
  const FIRST = { pool: '21240.00', seriousIllness: '2256.00' }
  const LATER = { pool: '21240.00', seriousIllness: '5382.00' }

  test('goes on where the first ended in the serious illness insurance, and a reversal of the first leaves it its share', async () => {
    const person = await resident()
    const visits = [unused('stay'), unused('stay')] as const
    const lines = [lineOn('1', '2026-11-12', 30_000)]
    await steps.stay(HOSPITAL, opening(person, visits[0]), { lines, end: { end: '2026-11-13T10:00:00+08:00' } })
    const first = await steps.settleStay(HOSPITAL, person, visits[0], FIRST)
    const later = [lineOn('1', '2026-11-16', 30_000)]
    await steps.stay(HOSPITAL, opening(person, visits[1], { begin: '2026-11-15T09:00:00+08:00' }), { lines: later })
    const between = await steps.money(person)
    const second = await steps.settleStay(HOSPITAL, person, visits[1], LATER)
    await steps.undoStay(HOSPITAL, visits[1], second)
    expect(await steps.money(person)).toEqual(between)
    await steps.undoStay(HOSPITAL, visits[0], first)
    expect((await steps.money(person)).counters).toEqual([])
  })
})

// What the hospital after a transfer charges of the deductible is what its level adds: 650 − 550, of residents 500 − 400.
// First (10,000 − 550) × 92 %, then (10,000 − 100) × 90 %; residents (10,000 − 400) × 75 %, then (10,000 − 100) × 72 %.
const TRANSFERS = [
  { name: 'an employee', who: () => employee(), first: ['550.00', '8694.00'], next: ['100.00', '8910.00'] },
  { name: 'a resident', who: () => resident(), first: ['400.00', '7200.00'], next: ['100.00', '7128.00'] },
] as const

const amounts = ([deductible, pool]: readonly [string, string]) => ({ deductible, pool })

test.each(TRANSFERS)('a transfer of $name costs the difference of the deductibles', async ({ who, first, next }) => {
  const person = await who()
  const before = await steps.money(person)
  const visits = [unused('stay'), unused('stay')] as const
  await steps.stay(SECOND, opening(person, visits[0]), {
    lines: [lineOn('1', '2026-11-11', 10_000)],
    end: { end: '2026-11-12T10:00:00+08:00', way: 'TRANSFER' },
  })
  const sent = await steps.settleStay(SECOND, person, visits[0], amounts(first))
  const arrival = { begin: '2026-11-12T14:00:00+08:00', transferredFrom: sent.number }
  await steps.stay(HOSPITAL, opening(person, visits[1], arrival), { lines: [lineOn('1', '2026-11-13', 10_000)] })
  // The first hospital gives a tenth back meanwhile; the stay is the same one.
  const refund = { lines: [{ serial: '1', quantity: '0.1' }], chargeBatch: unused('R') }
  const refunded = await steps.take(SECOND, 'refund', { settlement: sent.number, input: refund })
  expect(refunded).toMatchObject({ settlement: { total: '9000.00', deductible: first[0] } })
  const received = await steps.settleStay(HOSPITAL, person, visits[1], amounts(next))
  await steps.undoStay(HOSPITAL, visits[1], received)
  await steps.undoStay(SECOND, visits[0], refunded.settlement)
  expect(await steps.money(person)).toEqual(before)
})

test('emergency observation joined to a stay is settled with it, and stands alone again when the stay is cancelled', async () => {
  const person = await resident(undefined, '330200')
  const before = await steps.money(person)
  const [observation, visit] = [unused('stay'), unused('stay')]
  const emergency = { careType: '13', begin: '2026-11-09T20:00:00+08:00' }
  await steps.take(NINGBO, 'openVisit', { input: opening(person, observation, emergency) })
  const batch = unused('batch')
  const input = { visit: observation, chargeBatch: batch, lines: [lineOn('E1', '2026-11-10', 1000)] }
  expect(await steps.take(NINGBO, 'uploadLines', { input })).toMatchObject({ accepted: 1 })
  const stay = opening(person, visit, { joins: observation })
  await steps.stay(NINGBO, stay, { lines: [lineOn('1', '2026-11-12', 5000)] })
  // (1,000 + 5,000 − 1,200) × 70 %, the ratio of the stay.
  const settled = await steps.settleStay(NINGBO, person, visit, { deductible: '1200.00', fundTotal: '3360.00' })
  await steps.undoStay(NINGBO, visit, settled)
  expect(await steps.money(person)).toEqual(before)
  const alone = await steps.take(NINGBO, 'visit', { visit: observation })
  expect(alone).toMatchObject({ state: 'OPEN', joinedTo: null, unsettled: { count: 1, total: '1000.00' } })
})

test('after all of this every settlement, sum and balance agrees, and nothing was an alarm', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(world.logged).toEqual([])
})
