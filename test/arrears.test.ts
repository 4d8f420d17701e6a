import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { carryOutArrears } from '@yibao/insured/commands/arrears'
import { NOTICES } from '@yibao/insured/store/notices'
import {
  BILL,
  FLEXIBLE,
  flexible,
  named,
  PAY,
  PAY_EMPLOYER,
  reference,
  RESIDENT,
  resident,
  say,
} from './contribution-asking.ts'
import { DEMO, EMPLOYER, declareMonth, employ } from './employer-gateway.ts'
import { change, fresh, MY_ENROLMENTS } from './enrolment-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Who does not pay is suspended, and goes on once they have paid.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const CLERK = 'clerk-629900'
const goTo = (day: string) => (world.time.now = Temporal.Instant.from(`${day}T10:00:00+08:00`))
/** What the worker does, by several processes at once. */
async function watch(day: string): Promise<void> {
  goTo(day)
  const parts = { db: world.platform.databases.insured, clock: () => world.time.now }
  await Promise.all([carryOutArrears(parts), carryOutArrears(parts), carryOutArrears(parts)])
}
async function settleOn(person: WorldPerson, day: string): Promise<Data> {
  const input = bill({ card: person.cardNumber, begin: `${day}T08:00:00+08:00` })
  return (await world.as('H62990000001', SETTLE, { requestId: fresh('s'), input })).settle
}
const enrolmentsOf = async (person: WorldPerson): Promise<Data[]> =>
  (await world.as(person.personNumber, MY_ENROLMENTS)).me.enrolments
const states = async (person: WorldPerson) => (await enrolmentsOf(person)).map((one) => one.standing.state)
const billed = (person: WorldPerson, period: string, insuranceType = '310') =>
  say(world, 'BANK01', BILL, { input: { ...named(person), insuranceType, periods: [period] } })
const pay = (person: WorldPerson, period: string) =>
  say(world, 'BANK01', PAY, {
    input: { ...named(person), insuranceType: '310', period, amount: FLEXIBLE, reference: reference() },
  })
/** Codes of what somebody was told, each as often as they were. */
async function told({ insuredId }: WorldPerson): Promise<string[]> {
  const { rows } = await world.admin.query(
    `select payload ->> 'template' as code from insured.outbox where topic = 'message.wanted' and insured_id = $1
       and payload ->> 'template' ~ '^(contribution|enrolment)[.]' order by at, id`,
    [insuredId],
  )
  for (const { code } of rows) expect(NOTICES.find(code)).not.toBe(null)
  return rows.map((one) => one.code)
}

describe('a flexible employee who does not pay', () => {
  test('is reminded, suspended after the days of grace with a reason, and settles again once it is paid', async () => {
    goTo('2026-11-22')
    const person = await world.addPerson(flexible)
    await billed(person, '2026-11')
    await watch('2026-11-22')
    expect(await told(person)).toEqual([])
    await watch('2026-11-23')
    await watch('2026-12-30')
    expect(await told(person)).toEqual(['contribution.due'])
    expect(await states(person)).toEqual(['IN_FORCE'])

    await watch('2026-12-31')
    await watch('2027-01-02')
    expect(await states(person)).toEqual(['ENDED', 'ARREARS'])
    const [, suspended] = await enrolmentsOf(person)
    expect(suspended.standing.reason.en).toBe('suspended since 2026-12-31: contributions are in arrears')
    expect(suspended.events).toMatchObject([
      {
        kind: 'SUSPENDED',
        from: '2026-12-31',
        reason: 'ARREARS',
        note: '2026-11',
        role: 'platform',
        organisation: null,
      },
    ])
    expect(await settleOn(person, '2027-01-01')).toMatchObject({ __typename: 'NotCovered', reason: 'ARREARS' })
    expect(await settleOn(person, '2026-12-30')).toMatchObject({ __typename: 'Settlement' })

    expect(await pay(person, '2026-11')).toMatchObject({ state: 'POSTED' })
    await watch('2027-01-03')
    expect(await settleOn(person, '2027-01-03')).toMatchObject({ __typename: 'Settlement' })
    expect(await states(person)).toEqual(['ENDED', 'ENDED', 'IN_FORCE'])
    expect(await told(person)).toEqual([
      'contribution.due',
      'enrolment.arrears',
      'contribution.received',
      'enrolment.resumed',
    ])
  })

  test('goes on only when everything overdue is paid, after a longer gap with the pool’s waiting period', async () => {
    goTo('2026-11-22')
    const person = await world.addPerson(flexible)
    await billed(person, '2026-10')
    await billed(person, '2026-11')
    await watch('2027-01-10')
    expect(await states(person)).toEqual(['ENDED', 'ARREARS'])
    await pay(person, '2026-10')
    await watch('2027-01-11')
    expect(await states(person)).toEqual(['ENDED', 'ARREARS'])
    goTo('2027-02-20')
    await pay(person, '2026-11')
    await watch('2027-05-10')
    expect((await enrolmentsOf(person)).at(-1)).toMatchObject({ beginOn: '2027-05-10', coveredFrom: '2027-07-10' })
    expect(await settleOn(person, '2027-05-10')).toMatchObject({ __typename: 'NotCovered', reason: 'WAITING' })
  })

  test('is left alone by the platform where the bureau has lifted the suspension, or made it', async () => {
    goTo('2026-11-22')
    const [lifted, byHand] = [await world.addPerson(flexible), await world.addPerson(flexible)]
    await billed(lifted, '2026-11')
    await watch('2027-01-10')
    const enrolmentId = (await enrolmentsOf(lifted)).at(-1)?.id
    goTo('2027-01-11')
    await change(world, CLERK, 'resumeEnrolment', { enrolmentId, from: '2027-01-11' })
    const of = { enrolmentId: (await enrolmentsOf(byHand)).at(-1)?.id, from: '2027-01-11', reason: 'ARREARS' }
    await change(world, CLERK, 'suspendEnrolment', of)
    await watch('2027-01-12')
    expect((await states(lifted)).at(-1)).toBe('IN_FORCE')
    expect((await states(byHand)).at(-1)).toBe('ARREARS')
  })
})

test('nobody is in arrears, or reminded, for what somebody else has billed and not paid', async () => {
  goTo('2026-11-22')
  const [person, stranger] = [await world.addPerson(flexible), await world.addPerson(flexible)]
  const input = { ...named(person), insuranceType: '310', periods: ['2026-11'] }
  expect((await say(world, stranger.personNumber, BILL, { input })).items).toMatchObject([{ period: '2026-11' }])
  await watch('2026-11-24')
  await watch('2027-02-20')
  expect(await states(person)).toEqual(['IN_FORCE'])
  expect(await told(person)).toEqual([])
  expect(await pay(person, '2026-11')).toMatchObject({ state: 'POSTED' })
})

test('a resident who has not paid for the year is reminded and not suspended', async () => {
  goTo('2026-11-22')
  const person = await world.addPerson(resident)
  await billed(person, '2027', '390')
  await watch('2026-12-30')
  await watch('2027-03-01')
  expect(await states(person)).toEqual(['IN_FORCE'])
  expect(await told(person)).toEqual(['contribution.due'])
  const input = { ...named(person), insuranceType: '390', period: '2027', amount: RESIDENT, reference: reference() }
  expect(await say(world, 'BANK01', PAY, { input })).toMatchObject({ state: 'POSTED' })
})

test('whose employer does not pay is suspended, and goes on when the employer has paid', async () => {
  goTo('2026-11-22')
  const [person, elsewhere] = [await world.addPerson({ enrolments: [] }), await world.addPerson({ enrolments: [] })]
  for (const one of [person, elsewhere]) await employ(world, EMPLOYER, one)
  const lines = [person, elsewhere].map(({ personNumber }) => ({ personNumber, base: '8000.00' }))
  await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })
  const count = `select from insured.contribution_bill where insured_id = any($1)`
  const made = async () => (await world.admin.query(count, [[person.insuredId, elsewhere.insuredId]])).rowCount
  await expect.poll(made, { timeout: 20_000 }).toBe(2)
  // One of them has changed the employer, whose months are paid.
  await world.admin.query(
    `insert into insured.employer (credit_code, pool, emp_no, name, registered_at, registered_by)
     values ('91620100DEM0000022', '629900', 'E2', '兰州示范商贸有限公司', now(), 'test') on conflict do nothing`,
  )
  await world.admin.query(`update insured.enrolment set employer = '91620100DEM0000022' where insured_id = $1`, [
    elsewhere.insuredId,
  ])

  await watch('2027-01-10')
  expect(await states(person)).toEqual(['ENDED', 'ARREARS'])
  expect(await states(elsewhere)).toEqual(['IN_FORCE'])
  expect(await settleOn(person, '2027-01-10')).toMatchObject({ __typename: 'NotCovered', reason: 'ARREARS' })
  const paid = { employer: DEMO, pool: '629900', insuranceType: '310', period: '2026-11' }
  const input = { ...paid, amount: '1280.00', reference: reference() }
  expect(await say(world, 'BANK01', PAY_EMPLOYER, { input })).toMatchObject({ state: 'POSTED' })
  await watch('2027-01-11')
  expect(await states(person)).toEqual(['ENDED', 'ENDED', 'IN_FORCE'])
  expect(await settleOn(person, '2027-01-11')).toMatchObject({ __typename: 'Settlement' })
})
