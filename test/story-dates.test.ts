import type { SeedInstitution } from '@yibao/institutions/seed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { END_ENROLMENT } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Which day decides. The clock of these stories is set; the drug of the demo catalogue is entered early enough.

const [GANSU, NINGBO, WUHAN] = ['H62990000001', 'H33020000001', 'H42010000001']
const WUHAN_HOSPITAL = {
  code: WUHAN,
  name: '武汉测试医院',
  level: 'LEVEL_3',
  type: 'GENERAL_HOSPITAL',
  creditCode: '12100000400010275N',
  pool: '420100',
  agreedFrom: '2022-01-01',
} satisfies SeedInstitution

let world: World
beforeAll(async () => {
  world = await openWorld({ institutions: [WUHAN_HOSPITAL] })
})
afterAll(() => world.close())

let requests = 0
async function settle(at: string, { cardNumber: card }: WorldPerson, change: object): Promise<Data> {
  requests += 1
  return (await world.as(at, SETTLE, { requestId: `dates-${requests}`, input: bill({ card, ...change }) })).settle
}
const setClock = (instant: string) => {
  world.time.now = Temporal.Instant.from(instant)
}
/** Lines of so many yuan each, one for each day. */
const linesOn = (yuan: number, ...days: string[]) =>
  days.map((day) => ({ code: CLASS_A, price: yuan, time: `${day}T08:30:00+08:00` }))
const visit = (yuan: number, ...days: [string, ...string[]]) => ({
  careType: '11',
  begin: `${days[0]}T08:00:00+08:00`,
  end: `${days.at(-1)}T09:00:00+08:00`,
  lines: linesOn(yuan, ...days),
})
const stay = (yuan: number, from: string, to: string) => ({
  ...visit(yuan, from),
  end: `${to}T09:00:00+08:00`,
  careType: '21',
})

const employee = (pool: string, personType = '1101') =>
  world.addPerson({ enrolments: [{ pool, insuranceType: '310', personType, beginOn: '2020-01-01' }] })

describe('Wuhan changed its outpatient rules on 10 April 2023', () => {
  beforeAll(() => setClock('2023-04-20T10:00:00+08:00'))

  test('the day before, 700 come first and the fund pays 50 %', async () => {
    const person = await employee('420100')
    const before = await settle(WUHAN, person, visit(1000, '2023-04-09'))
    expect(before).toMatchObject({ deductible: '700.00', fundTotal: '150.00' })
    expect(before.explanation).toMatchObject({ policy: '420100-employee-outpatient', policyVersion: '2023-02-01' })
  })

  test('on the day, nothing comes first and the fund pays 55 %', async () => {
    const person = await employee('420100')
    const after = await settle(WUHAN, person, visit(1000, '2023-04-10'))
    expect(after).toMatchObject({ deductible: '0.00', fundTotal: '550.00' })
    expect(after.explanation).toMatchObject({ policy: '420100-employee-outpatient', policyVersion: '2023-04-10' })
  })

  test('what was used up under the old rules counts on under the new ones', async () => {
    const person = await employee('420100')
    // (8000 − 700) × 50 % is above the cap of 3,500 of the year, which the new rules have as well.
    expect(await settle(WUHAN, person, visit(8000, '2023-04-09'))).toMatchObject({ fundTotal: '3500.00' })
    expect(await settle(WUHAN, person, visit(1000, '2023-04-10'))).toMatchObject({ fundTotal: '0.00' })
  })

  test('a bill with lines of both days is to be divided', async () => {
    const person = await employee('420100')
    expect(await settle(WUHAN, person, visit(500, '2023-04-09', '2023-04-10'))).toMatchObject({
      __typename: 'NotAllowed',
      code: 'BILL_SPANS_PERIODS',
    })
    expect(await settle(WUHAN, person, visit(500, '2023-04-09'))).toMatchObject({ fundTotal: '0.00' })
    expect(await settle(WUHAN, person, visit(500, '2023-04-10'))).toMatchObject({ fundTotal: '275.00' })
  })

  test('before the first rules of the file nothing is guessed', async () => {
    const person = await employee('420100')
    expect(await settle(WUHAN, person, visit(500, '2023-01-31'))).toMatchObject({
      __typename: 'NotAllowed',
      code: 'NO_POLICY',
    })
  })
})

const retiring = () =>
  world.addPerson({
    birthDate: '1963-06-20',
    enrolments: [
      { pool: '420100', insuranceType: '310', personType: '1101', beginOn: '2020-01-01', endOn: '2023-06-30' },
      { pool: '420100', insuranceType: '310', personType: '1201', beginOn: '2023-07-01' },
    ],
  })

describe('a retirement on 1 July', () => {
  beforeAll(() => setClock('2023-07-20T10:00:00+08:00'))

  test('decides outpatient care line by line: 55 % until the day before, 65 % from the day', async () => {
    const person = await retiring()
    expect(await settle(WUHAN, person, visit(100, '2023-06-30'))).toMatchObject({
      personType: '1101',
      fundTotal: '55.00',
    })
    expect(await settle(WUHAN, person, visit(100, '2023-07-01'))).toMatchObject({
      personType: '1201',
      fundTotal: '65.00',
    })
    expect(await settle(WUHAN, person, visit(100, '2023-06-30', '2023-07-01'))).toMatchObject({
      code: 'BILL_SPANS_PERIODS',
    })
  })

  test('decides a stay by its discharge', async () => {
    const before = await settle(WUHAN, await retiring(), stay(10_000, '2023-06-25', '2023-06-30'))
    expect(before).toMatchObject({ personType: '1101', deductible: '800.00', fundTotal: '7912.00' })
    const across = await settle(WUHAN, await retiring(), stay(10_000, '2023-06-25', '2023-07-05'))
    expect(across).toMatchObject({ personType: '1201', deductible: '800.00', fundTotal: '8169.60' })
  })
})

const resident = () =>
  world.addPerson({
    enrolments: [{ pool: '330200', insuranceType: '390', personType: '1501', beginOn: '2023-01-01' }],
  })

const lineAt = (time: string) => ({
  ...visit(300, '2025-12-31'),
  end: '2026-01-01T09:00:00+08:00',
  lines: [{ code: CLASS_A, price: 300, time }],
})

describe('31 December', () => {
  beforeAll(() => setClock('2026-01-10T10:00:00+08:00'))

  test('the deductible of the year is due again on 1 January', async () => {
    const person = await employee('629900')
    expect(await settle(GANSU, person, visit(300, '2025-12-31'))).toMatchObject({
      deductible: '200.00',
      fundTotal: '55.00',
    })
    expect(await settle(GANSU, person, visit(300, '2025-12-31'))).toMatchObject({
      deductible: '0.00',
      fundTotal: '165.00',
    })
    expect(await settle(GANSU, person, visit(300, '2026-01-01'))).toMatchObject({
      deductible: '200.00',
      fundTotal: '55.00',
    })
  })

  test('midnight is midnight in Shanghai', async () => {
    const person = await employee('629900')
    expect(await settle(GANSU, person, lineAt('2025-12-31T15:59:59Z'))).toMatchObject({ deductible: '200.00' })
    expect(await settle(GANSU, person, lineAt('2025-12-31T16:00:00Z'))).toMatchObject({ deductible: '200.00' })
    expect(await settle(GANSU, person, lineAt('2025-12-31T15:59:59Z'))).toMatchObject({ deductible: '0.00' })
  })

  test('an outpatient bill does not reach over it', async () => {
    const person = await employee('629900')
    expect(await settle(GANSU, person, visit(300, '2025-12-31', '2026-01-01'))).toMatchObject({
      __typename: 'NotAllowed',
      code: 'INTERIM_SETTLEMENT_NEEDED',
    })
  })

  test('a stay belongs whole to the year of its discharge', async () => {
    const person = await resident()
    // 1,200 are due once a year at the highest level; then 70 %.
    const old = await settle(NINGBO, person, stay(2000, '2025-12-01', '2025-12-10'))
    expect(old).toMatchObject({ deductible: '1200.00', fundTotal: '560.00' })
    const across = await settle(NINGBO, person, stay(2000, '2025-12-28', '2026-01-04'))
    expect(across).toMatchObject({ deductible: '1200.00', fundTotal: '560.00' })
    const next = await settle(NINGBO, person, stay(2000, '2026-01-05', '2026-01-08'))
    expect(next).toMatchObject({ deductible: '0.00', fundTotal: '1400.00' })
  })
})

async function endOn({ insuredId }: WorldPerson, day: string): Promise<void> {
  const query = `{ insured(id: "${insuredId}") { ... on Insured { enrolments { id } } } }`
  const { insured } = await world.as('clerk-629900', query)
  const variables = { requestId: `end-${insuredId}`, enrolmentId: insured.enrolments[0].id, endOn: day }
  const { endEnrolment } = await world.as('clerk-629900', END_ENROLMENT, variables)
  expect(endEnrolment).toMatchObject({ __typename: 'Enrolment', endOn: day })
}

describe('coverage that ends', () => {
  beforeAll(() => setClock('2026-03-20T10:00:00+08:00'))

  test('during a stay: who was covered on admission is covered for the stay', async () => {
    const person = await employee('629900')
    await endOn(person, '2026-03-05')
    expect(await settle(GANSU, person, stay(10_000, '2026-03-01', '2026-03-10'))).toMatchObject({
      fundTotal: '8415.00',
    })
    expect(await settle(GANSU, person, stay(10_000, '2026-03-06', '2026-03-10'))).toMatchObject({
      __typename: 'NotCovered',
      reason: 'ENDED',
    })
  })

  test('covers its last day and not the day after', async () => {
    const person = await employee('629900')
    await endOn(person, '2026-03-05')
    expect(await settle(GANSU, person, visit(300, '2026-03-05'))).toMatchObject({ __typename: 'Settlement' })
    expect(await settle(GANSU, person, visit(300, '2026-03-06'))).toMatchObject({
      __typename: 'NotCovered',
      reason: 'ENDED',
      decidingDay: '2026-03-06',
    })
  })
})
