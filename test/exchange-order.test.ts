import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awayBillOf, NINGBO } from './exchange-runs.ts'
import { booksOf, filedPerson, openProvinces, type Provinces } from './exchange-workload.ts'
import { saying } from './partner-world.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { ANNUL, OUTCOME } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// Bills of one visit and messages of one bill arrive in whatever order. What was answered as aborted is never committed, and
// what was asked to be taken back is, on both platforms or on neither.

let provinces: Provinces
beforeAll(async () => {
  provinces = await openProvinces()
})
afterAll(() => provinces.close())

const REJECTION = '... on Rejection { code retryable problems { path code } }'
const answered = `{ __typename ... on Settlement { id total cash } ... on SettlementPending { requestId } ${REJECTION} }`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) ${answered} }`

let requests = 0
const nextId = () => `order-${(requests += 1)}`
const at = (query: string, variables: object): Promise<Data> => provinces.place.as(NINGBO, query, variables)
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) ${answered} }`
const settle = async (input: object, requestId: string): Promise<Data> =>
  (await at(SETTLE, { requestId, input })).settle
const reverse = async (settlement: string, requestId: string): Promise<Data> =>
  (await at(REVERSE, { requestId, settlement })).reverse
const outcome = async (requestId: string): Promise<Data> => (await at(OUTCOME, { requestId })).outcome

const partOf = (person: WorldPerson, chargeBatch: string, serial: string) =>
  awayBillOf(person, {
    careType: '21',
    visit: `stay-${person.personNumber}`,
    chargeBatch,
    begin: '2026-11-10T09:00:00+08:00',
    end: '2026-11-20T10:00:00+08:00',
    lines: [{ code: CLASS_A, price: 100, quantity: 10, serial, time: '2026-11-12T09:00:00+08:00' }],
  })

async function passMinutes(minutes: number): Promise<void> {
  for (const side of [provinces.place, provinces.home]) side.time.now = side.time.now.add({ minutes })
  await provinces.work()
}

/** What home holds of bills of a person: what was settled and not taken back. */
async function standingAtHome({ insuredId }: WorldPerson): Promise<number> {
  const { rows } = await provinces.home.admin.query(
    `select count(*)::int as count from settlement.settlement s where s.insured_id = $1 and s.reverses is null
     and not exists (select from settlement.reversal v where v.settlement_id = s.id)`,
    [insuredId],
  )
  return rows[0].count
}

test('of two bills of a visit sent at once, the one that is annulled while its reservation stands is aborted at home for good', async () => {
  const { plan } = provinces
  const person = await filedPerson(provinces)
  const before = await booksOf(provinces)
  const bills = ['B1', 'B2'].map((batch, i) => ({ id: nextId(), input: partOf(person, batch, `${i + 1}`) }))
  let isFirst = true
  plan.next = (type) => {
    if (type !== 'reserve' || !isFirst) return 'PASS'
    isFirst = false
    return 'DROP_ANSWER'
  }
  const answers = await Promise.all(bills.map(({ id, input }) => settle(input, id)))
  plan.next = () => 'PASS'
  const lost = answers.findIndex((one) => one.__typename === 'SettlementPending')
  const [gone, other] = [bills[lost], bills[1 - lost]]
  // The other was first, or waits until it is known what becomes of this one.
  if (answers[1 - lost]?.__typename !== 'Settlement')
    expect(answers[1 - lost]).toMatchObject({ __typename: 'Busy', retryable: true })
  const annulled = (await at(ANNUL, { requestId: nextId(), target: gone?.id })).annul
  expect(annulled).toMatchObject({ __typename: 'Annulment' })
  await passMinutes(1)
  expect(await settle(other?.input ?? {}, other?.id ?? '')).toMatchObject({
    __typename: 'Settlement',
    total: '1000.00',
  })
  await passMinutes(15)
  await passMinutes(15)
  expect(await outcome(gone?.id ?? '')).toMatchObject({ state: 'ANNULLED', settlement: null })
  expect(await standingAtHome(person)).toBe(1)
  const after = await booksOf(provinces)
  expect(after.standing - before.standing).toBe(1)
  expect(after.payable - before.payable).toBe(after.receivable - before.receivable)
})

const exchangeOf = async (requestId: string): Promise<string> => {
  const { rows } = await provinces.place.admin.query(
    'select exchange::text from settlement.away_bill where request_id = $1',
    [requestId],
  )
  return rows[0].exchange
}

test('a reversal that was given up because a later part stood is never carried out by a message that arrives late', async () => {
  const { plan, place } = provinces
  const person = await filedPerson(provinces)
  const [early, late] = [nextId(), nextId()]
  const first = await settle(partOf(person, 'B1', '1'), early)
  const second = await settle(partOf(person, 'B2', '2'), late)
  const back = nextId()
  plan.next = (type) => (type === 'reverse' ? 'DROP' : 'PASS')
  expect(await reverse(first.id, back)).toMatchObject({ __typename: 'SettlementPending' })
  plan.next = () => 'PASS'
  const exchange = await exchangeOf(back)
  await passMinutes(2)
  // Whoever goes on with it second may find it given up already.
  const code = expect.stringMatching(/^(LATER_PART_STANDS|NOT_TAKEN_BACK)$/)
  expect(await outcome(back)).toMatchObject({ state: 'REFUSED', rejection: { code } })
  expect(await reverse(second.id, nextId())).toMatchObject({ __typename: 'Settlement' })

  const say = saying(() => place, '62')
  const held = await say('reverse', { exchange, of: await exchangeOf(early), operator: null })
  expect(held).toMatchObject({ answer: { state: 'ABORTED', settlement: null } })
  expect(await standingAtHome(person)).toBe(1)
  expect(await reverse(first.id, nextId())).toMatchObject({ __typename: 'Settlement', total: '-1000.00' })
  expect(await standingAtHome(person)).toBe(0)
})

test('a reversal that home carried out while it was being given up is taken over', async () => {
  const { plan } = provinces
  const person = await filedPerson(provinces)
  const [early, late] = [nextId(), nextId()]
  const first = await settle(partOf(person, 'B1', '1'), early)
  const second = await settle(partOf(person, 'B2', '2'), late)
  const back = nextId()
  plan.next = (type) => (type === 'cancel' ? 'DROP' : 'PASS')
  expect(await reverse(first.id, back)).toMatchObject({ __typename: 'SettlementPending' })
  plan.next = () => 'PASS'
  expect(await reverse(second.id, nextId())).toMatchObject({ __typename: 'Settlement' })
  await passMinutes(2)
  expect(await outcome(back)).toMatchObject({ state: 'COMMITTED', reversal: { id: expect.any(String) } })
  expect(await standingAtHome(person)).toBe(0)
})

test('what home has committed is settled here though another bill has converted the same paid invoice meanwhile', async () => {
  const { plan, place } = provinces
  const converts = { invoice: 'paid-1', paidAt: '2026-11-20T10:00:00+08:00', paid: '200.00' }
  const [early, late] = [nextId(), nextId()]
  plan.next = (type) => (type === 'reserve' ? 'DROP_ANSWER' : 'PASS')
  const away = await settle(awayBillOf(await filedPerson(provinces), { converts }), early)
  expect(away).toMatchObject({ __typename: 'SettlementPending' })
  plan.next = () => 'PASS'
  const { cardNumber: card } = await place.addPerson({
    enrolments: [{ pool: '330200', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  const here = bill({ card, begin: '2026-11-20T08:00:00+08:00', converts })
  expect(await settle(here, late)).toMatchObject({ __typename: 'Settlement' })
  await passMinutes(1)
  await passMinutes(10)
  expect(await outcome(early)).toMatchObject({ state: 'COMMITTED', settlement: { id: expect.any(String) } })
  const { payable, receivable } = await booksOf(provinces)
  expect(payable).toBe(receivable)
})

test('everything that arrived in whatever order is proven on both sides', async () => {
  for (const { platform } of [provinces.place, provinces.home])
    expect((await verify(platform.databases.settlement, () => {})).mismatches).toEqual([])
})
