import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLAIM, faultsOf, fresh } from './claim-asking.ts'
import { admission, chargesOf, visitsThrough } from './visit-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

const POOL = '629900'
const HOSPITAL = 'H62990000001'
const ENROLMENT = { pool: POOL, insuranceType: '310', personType: '1103', beginOn: '2020-01-01' } as const
const START = `mutation ($requestId: ID!, $cause: ClaimCause!, $institutionCode: String, $visit: String, $order: ID) {
  startClaimFromBill(requestId: $requestId, cause: $cause, institutionCode: $institutionCode, visit: $visit, order: $order) {
    ${CLAIM} ... on Claim { begin end visit careType place { institutionCode } diagnoses lines { serial code quantity amount } } } }`

let world: World
let person: WorldPerson
let other: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({ enrolments: [ENROLMENT] })
  other = await world.addPerson({ enrolments: [ENROLMENT] })
}, 60_000)
afterAll(() => world.close())

const start = async (of: WorldPerson, more: object): Promise<Data> =>
  (await world.as(of.personNumber, START, { requestId: fresh('start'), cause: 'NETWORK', ...more })).startClaimFromBill

test('a stay that was never settled becomes a draft with its lines, less what was taken back', async () => {
  const { write } = visitsThrough(world, HOSPITAL)
  const visit = fresh('PRE')
  await write('openVisit', admission(visit, person.cardNumber))
  const [first, second] = chargesOf(100, 50)
  const back = { ...second, serial: '3', refundOf: '2', quantity: '-1', amount: '-50.00' }
  await write('uploadLines', { visit, lines: [first, second, back] })
  const bill = { institutionCode: HOSPITAL, visit }
  expect(faultsOf(await start(person, bill))).toBe('NotAllowed NOT_DISCHARGED: visit NOT_DISCHARGED')
  const left = await write('discharge', {
    visit,
    end: '2026-11-12T10:00:00+08:00',
    way: 'ON_ORDER',
    diagnoses: [{ code: 'K35.900', name: '急性阑尾炎' }],
  })
  expect(left.__typename).toBe('Visit')
  const draft = await start(person, bill)
  expect(draft).toMatchObject({
    state: 'DRAFT',
    cause: 'NETWORK',
    total: '100.00',
    begin: '2026-11-10',
    end: '2026-11-12',
    visit,
    careType: '21',
    place: { institutionCode: HOSPITAL },
    diagnoses: ['急性阑尾炎'],
  })
  expect(draft.lines).toMatchObject([{ serial: '1', amount: '100.00' }])
  expect(faultsOf(await start(other, bill))).toBe('NotFound NOT_FOUND: visit NOT_FOUND')
})

test('a bill nobody has is not found, and one that is not named is asked for', async () => {
  expect(faultsOf(await start(person, { institutionCode: HOSPITAL, visit: 'none' }))).toBe(
    'NotFound NOT_FOUND: visit NOT_FOUND',
  )
  expect(faultsOf(await start(person, { order: '01890000-0000-7000-8000-0000000fffff' }))).toBe(
    'NotFound NOT_FOUND: visit NOT_FOUND',
  )
  expect(faultsOf(await start(person, {}))).toBe('InvalidInput INVALID_INPUT: visit REQUIRED')
})
