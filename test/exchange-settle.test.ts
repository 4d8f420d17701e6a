import { type KeyObject } from 'node:crypto'
import { registerPartner } from '@yibao/cross-province/commands/partner'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, CLASS_A } from './world-bill.ts'
import { ANNUL, FILE, OUTCOME } from './world-queries.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// A person insured in Gansu is treated in Ningbo: two platforms, two databases, two gateways. What the one decided the other
// has, to the fen, whichever of them is cut off.

const [ZHEJIANG, GANSU] = ['33', '62']
const NINGBO = 'H33020000001'
const POOL = '629900'
let zhejiang: World
let gansu: World
beforeAll(async () => {
  ;[zhejiang, gansu] = await Promise.all([openWorld({ province: ZHEJIANG }), openWorld({ province: GANSU })])
  await introduce(zhejiang, gansu, GANSU)
  await introduce(gansu, zhejiang, ZHEJIANG)
})
afterAll(() => Promise.all([zhejiang.close(), gansu.close()]))

const publicJwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }))

/** Registers another platform, as `npm run partner` does. */
const introduce = (to: World, other: World, province: string, url = other.address) =>
  registerPartner(
    to.platform.databases.crossProvince.hot,
    { province, name: province, url, key: publicJwk(other.keys.exchange.publicKey) },
    Temporal.Instant.from('2026-01-01T00:00:00Z'),
  )

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

const STAY = {
  careType: '21',
  begin: '2026-11-10T09:00:00+08:00',
  end: '2026-11-20T10:00:00+08:00',
  lines: [{ code: CLASS_A, price: 100, quantity: 100, time: '2026-11-12T09:00:00+08:00' }],
}
const LONG_TERM = { type: 'LONG_TERM', destination: '330200', ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }

/** Somebody of Gansu with 500 yuan in their account, who has filed for Ningbo. */
async function filedPerson(): Promise<WorldPerson> {
  const person = await gansu.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: POOL, current: 500 },
  })
  const { fileTreatmentElsewhere: filed } = await gansu.as(person.personNumber, FILE, {
    requestId: `file-${person.personNumber}`,
    input: LONG_TERM,
  })
  expect(filed).toMatchObject({ __typename: 'Filing' })
  return person
}

const billOf = ({ identityNumber: value }: WorldPerson, change: object = {}) => ({
  ...bill({ ...STAY, ...change }),
  credential: { kind: 'IDENTITY_CARD', value },
  insuredPool: POOL,
})

let requests = 0
const nextId = () => `away-${(requests += 1)}`
const settle = async (input: object, requestId = nextId()): Promise<Data> =>
  (await zhejiang.as(NINGBO, SETTLE, { requestId, input })).settle
const reverse = async (settlement: string, requestId = nextId()): Promise<Data> =>
  (await zhejiang.as(NINGBO, REVERSE, { requestId, settlement })).reverse
const outcome = async (requestId: string): Promise<Data> => (await zhejiang.as(NINGBO, OUTCOME, { requestId })).outcome

const sumOf = async (world: World, account: string): Promise<number> => {
  const { rows } = await world.admin.query(
    'select coalesce(sum(amount), 0)::int as fen from settlement.ledger_entry where account = $1',
    [account],
  )
  return rows[0].fen
}
/** What each side has in its books for the other. */
const books = async () => ({
  receivable: await sumOf(zhejiang, 'receivable:province:330200:62'),
  hospital: await sumOf(zhejiang, `payable:institution:${NINGBO}`),
  payable: await sumOf(gansu, `payable:province:${POOL}:33`),
})
const balanceOf = async ({ insuredId }: WorldPerson): Promise<number> => {
  const { rows } = await gansu.admin.query(
    'select sum(balance)::int as fen from settlement.account where insured_id = $1',
    [insuredId],
  )
  return rows[0].fen
}

test('a discharge pays at the window what home decides by its policy, and both books say the same', async () => {
  const person = await filedPerson()
  const before = await books()
  const input = billOf(person)
  const tried = (await zhejiang.as(NINGBO, TRIAL, { input })).trial
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
  expect(after.hospital - before.hospital).toBe(891_500)
  expect(after.payable - before.payable).toBe(891_500)
  expect(after.receivable - before.receivable).toBe(-891_500)

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
  const person = await gansu.addPerson({
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
  const person = await filedPerson()
  expect(await settle({ ...billOf(person), insuredPool: '440100' })).toMatchObject({
    code: 'NOT_LINKED',
    problems: [{ path: 'insuredPool' }],
  })
  expect(await settle({ ...billOf(person), insuredPool: 'x' })).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'insuredPool' }],
  })
})

test('the same bill sent at once under one request and under several is settled once', async () => {
  const person = await filedPerson()
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

test('everything that was settled, taken back and refused is proven on both sides', async () => {
  expect((await verify(zhejiang.platform.databases.settlement, () => {})).mismatches).toEqual([])
  expect((await verify(gansu.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
void ANNUL
