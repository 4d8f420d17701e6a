import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { carryOutArrears } from '@yibao/insured/commands/arrears'
import { PAY_EMPLOYER, reference, say } from './contribution-asking.ts'
import { declareMonth, DEMO, EMPLOYER, employ } from './employer-gateway.ts'
import { change, fresh, REJECTION } from './enrolment-gateway.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What an employer that enrols and ends its people cannot give them, and cannot take from them.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const CLERK = 'clerk-629900'
const goTo = (day: string) => (world.time.now = Temporal.Instant.from(`${day}T10:00:00+08:00`))
const newPerson = () => world.addPerson({ enrolments: [] })
const end = async (who: string, id: string, endOn: string): Promise<Data> => {
  const query = `mutation { answer: endEnrolment(requestId: "${fresh()}", enrolmentId: "${id}", endOn: "${endOn}",
    reason: LEFT_WORK) { __typename ... on Enrolment { endOn } ${REJECTION} } }`
  return (await world.as(who, query)).answer
}
async function settleOn(person: WorldPerson, day: string): Promise<Data> {
  const input = bill({ card: person.cardNumber, begin: `${day}T08:00:00+08:00` })
  return (await world.as('H62990000001', SETTLE, { requestId: fresh('s'), input })).settle
}

describe('an employer that enrols', () => {
  const identity = { type: '2305', beginOn: '2026-11-22' }

  test.each<[string, object, string, string]>([
    ['makes nobody a civil servant', { civilServant: true }, 'civilServant', 'BUREAU_ONLY'],
    ['gives nobody a special identity', { identities: [identity] }, 'identities', 'BUREAU_ONLY'],
    ['enters no day of 21 years ago', { beginOn: '2005-01-01' }, 'beginOn', 'TOO_LONG_AGO'],
    ['enters no day before the month before this', { beginOn: '2026-09-30' }, 'beginOn', 'TOO_LONG_AGO'],
  ])('%s', async (_what, more, path, code) => {
    goTo('2026-11-22')
    const person = await newPerson()
    expect((await employ(world, EMPLOYER, person, more)).problems).toMatchObject([{ path, code }])
    const bureau = { beginOn: '2026-11-22', ...more, identities: [] }
    expect(await employ(world, CLERK, person, bureau)).toMatchObject({ __typename: 'Enrolment' })
  })

  test('covers nobody for days that were over, though the bureau may', async () => {
    goTo('2026-11-22')
    const [late, found] = [await newPerson(), await newPerson()]
    const entered = await employ(world, EMPLOYER, late, { beginOn: '2026-10-01', civilServant: false })
    expect(entered).toMatchObject({ beginOn: '2026-10-01', coveredFrom: '2026-11-22', status: 'NORMAL' })
    await employ(world, CLERK, found, { beginOn: '2026-10-01' })
    expect(await settleOn(late, '2026-11-21')).toMatchObject({ __typename: 'NotCovered', reason: 'WAITING' })
    expect(await settleOn(late, '2026-11-22')).toMatchObject({ __typename: 'Settlement' })
    expect(await settleOn(found, '2026-11-21')).toMatchObject({ __typename: 'Settlement' })
  })
})

test('an employer ends no enrolment for days long over, though the bureau may', async () => {
  goTo('2026-11-22')
  const person = await newPerson()
  const { id } = await employ(world, EMPLOYER, person, { beginOn: '2026-10-01' })
  goTo('2027-04-20')
  const refused = await end(EMPLOYER, id, '2027-02-28')
  expect(refused.problems).toMatchObject([{ path: 'endOn', code: 'TOO_LONG_AGO' }])
  expect(await end(EMPLOYER, id, '2027-03-01')).toMatchObject({ endOn: '2027-03-01' })
  expect(await end(CLERK, id, '2026-12-31')).toMatchObject({ endOn: '2026-12-31' })
})

const again = (person: WorldPerson, beginOn: string) => employ(world, EMPLOYER, person, { beginOn })
async function watch(day: string): Promise<void> {
  goTo(day)
  await carryOutArrears({ db: world.platform.databases.insured, clock: () => world.time.now })
}
const current = async (person: WorldPerson): Promise<Data> =>
  (await world.as(person.personNumber, '{ me { enrolments { id beginOn standing { state } } } }')).me.enrolments.at(-1)

describe('arrears', () => {
  test('outlast an end and a new enrolment by the employer that owes, until it has paid', async () => {
    goTo('2026-11-22')
    const person = await newPerson()
    await employ(world, EMPLOYER, person)
    const lines = [{ personNumber: person.personNumber, base: '8000.00' }]
    await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })
    const bills = 'select from insured.contribution_bill where insured_id = $1'
    const billed = async () => (await world.admin.query(bills, [person.insuredId])).rowCount
    await expect.poll(billed, { timeout: 20_000 }).toBe(1)
    await watch('2027-01-10')
    expect(await current(person)).toMatchObject({ standing: { state: 'ARREARS' } })

    await end(EMPLOYER, (await current(person)).id, '2027-01-10')
    expect(await again(person, '2027-01-11')).toMatchObject({ beginOn: '2027-01-11', standing: { state: 'PENDING' } })
    await watch('2027-01-11')
    expect(await settleOn(person, '2027-01-11')).toMatchObject({ __typename: 'NotCovered', reason: 'ARREARS' })
    const { id } = await current(person)
    const lifted = await change(world, EMPLOYER, 'resumeEnrolment', { enrolmentId: id, from: '2027-01-11' })
    expect(lifted).toMatchObject({ code: 'ARREARS_OF_BUREAU' })

    const paid = { employer: DEMO, pool: '629900', insuranceType: '310', period: '2026-11', amount: '640.00' }
    const input = { ...paid, reference: reference() }
    expect(await say(world, 'BANK01', PAY_EMPLOYER, { input })).toMatchObject({ state: 'POSTED' })
    await watch('2027-01-12')
    expect(await current(person)).toMatchObject({ beginOn: '2027-01-12', standing: { state: 'IN_FORCE' } })
  })

  test('set by the bureau are not lifted by an end and a new enrolment', async () => {
    goTo('2026-11-22')
    const person = await newPerson()
    const { id } = await employ(world, EMPLOYER, person)
    const arrears = { enrolmentId: id, from: '2026-11-22', reason: 'ARREARS' }
    const suspended = await change(world, CLERK, 'suspendEnrolment', arrears)
    await end(EMPLOYER, suspended.id, '2026-11-22')
    expect((await again(person, '2026-11-23')).problems).toMatchObject([
      { path: 'employer', code: 'ARREARS_OF_BUREAU' },
    ])
    expect(await employ(world, CLERK, person, { beginOn: '2026-11-23' })).toMatchObject({ __typename: 'Enrolment' })
  })
})
