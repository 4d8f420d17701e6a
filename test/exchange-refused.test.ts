import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awayBillOf, NINGBO, PLACE } from './exchange-runs.ts'
import { filedPerson, introduce, openProvinces, type Provinces } from './exchange-workload.ts'
import { openPartner, Refusing, saying } from './partner-world.ts'
import { CLASS_A } from './world-bill.ts'
import { OUTCOME } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// What one platform refuses, the other shows at its window: with the same words, as something to be tried again or as the
// last word, whatever the one that refuses calls it.

let provinces: Provinces
let sichuan: Awaited<ReturnType<typeof openPartner>>
beforeAll(async () => {
  ;[provinces, sichuan] = await Promise.all([openProvinces(), openPartner('51')])
  await sichuan.register(provinces.place)
})
afterAll(async () => {
  await provinces.close()
  await sichuan.close()
})

const REJECTION = '... on Rejection { code retryable message { zh en } problems { path code } }'
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) {
    __typename ... on Settlement { id total } ... on SettlementPending { requestId } ${REJECTION}
  }
}`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) {
    __typename ... on Settlement { id total } ... on SettlementPending { requestId } ${REJECTION}
    ... on AlreadyReversed { reversal { id } }
  }
}`
const TRIAL = `query ($input: SettleInput!) { trial(input: $input) { __typename ${REJECTION} } }`

let requests = 0
const nextId = () => `refused-${(requests += 1)}`
const at = (query: string, variables: object): Promise<Data> => provinces.place.as(NINGBO, query, variables)
const settle = async (input: object, requestId = nextId()): Promise<Data> =>
  (await at(SETTLE, { requestId, input })).settle
const reverse = async (settlement: string, requestId = nextId()): Promise<Data> =>
  (await at(REVERSE, { requestId, settlement })).reverse

const partOf = (person: WorldPerson, chargeBatch: string, serial: string) =>
  awayBillOf(person, {
    careType: '21',
    visit: `stay-${person.personNumber}`,
    chargeBatch,
    begin: '2026-11-10T09:00:00+08:00',
    end: '2026-11-20T10:00:00+08:00',
    lines: [{ code: CLASS_A, price: 100, quantity: 10, serial, time: '2026-11-12T09:00:00+08:00' }],
  })

test('a bill that home is too busy to take left nothing, and the same request is settled when it is sent again', async () => {
  sichuan.answering.now = () => new Refusing('BUSY')
  const input = awayBillOf({ identityNumber: '110101199003077758' }, { insuredPool: '510100' })
  const requestId = nextId()
  const busy = { __typename: 'Busy', code: 'HOME_BUSY', retryable: true, problems: [{ path: 'insuredPool' }] }
  expect(await settle(input, requestId)).toMatchObject(busy)
  expect((await at(TRIAL, { input })).trial).toMatchObject(busy)
  expect((await at(OUTCOME, { requestId })).outcome).toMatchObject({ state: 'UNKNOWN' })
  sichuan.answering.now = (_type, { exchange }) => {
    const rejection = {
      type: 'NotAllowed',
      code: 'NOT_HERE',
      text: { zh: '无', en: 'none' },
      problems: [],
      details: {},
    }
    return { exchange, state: 'REFUSED', until: null, settlement: null, reversal: null, rejection }
  }
  expect(await settle(input, requestId)).toMatchObject({ __typename: 'NotAllowed', code: 'NOT_HERE' })
})

test('a part of a stay waits with its reversal until home has taken back the later one, and then the same request succeeds', async () => {
  const person = await filedPerson(provinces)
  const early = await settle(partOf(person, 'B1', '1'))
  const late = await settle(partOf(person, 'B2', '2'))
  const back = nextId()
  expect(await reverse(early.id, back)).toMatchObject({
    code: 'LATER_PART_STANDS',
    retryable: true,
    problems: [{ path: 'settlement', code: 'LATER_PART_STANDS' }],
  })
  expect((await at(OUTCOME, { requestId: back })).outcome).toMatchObject({ state: 'UNKNOWN' })
  expect(await reverse(late.id)).toMatchObject({ __typename: 'Settlement', total: '-1000.00' })
  expect(await reverse(early.id, back)).toMatchObject({ __typename: 'Settlement', total: '-1000.00' })
})

test('a reversal that home cannot carry out yet goes on being asked for by the platform until it is done', async () => {
  const { place, home, way } = provinces
  const person = await filedPerson(provinces)
  const settled = await settle(partOf(person, 'B1', '1'))
  const back = nextId()
  const busy = await openPartner('62')
  try {
    await busy.register(place)
    const text = { zh: '请稍后重试', en: 'try again later' }
    const rejection = { type: 'Busy', code: 'BUSY', text, problems: [], details: {} }
    const nothing = { until: null, settlement: null, reversal: null }
    busy.answering.now = (_type, { exchange }) => ({ ...nothing, exchange, state: 'UNKNOWN', rejection })
    expect(await reverse(settled.id, back)).toMatchObject({ __typename: 'Busy', retryable: true })
    for (let round = 0; round < 3; round += 1) {
      place.time.now = place.time.now.add({ minutes: 2 })
      await provinces.work()
      expect((await at(OUTCOME, { requestId: back })).outcome).toMatchObject({ state: 'PENDING' })
    }
    const { rows } = await place.admin.query(
      'select state, trouble from settlement.away_bill where request_id = $1 and next_at is not null',
      [back],
    )
    expect(rows).toEqual([{ state: 'ASKED', trouble: 'BUSY' }])
    expect(await reverse(settled.id)).toMatchObject({ __typename: 'Busy' })
  } finally {
    await introduce(place, home, '62', way.address)
    await busy.close()
  }
  place.time.now = place.time.now.add({ minutes: 2 })
  await provinces.work()
  expect((await at(OUTCOME, { requestId: back })).outcome).toMatchObject({
    state: 'COMMITTED',
    reversal: { id: expect.any(String) },
  })
  expect(await reverse(settled.id, back)).toMatchObject({ __typename: 'Settlement', total: '-1000.00' })
})

test('a reversal that was under way when a later part was found to stand is refused on record, and asked for again', async () => {
  const { place, plan } = provinces
  const person = await filedPerson(provinces)
  const early = await settle(partOf(person, 'B1', '1'))
  const late = await settle(partOf(person, 'B2', '2'))
  const back = nextId()
  plan.next = (type) => (type === 'reverse' ? 'DROP' : 'PASS')
  expect(await reverse(early.id, back)).toEqual({ __typename: 'SettlementPending', requestId: back })
  plan.next = () => 'PASS'
  place.time.now = place.time.now.add({ minutes: 2 })
  await provinces.work()
  const refused = { code: 'LATER_PART_STANDS', retryable: false }
  expect((await at(OUTCOME, { requestId: back })).outcome).toMatchObject({
    state: 'REFUSED',
    rejection: { code: refused.code },
  })
  expect(await reverse(late.id)).toMatchObject({ __typename: 'Settlement', total: '-1000.00' })
  expect(await reverse(early.id, back)).toMatchObject(refused)
  expect(await reverse(early.id)).toMatchObject({ __typename: 'Settlement', total: '-1000.00' })
})

test('an early part that its hospital does not confirm stands when a later one was settled', async () => {
  const { place, home } = provinces
  const person = await filedPerson(provinces)
  const requestId = nextId()
  await settle({ ...partOf(person, 'B1', '1'), confirmWithin: 5 }, requestId)
  await settle(partOf(person, 'B2', '2'))
  for (const side of [place, home]) side.time.now = side.time.now.add({ minutes: 6 })
  await provinces.work()
  expect((await at(OUTCOME, { requestId })).outcome).toMatchObject({ state: 'COMMITTED' })
  const { rows } = await place.admin.query(
    `select c.confirmed_at is not null as confirmed from settlement.confirmation c
     join settlement.settlement s on s.id = c.settlement_id where s.request_id = $1`,
    [requestId],
  )
  expect(rows).toEqual([{ confirmed: true }])
})

test('an institution that has sent too many numbers of nobody is told to come again by the platform of the insurance', async () => {
  const { home } = provinces
  const person = await filedPerson(provinces)
  await home.admin.query(
    `insert into settlement.unknown_credential (institution, day, count)
     values ($1, ($2::timestamptz at time zone 'Asia/Shanghai')::date, 200)`,
    [NINGBO, home.time.now.toString()],
  )
  const requestId = nextId()
  const tooMany = { code: 'TOO_MANY_UNKNOWN_CREDENTIALS', retryable: true }
  expect(await settle(partOf(person, 'B1', '1'), requestId)).toMatchObject(tooMany)
  expect((await at(TRIAL, { input: partOf(person, 'B1', '1') })).trial).toMatchObject(tooMany)
  await home.admin.query('delete from settlement.unknown_credential')
  expect(await settle(partOf(person, 'B1', '1'), requestId)).toMatchObject({ __typename: 'Settlement' })
})

test('a bill that home has taken back under another id of this province is taken back here under that one', async () => {
  const person = await filedPerson(provinces)
  const { id } = await settle(partOf(person, 'B1', '1'))
  const { admin } = provinces.place
  const { rows } = await admin.query('select exchange::text from settlement.away_bill where settlement_id = $1', [id])
  const exchange = randomUUIDv7()
  await saying(() => provinces.place, '62')('reverse', { exchange, of: rows[0].exchange })
  const back = nextId()
  const reversed = await reverse(id, back)
  expect(reversed).toMatchObject({ __typename: 'Settlement', total: '-1000.00' })
  expect(await reverse(id, back)).toEqual(reversed)
  expect(await reverse(id)).toMatchObject({ code: 'ALREADY_REVERSED', reversal: { id: reversed.id } })
  const here = await admin.query('select exchange::text from settlement.away_bill where settlement_id = $1', [
    reversed.id,
  ])
  expect(here.rows).toEqual([{ exchange }])
})

test('a refusal of a kind that is not known here is shown with its words, and leaves nothing under way', async () => {
  const text = { zh: '新规则不允许', en: 'a rule of later years forbids it' }
  const problems = [{ path: 'lines[0].code', code: 'OF_LATER_YEARS', message: text }]
  const rejection = { type: 'OfLaterYears', code: 'OF_LATER_YEARS', text, problems, details: {} }
  const nothing = { until: null, settlement: null, reversal: null }
  sichuan.answering.now = (type, { exchange }) =>
    type === 'trial'
      ? { settlement: null, quote: null, rejection }
      : { ...nothing, exchange, state: type === 'cancel' ? 'ABORTED' : 'REFUSED', rejection }
  const input = { ...awayBillOf({ identityNumber: '110101199003077758' }), insuredPool: '510100' }
  const shown = {
    __typename: 'NotAllowed',
    code: 'OF_LATER_YEARS',
    message: text,
    problems: [{ path: 'lines[0].code' }],
  }
  const requestId = nextId()
  expect(await settle(input, requestId)).toMatchObject(shown)
  expect(await settle(input, requestId)).toMatchObject(shown)
  expect((await at(OUTCOME, { requestId })).outcome).toMatchObject({ state: 'REFUSED' })
  expect((await at(TRIAL, { input })).trial).toMatchObject(shown)
  // Its keys are free: it is refused by Sichuan again, and not as under way.
  expect(await settle(input)).toMatchObject(shown)
})

test('a bill whose message arrives twice is not given up when the second copy is the one that is answered', async () => {
  const person = await filedPerson(provinces)
  const { plan, home } = provinces
  plan.next = (type) => (type === 'reserve' ? 'TWICE_SECOND' : 'PASS')
  const input = partOf(person, 'B1', '1')
  const requestId = nextId()
  expect(await settle(input, requestId)).toEqual({ __typename: 'SettlementPending', requestId })
  plan.next = () => 'PASS'
  expect(await settle(input, requestId)).toMatchObject({ __typename: 'Settlement', total: '1000.00' })
  const { rows } = await home.admin.query(
    `select count(*)::int as reserved from settlement.settlement s where s.insured_id = $1 and s.other_province = $2`,
    [person.insuredId, PLACE],
  )
  expect(rows).toEqual([{ reserved: 1 }])
})
