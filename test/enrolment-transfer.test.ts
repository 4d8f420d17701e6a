import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { change, ENROLMENTS_OF, fresh, MY_ENROLMENTS } from './enrolment-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// From pool to pool, and what is refused of all the changes.

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

const moving = (person: WorldPerson, more: object = {}) => ({
  identityNumber: person.identityNumber,
  name: '故事人物',
  insuranceType: '310',
  personType: '1101',
  from: '2026-12-01',
  ...more,
})

describe('transferred', () => {
  test('the old pool covers until the day before, the new one from the day, and each sees its own', async () => {
    goTo('2026-11-22')
    const person = await newPerson()
    const { id } = await current(person)
    const moved = await change(world, 'clerk-620100', 'transferEnrolment', moving(person, { source: '转移接续联系函' }))
    expect(moved).toMatchObject({ pool: '620100', beginOn: '2026-12-01', follows: id, coveredFrom: '2026-12-01' })
    expect(moved.events).toMatchObject([{ kind: 'TRANSFERRED_IN', reason: '629900', organisation: '620100' }])
    const seen = await enrolmentsOf(CLERK, person.insuredId)
    expect(seen).toMatchObject([{ id, endOn: '2026-11-30' }])
    expect(seen[0].events).toMatchObject([{ kind: 'TRANSFERRED_OUT', reason: '620100' }])
    expect(await enrolmentsOf('clerk-620100', person.insuredId)).toMatchObject([{ id: moved.id }])
    expect((await world.as(person.personNumber, MY_ENROLMENTS)).me.enrolments).toHaveLength(2)

    goTo('2026-12-02')
    expect(await settleOn(person, '2026-11-30')).toMatchObject({ __typename: 'Settlement', insuredPool: '629900' })
    expect(await settleOn(person, '2026-12-01', 'H62010000001')).toMatchObject({
      __typename: 'Settlement',
      insuredPool: '620100',
    })
  })

  test('a suspension that was to begin later in the old pool goes with it', async () => {
    goTo('2026-11-22')
    const person = await newPerson()
    const { id } = await current(person)
    await change(world, CLERK, 'suspendEnrolment', { enrolmentId: id, from: '2026-12-15', reason: 'ARREARS' })
    const moved = await change(world, 'clerk-620100', 'transferEnrolment', moving(person))
    expect(moved).toMatchObject({ pool: '620100', follows: id })
    expect(await enrolmentsOf(CLERK, person.insuredId)).toMatchObject([{ id, endOn: '2026-11-30' }])
  })

  test('two bureaus that ask at the same moment leave one insurance on every day', async () => {
    goTo('2026-11-22')
    const person = await newPerson()
    const answers = await Promise.all(
      ['clerk-620100', 'clerk-620200'].map((clerk) => change(world, clerk, 'transferEnrolment', moving(person))),
    )
    expect(answers.map((one) => one.__typename)).toEqual(['Enrolment', 'Enrolment'])
    const { me } = await world.as(person.personNumber, MY_ENROLMENTS)
    expect(me.enrolments).toHaveLength(2)
    expect(me.enrolments.map((one: Data) => [one.beginOn, one.endOn])).toEqual([
      ['2020-01-01', '2026-11-30'],
      ['2026-12-01', null],
    ])
  })
})

describe('what is wrong is refused at its field, in both languages', () => {
  let id: string
  let person: WorldPerson
  beforeAll(async () => {
    goTo('2026-11-22')
    person = await newPerson()
    id = (await current(person)).id
  })
  const here = () => ({ insuredId: person.insuredId, insuranceType: '310', personType: '1101', from: '2026-12-01' })

  test.each<[string, Parameters<typeof change>[2], () => object, string, string]>([
    [
      'clerk-629900',
      'suspendEnrolment',
      () => ({ enrolmentId: id, from: '2026-11-21', reason: 'OTHER' }),
      'from',
      'DATE_IN_PAST',
    ],
    [
      'clerk-629900',
      'suspendEnrolment',
      () => ({ enrolmentId: id, from: 'soon', reason: 'OTHER' }),
      'from',
      'DATE_FORM',
    ],
    [
      'clerk-629900',
      'suspendEnrolment',
      () => ({ enrolmentId: id, from: '2029-01-01', reason: 'OTHER' }),
      'from',
      'DATE_IN_FUTURE',
    ],
    [
      'clerk-629900',
      'suspendEnrolment',
      () => ({ enrolmentId: 'x', from: '2026-12-01', reason: 'OTHER' }),
      'enrolmentId',
      'NOT_FOUND',
    ],
    [
      'clerk-620100',
      'suspendEnrolment',
      () => ({ enrolmentId: id, from: '2026-12-01', reason: 'OTHER' }),
      'enrolmentId',
      'NOT_FOUND',
    ],
    [
      'employer-629900',
      'suspendEnrolment',
      () => ({ enrolmentId: id, from: '2026-12-01', reason: 'OTHER' }),
      'enrolmentId',
      'NOT_FOUND',
    ],
    [
      'clerk-629900',
      'suspendEnrolment',
      () => ({ enrolmentId: id, from: '2026-12-01', reason: 'OTHER', note: person.identityNumber }),
      'note',
      'IDENTITY_IN_TEXT',
    ],
    [
      'clerk-629900',
      'suspendEnrolment',
      () => ({ enrolmentId: id, from: '2026-12-01', reason: 'OTHER', source: '' }),
      'source',
      'LENGTH',
    ],
    [
      'clerk-629900',
      'resumeEnrolment',
      () => ({ enrolmentId: id, from: '2026-12-01' }),
      'enrolmentId',
      'NOT_SUSPENDED',
    ],
    [
      'clerk-629900',
      'retire',
      () => ({ enrolmentId: id, from: '2026-12-01', personType: '1101' }),
      'personType',
      'PERSON_TYPE_MISFIT',
    ],
    ['clerk-629900', 'transferEnrolment', here, 'from', 'ENROLMENT_OVERLAP'],
    ['clerk-620100', 'transferEnrolment', here, 'insuredId', 'NOT_FOUND'],
    [
      'clerk-629900',
      'transferEnrolment',
      () => ({ ...here(), insuranceType: '390', personType: '1501' }),
      'insuranceType',
      'NOTHING_TO_TRANSFER',
    ],
    ['clerk-629900', 'transferEnrolment', () => ({ ...here(), from: '2026-11-21' }), 'from', 'DATE_IN_PAST'],
    ['clerk-629900', 'transferEnrolment', () => ({ ...here(), personType: '99' }), 'personType', 'PERSON_TYPE_UNKNOWN'],
    [
      'clerk-629900',
      'transferEnrolment',
      () => ({ ...here(), employer: '91620100DEM0000022' }),
      'employer',
      'EMPLOYER_UNKNOWN',
    ],
  ])('%s %s: %#', async (who, name, input, path, code) => {
    const answer = await change(world, who, name, input())
    expect(answer.problems).toMatchObject([{ path, code }])
    expect(answer.problems[0].message.zh).toMatch(/\p{Script=Han}/u)
    expect(answer.problems[0].message.en).toMatch(/[a-z]/)
    expect(await current(person)).toMatchObject({ id, endOn: null })
  })

  test('the same request asked again changes nothing more, another under its id is refused', async () => {
    const one = await newPerson()
    const { id: its } = await current(one)
    const input = { enrolmentId: its, from: '2026-12-01', reason: 'OTHER' }
    const first = await change(world, CLERK, 'suspendEnrolment', input, 'twice')
    expect(await change(world, CLERK, 'suspendEnrolment', input, 'twice')).toEqual(first)
    expect(await change(world, CLERK, 'suspendEnrolment', { ...input, reason: 'ARREARS' }, 'twice')).toMatchObject({
      __typename: 'RequestReused',
    })
    expect(await enrolmentsOf(CLERK, one.insuredId)).toHaveLength(2)
  })
})
