import { afterAll, beforeAll, expect, test } from 'vitest'
import { NINGBO, openAwayWorld, type AwayWorld } from './away-world.ts'
import { admission, END, eventually, nextVisit } from './visit-away.ts'
import { visitsThrough } from './visit-gateway.ts'

// A stay that is opened here of somebody insured in another province is announced there by the platform itself.

let world: AwayWorld
let visits: ReturnType<typeof visitsThrough>
beforeAll(async () => {
  world = await openAwayWorld()
  visits = visitsThrough(world.place, NINGBO)
})
afterAll(() => world.close())

const MINE = `{ me { staysElsewhere { institution visit careType diagnoses { code } admittedAt dischargedAt state } } }`

test('home is told of a stay that is opened here, of its corrections and its end', async () => {
  const person = await world.filedPerson()
  const visit = nextVisit()
  const seen = async () => (await world.home.as(person.personNumber, MINE)).me.staysElsewhere
  const told = (stays: object[]) => eventually(async () => expect(await seen()).toMatchObject(stays))
  await visits.write('openVisit', admission(visit, person))
  await told([{ institution: NINGBO, visit, careType: '21', state: 'ADMITTED', dischargedAt: null }])
  await visits.write('changeVisit', { visit, diagnoses: [{ code: 'K35.200', name: '急性阑尾炎伴腹膜炎' }] })
  await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })
  await told([{ visit, diagnoses: [{ code: 'K35.200' }], state: 'DISCHARGED', dischargedAt: '2026-11-20T02:00:00Z' }])
  await visits.byNumber('undoDischarge', visit)
  await visits.byNumber('cancelVisit', visit)
  await told([{ visit, state: 'CANCELLED' }])
}, 180_000)
