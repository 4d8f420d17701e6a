import { setTimeout as sleep } from 'node:timers/promises'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awayBillOf, NINGBO } from './exchange-runs.ts'
import { booksOf, filedPerson, openProvinces, type Provinces } from './exchange-workload.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { OUTCOME } from './world-queries.ts'
import type { Data } from './world.ts'

// Home has decided and its answer is lost. Whatever comes under the id of that request meanwhile, the bill, or its reversal,
// is written here as it is there, and the id says what became of it.

let provinces: Provinces
beforeAll(async () => {
  provinces = await openProvinces()
})
afterAll(() => provinces.close())

const ANSWERED = `{ __typename ... on Settlement { id total } ... on SettlementPending { requestId } ... on Rejection { code } }`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) ${ANSWERED} }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) ${ANSWERED} }`
const REFUND = `mutation ($requestId: ID!, $settlement: ID!) {
  refund(requestId: $requestId, settlement: $settlement, input: {
    lines: [{ serial: "1", quantity: "1" }], chargeBatch: "other", operator: { code: "op1", terminal: COUNTER } }) {
    __typename ... on Rejection { code } } }`
const ANNUL = `mutation ($requestId: ID!, $target: ID!) {
  annul(requestId: $requestId, target: $target) { __typename ... on Rejection { code } } }`

let requests = 0
const nextId = () => `reused-${(requests += 1)}`
const at = (text: string, variables: object): Promise<Data> => provinces.place.as(NINGBO, text, variables)
const settle = async (requestId: string, input: object): Promise<Data> =>
  (await at(SETTLE, { requestId, input })).settle
const reverse = async (requestId: string, settlement: string): Promise<Data> =>
  (await at(REVERSE, { requestId, settlement })).reverse
const outcome = async (requestId: string): Promise<Data> => (await at(OUTCOME, { requestId })).outcome

/** A request that is pending because home's answer to a message of that type was lost. */
async function lose(type: string, ask: () => Promise<Data>): Promise<void> {
  const { plan } = provinces
  plan.next = (one) => (one === type ? 'DROP_ANSWER' : 'PASS')
  expect(await ask()).toMatchObject({ __typename: 'SettlementPending' })
}

/** Messages arrive again, and the platform goes on with what is under way. */
async function heal(): Promise<void> {
  const { plan, place, home } = provinces
  plan.next = () => 'PASS'
  for (const side of [place, home]) side.time.now = side.time.now.add({ minutes: 2 })
  await provinces.work()
}

/** A settled bill of somebody insured here. */
async function billHere(): Promise<object> {
  const { cardNumber: card } = await provinces.place.addPerson({
    enrolments: [{ pool: '330200', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
  })
  const [begin, end] = ['2026-11-20T08:00:00+08:00', '2026-11-20T09:00:00+08:00']
  return bill({ card, begin, end, lines: [{ code: CLASS_A, price: 50, time: begin }] })
}

const REUSED = { code: 'REQUEST_REUSED' }

test('what is sent under the id of a bill that home has committed is refused as another request, and the bill is written', async () => {
  const input = awayBillOf(await filedPerson(provinces))
  const requestId = nextId()
  await lose('commit', () => settle(requestId, input))
  expect(await settle(requestId, { ...input, total: '1.00' })).toMatchObject(REUSED)
  expect(await settle(requestId, awayBillOf(await filedPerson(provinces)))).toMatchObject(REUSED)
  const here = await billHere()
  expect(await settle(requestId, here)).toMatchObject(REUSED)
  expect(await settle(requestId, { ...here, total: '1.00' })).toMatchObject(REUSED)
  const own = await settle(nextId(), here)
  expect(await reverse(requestId, own.id)).toMatchObject(REUSED)
  expect((await at(REFUND, { requestId, settlement: own.id })).refund).toMatchObject(REUSED)
  expect((await at(ANNUL, { requestId, target: nextId() })).annul).toMatchObject(REUSED)
  expect(await outcome(requestId)).toMatchObject({ state: 'PENDING' })
  await heal()
  expect(await outcome(requestId)).toMatchObject({ state: 'COMMITTED', settlement: { total: '200.00' } })
  expect(await settle(requestId, input)).toMatchObject({ __typename: 'Settlement', total: '200.00' })
})

test('what is sent under the id of a reversal that home has carried out is refused as another request, and the reversal is written', async () => {
  const person = await filedPerson(provinces)
  const first = await settle(nextId(), awayBillOf(person, { day: '2026-11-18' }))
  const second = await settle(nextId(), awayBillOf(person, { day: '2026-11-19' }))
  const own = await settle(nextId(), await billHere())
  const requestId = nextId()
  await lose('reverse', () => reverse(requestId, second.id))
  for (const { id } of [first, own]) expect(await reverse(requestId, id)).toMatchObject(REUSED)
  expect(await reverse(requestId, 'none')).toMatchObject(REUSED)
  expect(await settle(requestId, await billHere())).toMatchObject(REUSED)
  expect(await outcome(requestId)).toMatchObject({ state: 'PENDING' })
  await heal()
  expect(await outcome(requestId)).toMatchObject({ state: 'COMMITTED', reversal: { id: expect.any(String) } })
  expect(await reverse(requestId, second.id)).toMatchObject({ __typename: 'Settlement', total: '-200.00' })
  expect(await reverse(nextId(), second.id)).toMatchObject({ code: 'ALREADY_REVERSED' })
})

test('a clock that is set back makes a bill that is under way neither refused nor unwritten', async () => {
  const { place } = provinces
  const person = await filedPerson(provinces)
  const end = place.time.now.toString()
  const begin = place.time.now.subtract({ hours: 1 }).toString()
  const lines = [{ code: CLASS_A, price: 200, time: begin }]
  const input = awayBillOf(person, { begin, end, lines })
  const requestId = nextId()
  await lose('commit', () => settle(requestId, input))
  place.time.now = place.time.now.subtract({ hours: 3 })
  expect(await settle(requestId, input)).toMatchObject({ __typename: 'SettlementPending' })
  expect(await outcome(requestId)).toMatchObject({ state: 'PENDING' })
  provinces.plan.next = () => 'PASS'
  await provinces.work()
  expect(await outcome(requestId)).toMatchObject({ state: 'COMMITTED', settlement: { total: '200.00' } })
  place.time.now = place.time.now.add({ hours: 3 })
})

const VISIT = { visit: 'none', lines: [] }
const UPLOAD = `mutation ($requestId: ID!, $input: UploadLinesInput!) {
  uploadLines(requestId: $requestId, input: $input) { __typename ... on Rejection { code } } }`

test.for(['reserve', 'commit'])(
  'what else an institution asks for does not take the id of a bill whose answer to %s was lost',
  async (type) => {
    const input = awayBillOf(await filedPerson(provinces))
    const requestId = nextId()
    await lose(type, () => settle(requestId, input))
    expect((await at(UPLOAD, { requestId, input: VISIT })).uploadLines).toMatchObject(REUSED)
    expect(await outcome(requestId)).toMatchObject({ state: 'PENDING' })
    await heal()
    const { state, settlement, rejection } = await outcome(requestId)
    expect(await settle(requestId, input)).toMatchObject(
      state === 'COMMITTED' ? { id: settlement.id } : { code: rejection?.code ?? 'no reason' },
    )
  },
)

test('of a bill of somebody insured elsewhere and anything else at once under one id, one holds and the other is refused', async () => {
  for (let round = 0; round < 12; round += 1) {
    const away = awayBillOf(await filedPerson(provinces))
    const here = await billHere()
    const requestId = nextId()
    const own = round % 3 === 0 ? null : await settle(nextId(), here)
    const sent = [
      () => settle(requestId, away),
      async () => {
        await sleep(2 * round)
        if (own === null) return settle(requestId, here)
        return round % 3 === 1
          ? reverse(requestId, own.id)
          : (await at(UPLOAD, { requestId, input: VISIT })).uploadLines
      },
    ]
    const answers = await Promise.all(sent.map((one) => one()))
    const { state, settlement, reversal } = await outcome(requestId)
    const reused = answers.filter(({ code }) => code === 'REQUEST_REUSED')
    expect(reused).toHaveLength(1)
    const held = answers.find(({ code }) => code !== 'REQUEST_REUSED')
    if (held?.__typename === 'Settlement') expect([settlement?.id, reversal?.id]).toContain(held['id'])
    else expect(state).toBe('REFUSED')
  }
})

test('books of both are proven and even after all that', async () => {
  const books = await booksOf(provinces)
  expect(books.receivable).toBe(books.payable)
  for (const { platform } of [provinces.place, provinces.home])
    expect((await verify(platform.databases.settlement, () => {})).mismatches).toEqual([])
})
