import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awayBillOf, NINGBO } from './exchange-runs.ts'
import { booksOf, filedPerson, openProvinces, type Provinces } from './exchange-workload.ts'
import { CLASS_A } from './world-bill.ts'
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
const settle = async (input: object, requestId: string): Promise<Data> =>
  (await at(SETTLE, { requestId, input })).settle
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
  expect(answers[1 - lost]).toMatchObject({ code: 'RESERVED_BEFORE', retryable: true })
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

test('everything that arrived in whatever order is proven on both sides', async () => {
  for (const { platform } of [provinces.place, provinces.home])
    expect((await verify(platform.databases.settlement, () => {})).mismatches).toEqual([])
})
