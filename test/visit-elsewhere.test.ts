import { randomUUID } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOME_POOL, NINGBO, NINGBO_CLERK, openAwayWorld, PAYABLE, RECEIVABLE, type AwayWorld } from './away-world.ts'
import { PLACE_CLERK } from './province-money.ts'
import { admission, charges, credentialOf, END, eventually, nextVisit, settlementOf } from './visit-away.ts'
import { visitsThrough } from './visit-gateway.ts'
import { CLASS_A, lineInput } from './world-bill.ts'
import { OUTCOME } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// Somebody insured in Gansu lies in a hospital of Ningbo that uploads its lines day by day: what it settles in the end is
// decided at home by the very messages a plain bill is settled by.

let world: AwayWorld
let visits: ReturnType<typeof visitsThrough>
beforeAll(async () => {
  world = await openAwayWorld()
  visits = visitsThrough(world.place, NINGBO)
})
afterAll(() => world.close())

/** A stay with its lines, of which the patient has left. */
async function leftStay(person: WorldPerson, ...yuan: number[]): Promise<string> {
  const visit = nextVisit()
  expect(await visits.write('openVisit', admission(visit, person))).toMatchObject({ state: 'OPEN' })
  expect(await visits.write('uploadLines', { visit, lines: charges(...yuan) })).toMatchObject({ accepted: yuan.length })
  expect(await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })).toMatchObject({ state: 'DISCHARGED' })
  return visit
}

const stand = (visit: string): Promise<Data> => visits.ask('visit', { visit })
const settle = (input: object, requestId: string = randomUUID()) => visits.write('settleVisit', input, requestId)
const outcome = async (requestId: string): Promise<Data> =>
  (await world.place.as(NINGBO, OUTCOME, { requestId })).outcome

async function sum(side: 'place' | 'home', account: string): Promise<number> {
  const { rows } = await world[side].admin.query(
    'select coalesce(sum(amount), 0)::int as fen from settlement.ledger_entry where account = $1',
    [account],
  )
  return rows[0].fen as number
}

async function books() {
  return { receivable: -(await sum('place', RECEIVABLE)), payable: await sum('home', PAYABLE) }
}

test('a stay is opened for who shows a card of another province, and settled line by line as home decides', async () => {
  const person = await world.filedPerson()
  const before = await books()
  const visit = nextVisit()
  const opened = await visits.write('openVisit', admission(visit, person))
  expect(opened).toMatchObject({ state: 'OPEN', insuredId: person.insuredId, insuredPool: HOME_POOL })
  await visits.write('uploadLines', { visit, lines: charges(4000) })
  expect(await settle(settlementOf(visit, person, '4000.00'))).toMatchObject({ code: 'STAY_OPEN' })
  await visits.write('uploadLines', { visit, lines: [lineInput({ code: CLASS_A, price: 6000 }, 1, END)] })
  await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })

  const input = settlementOf(visit, person, '10000.00')
  const tried = await visits.ask('trialVisit', { input })
  // At home 650 first, then 90 %, as for whoever is filed for the long term.
  const decided = { total: '10000.00', deductible: '650.00', fundTotal: '8415.00', cash: '1085.00' }
  expect(tried).toMatchObject({ __typename: 'Trial', ...decided, lines: [{ serial: '1' }, { serial: '2' }] })
  const requestId = randomUUID()
  const settled = await settle({ ...input, quote: tried.quote.id }, requestId)
  expect(settled).toMatchObject({
    __typename: 'Settlement',
    ...decided,
    lines: [
      { serial: '1', amount: '4000.00', inScope: '4000.00' },
      { serial: '2', amount: '6000.00', inScope: '6000.00' },
    ],
  })
  const after = await books()
  for (const side of ['receivable', 'payable'] as const) expect(after[side] - before[side]).toBe(891_500)
  expect(await stand(visit)).toMatchObject({
    state: 'SETTLED',
    unsettled: { count: 0 },
    settlements: [{ id: settled.id }],
  })

  expect(await settle({ ...input, quote: tried.quote.id }, requestId)).toEqual(settled)
  expect(await settle(input)).toMatchObject({ code: 'VISIT_SETTLED' })
  expect(await visits.byNumber('undoDischarge', visit)).toMatchObject({ code: 'VISIT_SETTLED' })
  for (const side of [world.place, world.home])
    expect((await verify(side.platform.databases.settlement, () => {})).mismatches).toEqual([])
})

const SEEN = `query ($institution: String!, $visit: String!) {
  visits(first: 100) { ... on VisitConnection { edges { node { visit } } } }
  visit(institution: $institution, visit: $visit) { __typename ... on Visit { insuredPool lines(first: 5) {
    ... on VisitLineConnection { edges { node { serial } } } } } ... on Rejection { code } } }`
/** What staff see of a visit: in the list and by its number. */
async function seenBy(who: string, visit: string): Promise<Data> {
  const seen = await world.place.as(who, SEEN, { institution: NINGBO, visit })
  const isListed = seen.visits.edges.some(({ node }: Data) => node.visit === visit)
  return { isListed, ...seen.visit, lines: seen.visit.lines?.edges.length ?? 0 }
}

test('a stay is seen by staff of the bureau that clears with the hospital, as its bill is, and by no other bureau', async () => {
  const visit = await leftStay(await world.filedPerson(), 4000, 6000)
  expect(await seenBy(NINGBO_CLERK, visit)).toMatchObject({ isListed: true, insuredPool: HOME_POOL, lines: 2 })
  for (const other of [PLACE_CLERK, 'clerk-620100'])
    expect(await seenBy(other, visit)).toMatchObject({ isListed: false, code: 'NOT_FOUND' })
  // Nobody has shown a card, and nobody said where the patient is insured.
  const unknown = nextVisit()
  await visits.write('openVisit', admission(unknown, null, { insuredPool: null }))
  expect(await seenBy(NINGBO_CLERK, unknown)).toMatchObject({ isListed: false, code: 'NOT_FOUND' })
  const person = await world.filedPerson()
  const identifying = { visit: unknown, credential: credentialOf(person), insuredPool: HOME_POOL }
  expect(await visits.ask('identifyVisit', { requestId: randomUUID(), ...identifying })).toMatchObject({
    insuredId: person.insuredId,
  })
  expect(await seenBy(NINGBO_CLERK, unknown)).toMatchObject({ isListed: true, insuredPool: HOME_POOL })
})

test('a reversal sets the lines free, which are changed and settled again', async () => {
  const person = await world.filedPerson()
  const before = await books()
  const visit = await leftStay(person, 4000, 6000)
  const settled = await settle(settlementOf(visit, person, '10000.00'))
  expect(await visits.ask('reverse', { requestId: randomUUID(), settlement: settled.id })).toMatchObject({
    __typename: 'Settlement',
    total: '-10000.00',
  })
  expect(await stand(visit)).toMatchObject({ state: 'DISCHARGED', unsettled: { count: 2, total: '10000.00' } })
  expect(await books()).toEqual(before)
  await visits.byNumber('undoDischarge', visit)
  expect(await visits.write('withdrawLines', { visit, serials: ['2'] })).toMatchObject({ withdrawn: 1 })
  await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })
  expect(await settle(settlementOf(visit, person, '4000.00'))).toMatchObject({ total: '4000.00', deductible: '650.00' })
})

test('outpatient care is settled batch by batch', async () => {
  const person = await world.filedPerson()
  const visit = nextVisit()
  await visits.write('openVisit', admission(visit, person, { careType: '11' }))
  const [first, second] = charges(300, 200)
  await visits.write('uploadLines', { visit, chargeBatch: 'B1', lines: [first] })
  await visits.write('uploadLines', { visit, chargeBatch: 'B2', lines: [second] })
  const one = await settle(settlementOf(visit, person, '300.00'))
  expect(one).toMatchObject({ __typename: 'Settlement', total: '300.00' })
  const two = await settle(settlementOf(visit, person, '200.00', { chargeBatch: 'B2' }))
  expect(two).toMatchObject({ __typename: 'Settlement', total: '200.00' })
  await visits.ask('reverse', { requestId: randomUUID(), settlement: one.id })
  expect(await stand(visit)).toMatchObject({ state: 'OPEN', unsettled: { count: 1, total: '300.00' } })
})

test('without a card a stay is opened all the same, and settled once home has said whose it is', async () => {
  const person = await world.filedPerson()
  const visit = nextVisit()
  expect(await visits.write('openVisit', admission(visit, null))).toMatchObject({ insuredId: null })
  await visits.write('uploadLines', { visit, lines: charges(1000) })
  await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })
  const input = settlementOf(visit, person, '1000.00')
  expect(await settle(input)).toMatchObject({ code: 'VISIT_NOT_IDENTIFIED', problems: [{ path: 'visit' }] })
  const requestId = randomUUID()
  const identifying = { requestId, visit, credential: credentialOf(person), insuredPool: HOME_POOL }
  const identified = await visits.ask('identifyVisit', identifying)
  expect(identified).toMatchObject({ insuredId: person.insuredId, insuredPool: HOME_POOL })
  // What has its answer asks nobody again.
  await world.whileHomeIsDown(async () => expect(await visits.ask('identifyVisit', identifying)).toEqual(identified))
  expect(await settle(input)).toMatchObject({ __typename: 'Settlement', total: '1000.00' })
})

test('home says whom a card shows: of nobody, of another person and from out of reach no stay is opened or settled', async () => {
  const [person, other] = [await world.filedPerson(), await world.filedPerson()]
  const nobody = { ...person, identityNumber: '110101199003077758' }
  const visit = nextVisit()
  expect(await visits.write('openVisit', admission(visit, nobody))).toMatchObject({ code: 'CREDENTIAL_UNKNOWN' })
  expect(await stand(visit)).toMatchObject({ __typename: 'NotFound' })
  const requestId = randomUUID()
  const opening = admission(visit, person)
  await world.whileHomeIsDown(async () =>
    expect(await visits.write('openVisit', opening, requestId)).toMatchObject({
      code: 'HOME_UNREACHABLE',
      retryable: true,
    }),
  )
  expect(await visits.write('openVisit', opening, requestId)).toMatchObject({ state: 'OPEN' })
  expect(await visits.write('openVisit', { ...opening, insuredPool: '440100', visit: 'x' })).toMatchObject({
    code: 'NOT_LINKED',
  })
  expect(await visits.write('openVisit', { ...opening, insuredPool: 'x', visit: 'x' })).toMatchObject({
    problems: [{ path: 'insuredPool' }],
  })
  const identify = { visit, credential: credentialOf(other), insuredPool: HOME_POOL }
  expect(await visits.ask('identifyVisit', { requestId: randomUUID(), ...identify })).toMatchObject({
    code: 'VISIT_OF_ANOTHER_PERSON',
  })
  await visits.write('uploadLines', { visit, lines: charges(1000) })
  await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })
  const before = await books()
  for (const asked of [
    () => settle(settlementOf(visit, other, '1000.00')),
    () => visits.ask('trialVisit', { input: settlementOf(visit, other, '1000.00') }),
  ])
    expect(await asked()).toMatchObject({ code: 'VISIT_OF_ANOTHER_PERSON', problems: [{ path: 'credential' }] })
  await eventually(async () => expect(await books()).toEqual(before))
  expect(await settle(settlementOf(visit, person, '1000.00'))).toMatchObject({ total: '1000.00' })
})

test('what is not done across provinces is refused by name', async () => {
  const person = await world.filedPerson()
  const visit = await leftStay(person, 1000)
  const input = settlementOf(visit, person, '1000.00', { until: '2026-11-15' })
  for (const refused of [await settle(input), await visits.ask('trialVisit', { input })])
    expect(refused).toMatchObject({ code: 'NOT_ACROSS_PROVINCES', problems: [{ path: 'until' }] })
  const joining = admission(nextVisit(), person, { joins: 'O1' })
  expect(await visits.write('openVisit', joining)).toMatchObject({
    code: 'NOT_ACROSS_PROVINCES',
    problems: [{ path: 'joins' }],
  })
  const plain = await world.settle(person, 1000, { visit, chargeBatch: 'B7' })
  expect(plain).toMatchObject({ code: 'VISIT_OPEN' })
  const refused = await settle(settlementOf(visit, person, '1000.00', { total: '1.00' }))
  expect(refused).toMatchObject({ code: 'INVALID_INPUT', problems: [{ path: 'total' }] })
})

test('while home is silent the stay is held as it was said, and the platform settles it when home answers', async () => {
  const person = await world.filedPerson()
  const visit = await leftStay(person, 4000, 6000)
  const input = settlementOf(visit, person, '10000.00')
  const requestId = randomUUID()
  const pending = await world.losingAnswers('commit', () => settle(input, requestId))
  expect(pending).toMatchObject({ __typename: 'SettlementPending' })
  expect(await outcome(requestId)).toMatchObject({ state: 'PENDING' })
  const held = { __typename: 'Busy', retryable: true }
  const more = [lineInput({ code: CLASS_A, price: 5 }, 7, END)]
  expect(await visits.write('uploadLines', { visit, lines: more })).toMatchObject(held)
  expect(await visits.byNumber('undoDischarge', visit)).toMatchObject(held)
  expect(await settle(input)).toMatchObject(held)
  world.place.time.now = world.place.time.now.add({ minutes: 2 })
  await eventually(async () => expect(await outcome(requestId)).toMatchObject({ state: 'COMMITTED' }))
  expect(await stand(visit)).toMatchObject({ state: 'SETTLED', unsettled: { count: 0 } })
  expect(await settle(input, requestId)).toMatchObject({ __typename: 'Settlement', total: '10000.00' })
})

test('what home has not heard of is given up, and the stay can be changed and settled again', async () => {
  const person = await world.filedPerson()
  const before = await books()
  const visit = await leftStay(person, 4000)
  const input = settlementOf(visit, person, '4000.00')
  const requestId = randomUUID()
  await world.whileHomeIsDown(async () =>
    expect(await settle(input, requestId)).toMatchObject({
      code: 'HOME_UNREACHABLE',
      problems: [{ path: 'visit.insuredPool' }],
    }),
  )
  expect(await outcome(requestId)).toMatchObject({ state: 'REFUSED' })
  await visits.byNumber('undoDischarge', visit)
  await visits.write('uploadLines', { visit, lines: [lineInput({ code: CLASS_A, price: 500 }, 4, END)] })
  await visits.write('discharge', { visit, end: END, way: 'ON_ORDER' })
  expect(await books()).toEqual(before)
  expect(await settle(settlementOf(visit, person, '4500.00'))).toMatchObject({ total: '4500.00' })
})

test('settled, changed and taken back at once, a stay ends settled with the lines that were said at home, or not at all', async () => {
  const before = await books()
  for (let run = 0; run < 4; run += 1) {
    const person = await world.filedPerson()
    const visit = await leftStay(person, 400, 600)
    const input = settlementOf(visit, person, '1000.00')
    const same = randomUUID()
    const upload = { visit, lines: [lineInput({ code: CLASS_A, price: 50 }, 8, '2026-11-12T09:00:00+08:00')] }
    const answers = await Promise.all([
      settle(input, same),
      settle(input, same),
      settle(input),
      visits.write('uploadLines', upload),
      settle({ ...input, chargeBatch: 'B2' }),
    ])
    const settled = new Set(answers.filter((one) => one.__typename === 'Settlement').map((one) => one.id))
    expect(settled.size).toBeLessThanOrEqual(1)
    const now = await stand(visit)
    expect(now.settlements.map((one: Data) => one.id)).toEqual([...settled])
    if (settled.size === 0) continue
    const [id] = settled
    const backs = await Promise.all(
      [1, 2].map(() => visits.ask('reverse', { requestId: randomUUID(), settlement: id })),
    )
    expect(backs.filter((one) => one.__typename === 'Settlement')).toHaveLength(1)
    expect(await stand(visit)).toMatchObject({ state: 'DISCHARGED' })
  }
  await eventually(async () => expect(await books()).toEqual(before))
  for (const side of [world.place, world.home])
    expect((await verify(side.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
