import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, SETTLE } from './world-bill.ts'
import { BIND, BY_CREDENTIAL, END_REGISTRATION, REGISTER_DISEASE, UNBIND } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// A retired mother with a chronic disease and a daughter who works, as hospital, bureau and both of them live it. The
// tests follow each other.

const [HOSPITAL, CLERK] = ['H62990000001', 'clerk-629900']
const PURSE = `{ me { account { balance } mutualAid { sponsorName beneficiaryName place endedBy } } }`

let world: World
let mother: WorldPerson
let daughter: WorldPerson
const ids = { registration: '', binding: '' }
beforeAll(async () => {
  world = await openWorld()
  const enrolment = { pool: '629900', insuranceType: '310', beginOn: '2015-01-01' }
  mother = await world.addPerson({
    birthDate: '1955-05-06',
    enrolments: [{ ...enrolment, personType: '1201' }],
    account: { pool: '629900', current: 5 },
  })
  daughter = await world.addPerson({
    birthDate: '1982-05-06',
    enrolments: [{ ...enrolment, personType: '1101' }],
    account: { pool: '629900', current: 100 },
  })
})
afterAll(() => world.close())

const settle = async (requestId: string, change: object = {}): Promise<Data> =>
  (await world.as(HOSPITAL, SETTLE, { requestId, input: bill({ card: mother.cardNumber, ...change }) })).settle
const chronic = { careType: '140104', disease: 'M03900' }
const purseOf = async ({ personNumber }: WorldPerson): Promise<Data> => (await world.as(personNumber, PURSE)).me

test('without a registration care for a chronic disease is not settled', async () => {
  expect(await settle('too-early', chronic)).toMatchObject({ __typename: 'NotAllowed', code: 'NOT_REGISTERED' })
})

test('the hospital registers the disease once the mother shows her card; then it settles', async () => {
  const input = {
    insuredId: mother.insuredId,
    insuranceType: '310',
    disease: 'M03900',
    name: '高血压',
    kind: 'CHRONIC',
    institutions: [HOSPITAL],
    certifiedOn: '2026-11-20',
    doctorCode: 'D629900000101',
    doctorName: '示范医师',
    beginOn: '2026-11-22',
  }
  const ask = { requestId: 'register', input }
  const early = await world.as(HOSPITAL, REGISTER_DISEASE, { ...ask, requestId: 'before-she-came' })
  expect(early).toMatchObject({ registerDisease: { __typename: 'NotFound' } })
  const credential = { kind: 'SOCIAL_SECURITY_CARD', value: mother.cardNumber }
  await world.as(HOSPITAL, BY_CREDENTIAL, { credential })
  const { registerDisease } = await world.as(HOSPITAL, REGISTER_DISEASE, ask)
  expect(registerDisease).toMatchObject({ __typename: 'DiseaseRegistration', pool: '629900', state: 'IN_FORCE' })
  ids.registration = registerDisease.id
  // 90 % of 200 yuan; five of the other twenty from the own account.
  expect(await settle('registered', chronic)).toMatchObject({ fundTotal: '180.00', account: '5.00', cash: '15.00' })
})

test('the daughter lets her account pay; the next bill costs the mother nothing', async () => {
  const relative = { identityNumber: mother.identityNumber, name: '故事人物', relation: 'SIBLING' }
  const { bindMutualAid } = await world.as(daughter.personNumber, BIND, { requestId: 'bind', input: relative })
  expect(bindMutualAid).toMatchObject({ __typename: 'MutualAid', place: 1, beneficiaryName: '故事人物' })
  ids.binding = bindMutualAid.id
  expect(await settle('sponsored', chronic)).toMatchObject({ fundTotal: '180.00', account: '0.00', cash: '0.00' })
  expect(await purseOf(daughter)).toMatchObject({ account: { balance: '80.00' } })
  expect(await purseOf(mother)).toMatchObject({ mutualAid: [{ sponsorName: '故***', place: 1, endedBy: null }] })
})

test('once the daughter has ended it, her account pays no more, from that moment on', async () => {
  const ask = { requestId: 'unbind', bindingId: ids.binding }
  const { unbindMutualAid } = await world.as(daughter.personNumber, UNBIND, ask)
  expect(unbindMutualAid).toMatchObject({ __typename: 'MutualAid', endedBy: 'SPONSOR' })
  expect(await settle('alone-again', chronic)).toMatchObject({ account: '0.00', cash: '20.00' })
  expect(await purseOf(daughter)).toMatchObject({ account: { balance: '80.00' } })
})

test('once the bureau has withdrawn the registration, the care is not settled any more', async () => {
  const ask = { requestId: 'withdraw', registrationId: ids.registration, reason: '鉴定有误' }
  const { endRegistration } = await world.as(CLERK, END_REGISTRATION, ask)
  expect(endRegistration).toMatchObject({ __typename: 'DiseaseRegistration', state: 'WITHDRAWN' })
  expect(await settle('too-late', chronic)).toMatchObject({ code: 'NOT_REGISTERED' })
})
