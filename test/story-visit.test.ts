import type { SeedInstitution } from '@yibao/institutions/seed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPerson, openWorld, send, type Data, type World, type WorldPerson } from './world.ts'
import { admission, chargesOf, settlementOf, visitsThrough } from './visit-gateway.ts'
import { DOCUMENTS } from './visit-world.ts'

// A stay through the gateway with real tokens, from the admission of somebody without a card to the reversal, as
// everybody concerned sees it; and one in each of six pools. The tests follow each other.

const [HOSPITAL, OTHER] = ['H62990000001', 'H62010000001']
const VISIT = 'ZY20261110001'
const POOLS = [
  ['629900', '310', '1101'],
  ['629900', '390', '1501'],
  ['110000', '310', '1101'],
  ['110000', '390', '1501'],
  ['330200', '310', '1201'],
  ['420100', '310', '1201'],
  ['440100', '310', '1101'],
  ['440300', '390', '1501'],
  ['510100', '310', '1101'],
  ['620200', '390', '1501'],
] as const
/** A hospital of level 3 in each pool. */
const hospitalOf = (pool: string) => `H${pool}00077`
const HOSPITALS = [...new Set(POOLS.map(([pool]) => pool))].map((pool): SeedInstitution => ({
  code: hospitalOf(pool),
  name: `测试医院 ${pool}`,
  level: 'LEVEL_3',
  type: 'GENERAL_HOSPITAL',
  creditCode: '12100000400010275N',
  pool,
  agreedFrom: '2022-01-01',
}))

let world: World
let person: WorldPerson
let settled: Data
beforeAll(async () => {
  world = await openWorld({ institutions: HOSPITALS })
  person = await world.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: '629900', current: 500 },
  })
})
afterAll(() => world.close())

const own = () => visitsThrough(world, HOSPITAL)

/** What somebody is told of the visit. */
const seenBy = async (name: string): Promise<Data> =>
  (await world.as(name, DOCUMENTS.visit, { visit: VISIT, institution: HOSPITAL })).visit
const LIST = '{ visits { ... on VisitConnection { edges { node { visit state } } } } }'
const listedBy = async (name: string): Promise<string[]> =>
  (await world.as(name, LIST)).visits.edges.map(({ node }: Data) => node.visit)
const WITH_LINES = `query ($visit: String!) { visit(visit: $visit, institution: "${HOSPITAL}") { ... on Visit {
  insured { id } lines(first: 2) { ... on VisitLineConnection { edges { node { serial } } } } } } }`

test('an unconscious patient is admitted and treated without a card; only the hospital and auditors know of it', async () => {
  expect(await own().write('openVisit', admission(VISIT, null))).toMatchObject({ state: 'OPEN', insuredId: null })
  expect(await own().write('uploadLines', { visit: VISIT, lines: chargesOf(600, 900, 1500) })).toMatchObject({
    accepted: 3,
  })
  expect(await seenBy('auditor')).toMatchObject({ __typename: 'Visit', insuredId: null })
  for (const name of [OTHER, 'clerk-629900', 'clerk-620100', person.personNumber])
    expect(await seenBy(name), name).toMatchObject({ __typename: 'NotFound' })
})

test('when the card is found, the person and the staff of their pool see the stay, and nobody else does', async () => {
  const credential = { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber }
  const identified = await own().ask('identifyVisit', { requestId: 'found', visit: VISIT, credential })
  expect(identified).toMatchObject({ insuredId: person.insuredId, unsettled: { count: 3, total: '3000.00' } })
  for (const name of [HOSPITAL, 'clerk-629900', person.personNumber, 'auditor']) {
    expect(await seenBy(name), name).toMatchObject({ __typename: 'Visit', visit: VISIT, state: 'OPEN' })
    expect(await listedBy(name), name).toContain(VISIT)
    const { visit } = await world.as(name, WITH_LINES, { visit: VISIT })
    expect(visit.lines.edges, name).toHaveLength(2)
  }
  for (const name of [OTHER, 'clerk-620100', demoPerson('629900', 'retired').personNumber]) {
    expect(await seenBy(name), name).toMatchObject({ __typename: 'NotFound' })
    expect(await listedBy(name), name).not.toContain(VISIT)
  }
})

test('it is discharged, tried, settled, and everybody concerned sees by which settlement', async () => {
  const way = { end: '2026-11-20T10:00:00+08:00', way: 'ON_ORDER' }
  expect(await own().write('discharge', { visit: VISIT, ...way })).toMatchObject({ state: 'DISCHARGED' })
  const input = settlementOf(VISIT, person.cardNumber, '3000.00')
  const trial = await own().ask('trialVisit', { input })
  settled = await own().write('settleVisit', input)
  expect(settled).toMatchObject({
    __typename: 'Settlement',
    total: '3000.00',
    fundTotal: trial.fundTotal,
    visit: VISIT,
  })
  for (const name of [HOSPITAL, 'clerk-629900', person.personNumber, 'auditor'])
    expect(await seenBy(name), name).toMatchObject({ state: 'SETTLED', settlements: [{ id: settled.id }] })
})

test('nobody but the hospital changes it', async () => {
  for (const name of [person.personNumber, 'clerk-629900', 'auditor']) {
    const variables = { requestId: 'not-mine', visit: VISIT }
    const answer = await send(world.address, await world.token(name), DOCUMENTS.undoDischarge, variables)
    expect(answer.errors?.[0]?.extensions.code, name).toBe('FORBIDDEN')
  }
})

test('the person reads who saw the stay', async () => {
  const log =
    '{ me { settlementAccessLog(first: 100) { ... on SettlementAccessConnection { edges { node { role operation } } } } } }'
  const { me } = await world.as(person.personNumber, log)
  const seen = me.settlementAccessLog.edges.map(({ node }: Data) => `${node.role} ${node.operation}`)
  expect(seen).toEqual(expect.arrayContaining(['staff visit', 'auditor visit', 'institution visits']))
})

test('it is taken back step by step until nothing of it is left but its record', async () => {
  const reversed = await own().ask('reverse', { requestId: 'back', settlement: settled.number })
  expect(reversed).toMatchObject({ total: '-3000.00' })
  expect(await own().byNumber('cancelVisit', VISIT)).toMatchObject({ code: 'VISIT_DISCHARGED' })
  expect(await own().byNumber('undoDischarge', VISIT)).toMatchObject({ state: 'OPEN' })
  expect(await own().write('withdrawLines', { visit: VISIT })).toMatchObject({ withdrawn: 3 })
  expect(await own().byNumber('cancelVisit', VISIT)).toMatchObject({
    state: 'CANCELLED',
    settlements: [{ id: settled.id, reversedBy: { id: reversed.id } }],
  })
  const outcome = '{ outcome(requestId: "not-there") { ... on Outcome { state } } }'
  expect(await world.as(HOSPITAL, outcome)).toMatchObject({ outcome: { state: 'UNKNOWN' } })
})

test('what became of a refused step is told as it was answered', async () => {
  const visit = 'ZY-NOWHERE'
  const refused = await own().ask('undoDischarge', { requestId: 'refused', visit })
  expect(refused).toMatchObject({ __typename: 'NotFound' })
  const ask = '{ outcome(requestId: "refused") { ... on Outcome { state rejection { type code problems { path } } } } }'
  expect(await world.as(HOSPITAL, ask)).toMatchObject({
    outcome: { state: 'REFUSED', rejection: { type: 'NotFound', code: 'NOT_FOUND', problems: [{ path: 'visit' }] } },
  })
})

test.each(POOLS)(
  'in pool %s a stay in insurance %s (%s) is settled, taken back and settled again alike',
  async (...of) => {
    const [pool, insuranceType, personType] = of
    const patient = await world.addPerson({ enrolments: [{ pool, insuranceType, personType, beginOn: '2020-01-01' }] })
    const at = visitsThrough(world, hospitalOf(pool))
    const visit = `POOL-${patient.personNumber}`
    await at.write('openVisit', admission(visit, patient.cardNumber))
    await at.write('uploadLines', { visit, lines: chargesOf(4000, 5000) })
    const input = settlementOf(visit, patient.cardNumber, '9000.00')
    expect(await at.ask('trialVisit', { input })).toMatchObject({ code: 'STAY_OPEN' })
    await at.write('discharge', { visit, end: '2026-11-20T10:00:00+08:00', way: 'ON_ORDER' })
    const one = await at.write('settleVisit', input)
    expect(one).toMatchObject({ __typename: 'Settlement', total: '9000.00' })
    expect(Number(one.fundTotal)).toBeGreaterThan(0)
    const back = await at.ask('reverse', { requestId: `back-${visit}`, settlement: one.id })
    expect(back).toMatchObject({ fundTotal: `-${one.fundTotal}` })
    const again = await at.write('settleVisit', { ...input, chargeBatch: 'B2' })
    expect(again).toMatchObject({ fundTotal: one.fundTotal, deductible: one.deductible })
  },
)
