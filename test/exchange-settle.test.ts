import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awayBillOf, NINGBO, POOL } from './exchange-runs.ts'
import { booksOf, filedPerson, introduce, openProvinces, type Provinces } from './exchange-workload.ts'
import { CLASS_A } from './world-bill.ts'
import { OUTCOME } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// A person insured in Gansu is treated in Ningbo: two platforms, two databases, two gateways. What the one decided the other
// has, to the fen, whichever of them is cut off.

const CLERK = 'clerk-ningbo'
let provinces: Provinces
beforeAll(async () => {
  provinces = await openProvinces()
  provinces.place.letIn({ kind: 'staff', login: CLERK, label: 'staff in Ningbo', pool: '330200' })
})
afterAll(() => provinces.close())

const REJECTION = '... on Rejection { code retryable message { zh en } problems { path code } }'
const SETTLED = `id number total fundTotal account cash balance personName identityMasked insuredPool
  deductible institutionCode lines { serial inScope rule } funds { fundPayType paid }`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename ... on Settlement { ${SETTLED} } ... on SettlementPending { requestId } ${REJECTION}
  }
}`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) {
    __typename ... on Settlement { ${SETTLED} } ... on SettlementPending { requestId } ${REJECTION}
  }
}`
const TRIAL = `query ($input: SettleInput!) {
  trial(input: $input) { __typename ... on Trial { total fundTotal account cash quote { id } } ${REJECTION} }
}`

const ANNULLING = `mutation ($requestId: ID!, $target: ID!) {
  annul(requestId: $requestId, target: $target) {
    __typename ... on Annulment { settlement { id } reversal { id total } } ... on SettlementPending { requestId } ${REJECTION}
  }
}`
const REFUND = `mutation ($requestId: ID!, $settlement: ID!) {
  refund(requestId: $requestId, settlement: $settlement, input: {
    lines: [{ serial: "1", quantity: "1" }], chargeBatch: "other", operator: { code: "op1", terminal: COUNTER } }) {
    __typename ${REJECTION}
  }
}`
const QUEUE = `query {
  awayBills(open: true) {
    ... on AwayBillConnection { edges { node { visit requestId state owner settlement { id } trouble } } } ${REJECTION}
  }
}`

const STAY = {
  careType: '21',
  begin: '2026-11-10T09:00:00+08:00',
  end: '2026-11-20T10:00:00+08:00',
  lines: [{ code: CLASS_A, price: 100, quantity: 100, time: '2026-11-12T09:00:00+08:00' }],
}
const billOf = (person: WorldPerson, change: object = {}) => awayBillOf(person, { ...STAY, ...change })

let requests = 0
const nextId = () => `away-${(requests += 1)}`
const settle = async (input: object, requestId = nextId()): Promise<Data> =>
  (await provinces.place.as(NINGBO, SETTLE, { requestId, input })).settle
const reverse = async (settlement: string, requestId = nextId()): Promise<Data> =>
  (await provinces.place.as(NINGBO, REVERSE, { requestId, settlement })).reverse
const outcome = async (requestId: string): Promise<Data> =>
  (await provinces.place.as(NINGBO, OUTCOME, { requestId })).outcome

const annul = async (requestId: string, target: string): Promise<Data> =>
  (await provinces.place.as(NINGBO, ANNULLING, { requestId, target })).annul
const queue = async (who: string): Promise<Data[]> =>
  (await provinces.place.as(who, QUEUE)).awayBills.edges.map((one: Data) => one.node)

const books = () => booksOf(provinces)
const balanceOf = async ({ insuredId }: WorldPerson): Promise<number> => {
  const { rows } = await provinces.home.admin.query(
    'select sum(balance)::int as fen from settlement.account where insured_id = $1',
    [insuredId],
  )
  return rows[0].fen
}

test('a discharge pays at the window what home decides by its policy, and both books say the same', async () => {
  const person = await filedPerson(provinces)
  const before = await books()
  const input = billOf(person)
  const tried = (await provinces.place.as(NINGBO, TRIAL, { input })).trial
  expect(tried).toMatchObject({ __typename: 'Trial', total: '10000.00', fundTotal: '8415.00', account: '500.00' })

  const requestId = nextId()
  const settled = await settle({ ...input, quote: tried.quote.id }, requestId)
  // At home 650 first, then 90 %, as for whoever is filed for the long term.
  expect(settled).toMatchObject({
    __typename: 'Settlement',
    total: '10000.00',
    deductible: '650.00',
    fundTotal: '8415.00',
    account: '500.00',
    cash: '1085.00',
    balance: '0.00',
    personName: '故事人物',
    insuredPool: POOL,
    institutionCode: NINGBO,
    lines: [{ serial: '1', inScope: '10000.00', rule: 'SPLIT' }],
  })
  expect(JSON.stringify(settled)).not.toContain(person.identityNumber)
  expect(await balanceOf(person)).toBe(0)
  const after = await books()
  for (const side of ['hospital', 'payable', 'receivable'] as const) expect(after[side] - before[side]).toBe(891_500)

  expect(await settle({ ...input, quote: tried.quote.id }, requestId)).toEqual(settled)
  expect(await settle({ ...input, total: '1.00' }, requestId)).toMatchObject({ code: 'REQUEST_REUSED' })
  expect(await settle(input)).toMatchObject({ __typename: 'AlreadySettled' })
  expect(await outcome(requestId)).toMatchObject({ state: 'COMMITTED', settlement: { id: settled.id } })

  const back = nextId()
  const reversed = await reverse(settled.id, back)
  expect(reversed).toMatchObject({
    __typename: 'Settlement',
    total: '-10000.00',
    fundTotal: '-8415.00',
    cash: '-1085.00',
  })
  expect(await reverse(settled.id, back)).toEqual(reversed)
  expect(await reverse(settled.id)).toMatchObject({ code: 'ALREADY_REVERSED' })
  expect(await balanceOf(person)).toBe(50_000)
  expect(await books()).toEqual(before)

  expect(await settle(input)).toMatchObject({ __typename: 'Settlement', cash: '1085.00' })
})

test('what home refuses is refused at the window with its reason, and nothing is kept on either side', async () => {
  const person = await provinces.home.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01', endOn: '2021-01-01' }],
  })
  const before = await books()
  const requestId = nextId()
  const refused = await settle(billOf(person), requestId)
  expect(refused).toMatchObject({ __typename: 'NotCovered', code: 'NOT_COVERED' })
  expect(await settle(billOf(person), requestId)).toMatchObject({ code: 'REQUEST_REUSED' })
  expect(await outcome(requestId)).toMatchObject({ state: 'REFUSED', rejection: { code: 'NOT_COVERED' } })
  const nobody = { ...person, identityNumber: '110101199003077758' }
  expect(await settle(billOf(nobody))).toMatchObject({ code: 'CREDENTIAL_UNKNOWN' })
  expect(await books()).toEqual(before)
})

test('a province that is not linked is said so at once', async () => {
  const person = await filedPerson(provinces)
  expect(await settle({ ...billOf(person), insuredPool: '440100' })).toMatchObject({
    __typename: 'NotSettledDirectly',
    code: 'NOT_LINKED',
    message: { zh: expect.stringContaining('回参保地手工报销') },
    problems: [{ path: 'insuredPool' }],
  })
  expect(await settle({ ...billOf(person), insuredPool: 'x' })).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'insuredPool' }],
  })
})

test('the same bill sent at once under one request and under several is settled once', async () => {
  const person = await filedPerson(provinces)
  const before = await books()
  const input = billOf(person)
  const same = nextId()
  const ids = [same, same, same, nextId(), nextId()]
  const answers = await Promise.all(ids.map((id) => settle(input, id)))
  const settled = answers.filter((one) => one.__typename === 'Settlement')
  const others = answers.filter((one) => one.__typename !== 'Settlement')
  expect(new Set(settled.map((one) => one.id)).size).toBeLessThanOrEqual(1)
  for (const one of others) expect(['AlreadySettled', 'Busy', 'SettlementPending']).toContain(one.__typename)
  const again = await Promise.all(ids.map((id) => settle(input, id)))
  const standing = again.filter((one) => one.__typename === 'Settlement')
  expect(standing.length).toBeGreaterThan(0)
  expect(new Set(standing.map((one) => one.id)).size).toBe(1)
  expect((await books()).payable - before.payable).toBe(891_500)
})

const UNREACHABLE = 'http://127.0.0.1:9'

test('with home out of reach nothing is settled and the window is told at once; home is there again and the bill settles', async () => {
  const person = await filedPerson(provinces)
  const { place, home, way } = provinces
  await introduce(place, home, '62', UNREACHABLE)
  const input = billOf(person)
  const requestId = nextId()
  const answer = await settle(input, requestId)
  expect(answer).toMatchObject({
    __typename: 'NotAllowed',
    code: 'HOME_UNREACHABLE',
    problems: [{ path: 'insuredPool' }],
  })
  expect(await outcome(requestId)).toMatchObject({ state: 'REFUSED', rejection: { code: 'HOME_UNREACHABLE' } })
  expect((await place.as(NINGBO, TRIAL, { input })).trial).toMatchObject({ code: 'HOME_UNREACHABLE' })
  await introduce(place, home, '62', way.address)
  expect(await settle(input)).toMatchObject({ __typename: 'Settlement', total: '10000.00' })
})

test('a commit whose answer is lost leaves the bill pending, in the queue of its bureau, and the platform completes it', async () => {
  const person = await filedPerson(provinces)
  const { place, plan } = provinces
  plan.next = (type) => (type === 'commit' ? 'DROP_ANSWER' : 'PASS')
  const input = billOf(person)
  const requestId = nextId()
  expect(await settle(input, requestId)).toEqual({ __typename: 'SettlementPending', requestId })
  expect(await outcome(requestId)).toMatchObject({ state: 'PENDING', settlement: null })
  expect(await settle(input)).toMatchObject({ __typename: 'Busy', retryable: true })
  const { visit } = input
  expect(await queue(CLERK)).toContainEqual(expect.objectContaining({ visit, state: 'COMMITTING', owner: '330200' }))
  expect(await queue(NINGBO)).toContainEqual(expect.objectContaining({ visit, requestId }))
  expect(await queue('clerk-629900')).toEqual([])
  // Whoever gives it up now is told that it cannot be: home may have it.
  const annulling = nextId()
  expect(await annul(annulling, requestId)).toMatchObject({ __typename: 'SettlementPending' })
  plan.next = () => 'PASS'
  place.time.now = place.time.now.add({ minutes: 2 })
  await provinces.work()
  expect(await outcome(requestId)).toMatchObject({ state: 'COMMITTED', settlement: { total: '10000.00' } })
  expect(await annul(annulling, requestId)).toMatchObject({ __typename: 'Annulment', reversal: { total: '-10000.00' } })
  expect(await outcome(requestId)).toMatchObject({ state: 'ANNULLED' })
  expect(await balanceOf(person)).toBe(50_000)
})

test('what is annulled before home has answered is never committed, and home gives back what it keeps', async () => {
  const person = await filedPerson(provinces)
  const { place, plan } = provinces
  plan.next = (type) => (type === 'reserve' ? 'DROP_ANSWER' : 'PASS')
  const input = billOf(person)
  const requestId = nextId()
  expect(await settle(input, requestId)).toMatchObject({ __typename: 'SettlementPending' })
  expect(await balanceOf(person)).toBe(0)
  expect(await annul(nextId(), requestId)).toMatchObject({ __typename: 'Annulment', settlement: null, reversal: null })
  expect(await settle(input, requestId)).toMatchObject({ code: 'ANNULLED' })
  plan.next = () => 'PASS'
  place.time.now = place.time.now.add({ minutes: 1 })
  await provinces.work()
  expect(await balanceOf(person)).toBe(50_000)
  expect(await settle(input)).toMatchObject({ __typename: 'Settlement' })
})

test('a settlement that its hospital does not confirm in time is taken back on both sides', async () => {
  const person = await filedPerson(provinces)
  const { place, home } = provinces
  const requestId = nextId()
  expect(await settle({ ...billOf(person), confirmWithin: 5 }, requestId)).toMatchObject({ __typename: 'Settlement' })
  for (const side of [place, home]) side.time.now = side.time.now.add({ minutes: 6 })
  await provinces.work()
  expect(await outcome(requestId)).toMatchObject({ state: 'ANNULLED', reversal: { id: expect.any(String) } })
  expect(await balanceOf(person)).toBe(50_000)
})

test('a bill the person has paid in full is converted across provinces, once', async () => {
  const person = await filedPerson(provinces)
  const converts = { invoice: 'PAID-1', paidAt: '2026-11-20T12:00:00+08:00', paid: '10000.00' }
  expect(await settle({ ...billOf(person), converts })).toMatchObject({ __typename: 'Settlement', cash: '1085.00' })
  expect(await settle({ ...billOf(person), converts })).toMatchObject({ __typename: 'AlreadySettled' })
})

test('what only the platform of the insurance can do is refused with its reason', async () => {
  const person = await filedPerson(provinces)
  const settled = await settle(billOf(person))
  const { refund } = await provinces.place.as(NINGBO, REFUND, { requestId: nextId(), settlement: settled.id })
  expect(refund).toMatchObject({ code: 'NOT_ACROSS_PROVINCES' })
  const lines = [{ code: CLASS_A, price: 100, quantity: 100, time: '2026-11-12T09:00:00+08:00', ePrescription: 'x' }]
  expect(await settle(billOf(person, { lines }))).toMatchObject({ problems: [{ path: 'lines[0].ePrescription' }] })
})

test('everything that was settled, taken back and refused is proven on both sides', async () => {
  expect((await verify(provinces.place.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect((await verify(provinces.home.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
