import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EMPLOYER, employ } from './employer-gateway.ts'
import { fresh, REJECTION } from './enrolment-gateway.ts'
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
