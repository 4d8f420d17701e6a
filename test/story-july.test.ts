import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOn, opening, stepsOf, storyHospital, unused, type Steps } from './story-steps.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// In Shanghai the benefit year begins on 1 July. On that day of 2024 the cap of the fund rose as well, and the person of this
// story retired. What is left of June keeps the year, the rules and the employee of June.

const SHANGHAI = 'H31000009001'
const JUNE = { policy: '310000-employee-inpatient', policyVersion: '2023-07-01' }
const JULY = { policy: '310000-employee-inpatient', policyVersion: '2024-07-01' }

let world: World
let steps: Steps
let person: WorldPerson
beforeAll(async () => {
  world = await openWorld({ institutions: [storyHospital(SHANGHAI)] })
  steps = stepsOf(world)
  const enrolment = { pool: '310000', insuranceType: '310', beginOn: '2020-01-01' }
  person = await world.addPerson({
    birthDate: '1964-06-20',
    enrolments: [
      { ...enrolment, personType: '1101', endOn: '2024-06-30' },
      { ...enrolment, personType: '1201', beginOn: '2024-07-01' },
    ],
  })
})
afterAll(() => world.close())

/** A stay of three days that cost a million. */
async function stayed(from: string, to: string) {
  world.time.now = Temporal.Instant.from(`${to}T18:00:00+08:00`)
  const visit = unused('stay')
  const opened = opening(person, visit, { begin: `${from}T09:00:00+08:00` })
  await steps.stay(SHANGHAI, opened, {
    lines: [lineOn('1', to, 1_000_000)],
    end: { end: `${to}T10:00:00+08:00` },
  })
  return visit
}

test('a stay of June and one of July have each their deductible, their cap and their person', async () => {
  // 717,647.06 × 85 % fill 610,000; of 1,000,000 − 1,500 − 717,647.06 the additional fund pays 80 %.
  const before = await stayed('2024-06-28', '2024-06-30')
  const due = { deductible: '1500.00', pool: '610000.00', largeAmount: '224682.35' }
  const old = await steps.settleStay(SHANGHAI, person, before, due)
  expect(old).toMatchObject({ personType: '1101', explanation: JUNE })
  const ofJune = await steps.money(person)

  // 684,782.61 × 92 % fill 630,000; of 1,000,000 − 1,200 − 684,782.61 the additional fund pays 80 %.
  const after = await stayed('2024-07-01', '2024-07-03')
  const retired = { deductible: '1200.00', pool: '630000.00', largeAmount: '251213.91' }
  const settled = await steps.settleStay(SHANGHAI, person, after, retired)
  expect(settled).toMatchObject({ personType: '1201', explanation: JULY })
  const both = await steps.money(person)
  const ofJuly = both.counters.filter((one: string) => !ofJune.counters.includes(one))
  expect(ofJune.counters.every((one: string) => one.includes(' 2023 '))).toBe(true)
  expect(ofJuly.every((one: string) => one.includes(' 2024 '))).toBe(true)

  // Half of June's is given back: (500,000 − 1,500) × 85 %, as an employee, under the rules and in the year of June.
  const input = { lines: [{ serial: '1', quantity: '0.5' }], chargeBatch: unused('R') }
  const refunded = await steps.take(SHANGHAI, 'refund', { settlement: old.number, input })
  expect(refunded).toMatchObject({
    reversal: { personType: '1101', pool: '-610000.00', largeAmount: '-224682.35' },
    settlement: {
      personType: '1101',
      deductible: '1500.00',
      pool: '423725.00',
      largeAmount: '0.00',
      explanation: JUNE,
    },
  })
  await steps.reverse(SHANGHAI, refunded.settlement)
  expect((await steps.money(person)).counters).toEqual(ofJuly)
  // The stay of June would go on into that of July.
  const reopened = await steps.take(SHANGHAI, 'undoDischarge', { visit: before })
  expect(reopened).toMatchObject({ code: 'ALREADY_ADMITTED', problems: [{ path: 'visit' }] })
  await steps.undoStay(SHANGHAI, after, settled)
  expect((await steps.money(person)).counters).toEqual([])
  expect(await steps.take(SHANGHAI, 'undoDischarge', { visit: before })).toMatchObject({ state: 'OPEN' })
  await steps.take(SHANGHAI, 'withdrawLines', { input: { visit: before } })
  expect(await steps.take(SHANGHAI, 'cancelVisit', { visit: before })).toMatchObject({ state: 'CANCELLED' })
})

test('a stay over 30 June belongs to the year, the rules and the person of its discharge', async () => {
  const visit = await stayed('2024-06-29', '2024-07-02')
  const due = { deductible: '1200.00', pool: '630000.00' }
  const settled = await steps.settleStay(SHANGHAI, person, visit, due)
  expect(settled).toMatchObject({ personType: '1201', explanation: JULY })
  await steps.undoStay(SHANGHAI, visit, settled)
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect(world.logged).toEqual([])
})
