import { suspendForArrears } from '@yibao/insured/store/enrolment-change'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { change, ENROLMENTS_OF, fresh, MY_ENROLMENTS } from './enrolment-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// From employee to retired, from pool to pool, and what a hospital is told on each day.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
const HOSPITAL = 'H62990000001'
const CLERK = 'clerk-629900'
const employee = { pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }

const newPerson = (enrolment: object = {}) =>
  world.addPerson({ birthDate: '1966-05-06', enrolments: [{ ...employee, ...enrolment }] })
const enrolmentsOf = async (who: string, id: string): Promise<Data[]> =>
  (await world.as(who, ENROLMENTS_OF, { id })).insured.enrolments
const current = async (person: WorldPerson): Promise<Data> => (await enrolmentsOf(CLERK, person.insuredId)).at(-1)

/** What a hospital is told of an outpatient bill of this day. */
async function settleOn(person: WorldPerson, day: string, hospital = HOSPITAL): Promise<Data> {
  const input = bill({ card: person.cardNumber, begin: `${day}T08:00:00+08:00` })
  return (await world.as(hospital, SETTLE, { requestId: fresh('s'), input })).settle
}
const goTo = (day: string) => (world.time.now = Temporal.Instant.from(`${day}T10:00:00+08:00`))

describe('suspended and resumed', () => {
  test('days before a suspension stay covered, days in it are refused with the reason the person sees', async () => {
    goTo('2026-11-22')
    const person = await newPerson()
    const { id } = await current(person)
    const input = {
      enrolmentId: id,
      from: '2026-11-24',
      reason: 'ARREARS',
      note: '十月起欠费',
      source: '催缴通知 17 号',
    }
    const suspended = await change(world, CLERK, 'suspendEnrolment', input)
    expect(suspended).toMatchObject({ __typename: 'Enrolment', follows: id, beginOn: '2026-11-24', endOn: null })
    expect(suspended.events).toMatchObject([
      {
        kind: 'SUSPENDED',
        from: '2026-11-24',
        reason: 'ARREARS',
        source: '催缴通知 17 号',
        role: 'staff',
        organisation: '629900',
      },
    ])

    goTo('2026-11-25')
    expect(await settleOn(person, '2026-11-23')).toMatchObject({ __typename: 'Settlement' })
    const refused = await settleOn(person, '2026-11-24')
    expect(refused).toMatchObject({ __typename: 'NotCovered', reason: 'ARREARS', decidingDay: '2026-11-24' })
    const { me } = await world.as(person.personNumber, MY_ENROLMENTS)
    expect(me.enrolments.map((one: Data) => one.standing.state)).toEqual(['ENDED', 'ARREARS'])
    expect(me.enrolments[1].standing).toEqual({
      state: 'ARREARS',
      since: '2026-11-24',
      until: null,
      reason: {
        zh: '自 2026-11-24 起暂停：欠缴医疗保险费',
        en: 'suspended since 2026-11-24: contributions are in arrears',
      },
    })

    goTo('2026-11-30')
    const resumed = await change(world, CLERK, 'resumeEnrolment', { enrolmentId: suspended.id, from: '2026-12-01' })
    expect(resumed).toMatchObject({ status: 'PENDING', coveredFrom: '2026-12-01', follows: suspended.id })
    goTo('2026-12-02')
    expect(await settleOn(person, '2026-12-01')).toMatchObject({ __typename: 'Settlement' })
    expect(await settleOn(person, '2026-11-30')).toMatchObject({ __typename: 'NotCovered', reason: 'ARREARS' })
    expect(await settleOn(person, '2026-11-23')).toMatchObject({ __typename: 'Settlement' })
  })

  test('after a longer gap the pool lets people wait, and says until when and why', async () => {
    goTo('2026-11-22')
    const person = await newPerson()
    const { id } = await current(person)
    const to = { enrolmentId: id, from: '2026-11-23', reason: 'LEFT_WORK' }
    const suspended = await change(world, CLERK, 'suspendEnrolment', to)
    goTo('2027-04-01')
    const resumed = await change(world, CLERK, 'resumeEnrolment', { enrolmentId: suspended.id, from: '2027-04-01' })
    expect(resumed).toMatchObject({
      beginOn: '2027-04-01',
      coveredFrom: '2027-06-01',
      status: 'NORMAL',
      standing: {
        state: 'WAITING',
        until: '2027-05-31',
        reason: {
          zh: '待遇等待期，自 2027-06-01 起享受待遇：中断缴费超过规定时间后重新参保',
          en: 'waiting, covered from 2027-06-01: enrolled again after a longer gap',
        },
      },
    })
    goTo('2027-06-02')
    expect(await settleOn(person, '2027-05-31')).toMatchObject({ __typename: 'NotCovered', reason: 'WAITING' })
    expect(await settleOn(person, '2027-06-01')).toMatchObject({ __typename: 'Settlement' })
    expect(await settleOn(person, '2027-03-01')).toMatchObject({ __typename: 'NotCovered', reason: 'SUSPENDED' })
  })

  test('a suspension taken back before its first day leaves no day uncovered, and the record stays', async () => {
    goTo('2026-11-22')
    const person = await newPerson()
    const { id } = await current(person)
    const to = { enrolmentId: id, from: '2026-12-01', reason: 'EMPLOYER_STOPPED' }
    const suspended = await change(world, CLERK, 'suspendEnrolment', to, 'taken-back')
    const resumed = await change(world, CLERK, 'resumeEnrolment', { enrolmentId: suspended.id, from: '2026-12-01' })
    expect(resumed).toMatchObject({ beginOn: '2026-12-01', coveredFrom: '2026-12-01' })
    expect((await enrolmentsOf(CLERK, person.insuredId)).map((one: Data) => one.id)).toEqual([id, resumed.id])
    // The first request asked again answers what it made, which has been replaced since.
    const again = await change(world, CLERK, 'suspendEnrolment', to, 'taken-back')
    expect(again).toMatchObject({ id: suspended.id, standing: { state: 'REPLACED' } })
    goTo('2026-12-02')
    expect(await settleOn(person, '2026-12-01')).toMatchObject({ __typename: 'Settlement' })
  })
})

test('whoever finds arrears suspends within their own transaction, once, and it is seen as arrears', async () => {
  goTo('2026-11-22')
  const person = await newPerson()
  const arrears = {
    insuredId: person.insuredId,
    pool: '629900',
    insuranceType: '310',
    from: Temporal.PlainDate.from('2026-11-01'),
    note: '2026-10 未缴',
    source: null,
    caller: 'staff:629900:clerk-629900',
    at: world.time.now,
  }
  const { orm } = world.platform.databases.insured
  expect(await orm.transaction((tx) => suspendForArrears(tx, arrears))).toHaveLength(1)
  expect(await orm.transaction((tx) => suspendForArrears(tx, arrears))).toEqual([])
  expect(await current(person)).toMatchObject({ beginOn: '2026-11-22', standing: { state: 'ARREARS' } })
  expect(await settleOn(person, '2026-11-21')).toMatchObject({ __typename: 'Settlement' })
  expect(await settleOn(person, '2026-11-22')).toMatchObject({ __typename: 'NotCovered', reason: 'ARREARS' })
})

describe('residents', () => {
  const resident = { pool: '629900', insuranceType: '390', personType: '1501' }
  const input = (person: WorldPerson, more: object) => ({ insuredId: person.insuredId, ...resident, ...more })

  test('who enrols in the concentrated period for the next year does not wait', async () => {
    goTo('2026-11-22')
    const person = await newPerson({ endOn: '2026-05-31' })
    const enrolled = await change(world, CLERK, 'enrol', input(person, { beginOn: '2027-01-01' }))
    expect(enrolled).toMatchObject({ coveredFrom: '2027-01-01', standing: { state: 'PENDING' } })
  })

  test('who enrols outside of it waits three months from the day of enrolling, newborns and the lately insured do not', async () => {
    goTo('2026-03-10')
    const late = await newPerson({ endOn: '2025-05-31' })
    const enrolled = await change(world, CLERK, 'enrol', input(late, { beginOn: '2026-01-01' }))
    expect(enrolled).toMatchObject({ beginOn: '2026-01-01', coveredFrom: '2026-06-10' })
    expect(enrolled.standing.reason.zh).toContain('未在居民医保集中参保期内参保')
    const lately = await newPerson({ endOn: '2026-01-31' })
    expect(await change(world, CLERK, 'enrol', input(lately, { beginOn: '2026-03-10' }))).toMatchObject({
      coveredFrom: '2026-03-10',
    })
    const child = await world.addPerson({ birthDate: '2026-02-01', enrolments: [] })
    const born = { identityNumber: child.identityNumber, name: '故事人物', ...resident, personType: '1401' }
    expect(await change(world, CLERK, 'enrol', { ...born, beginOn: '2026-02-01' })).toMatchObject({
      coveredFrom: '2026-02-01',
    })
    goTo('2026-06-11')
    expect(await settleOn(late, '2026-06-09')).toMatchObject({ __typename: 'NotCovered', reason: 'WAITING' })
    expect(await settleOn(late, '2026-06-10')).toMatchObject({ __typename: 'Settlement' })
  })
})

test('who retires is in work until the day before and retired from then on, under one insurance', async () => {
  goTo('2026-11-22')
  const person = await newPerson({ employer: '91629900DEM000001P' })
  const { id } = await current(person)
  const retired = await change(world, CLERK, 'retire', { enrolmentId: id, from: '2026-12-01', personType: '1201' })
  expect(retired).toMatchObject({ personType: '1201', employerCode: null, follows: id, status: 'PENDING' })
  goTo('2026-12-02')
  expect(await settleOn(person, '2026-11-30')).toMatchObject({ __typename: 'Settlement', personType: '1101' })
  expect(await settleOn(person, '2026-12-01')).toMatchObject({ __typename: 'Settlement', personType: '1201' })
})

test('suspending and retiring at the same moment end in one of the two orders, never in both at once', async () => {
  goTo('2026-11-22')
  const person = await newPerson()
  const { id } = await current(person)
  const answers = await Promise.all([
    change(world, CLERK, 'suspendEnrolment', { enrolmentId: id, from: '2026-12-01', reason: 'OTHER' }),
    change(world, CLERK, 'retire', { enrolmentId: id, from: '2026-12-01', personType: '1201' }),
  ])
  expect(new Set(answers.map((one) => one.__typename))).toEqual(new Set(['Enrolment', 'NotAllowed']))
  expect(await enrolmentsOf(CLERK, person.insuredId)).toHaveLength(2)
})

test('nothing in these stories was a fault of the platform', () => {
  expect(world.logged).toEqual([])
})
