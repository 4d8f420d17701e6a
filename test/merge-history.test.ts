import { randomUUIDv7 } from 'node:crypto'
import { createStamp } from '@yibao/schema/ids'
import { mergePersons } from '@yibao/settlement/commands/merge-person'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountOf, BILL, named, RESIDENT, resident } from './contribution-asking.ts'
import { pdf, upload } from './document-world.ts'
import { fresh } from './enrolment-gateway.ts'
import { merge, PURSE } from './merge-gateway.ts'
import { hospitalOf, POOLS, reverseWorld, type ReverseWorld } from './reverse-world.ts'
import { BIND, CANCEL_FILING, FILE } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// The person whose records were made one sees the whole of what was before, and may do with it what they could.

let world: ReverseWorld
beforeAll(async () => {
  world = await reverseWorld()
  for (const pool of [POOLS.LATEST_FIRST, '620100'])
    world.letIn({ kind: 'staff', login: `clerk-${pool}`, label: 'clerk', pool })
})
afterAll(async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
  await world.close()
})

const [HOSPITAL, CLERK] = ['H62990000001', 'clerk-629900']
interface Pair {
  readonly from: WorldPerson
  readonly into: WorldPerson
}

/** A person with an old record, insured until October, and a new one; the new one is given up where it says so. */
async function twoRecords(pool = '629900', { from = 1000, into = 50, isNewerGivenUp = false } = {}): Promise<Pair> {
  const employee = { pool, insuranceType: '310', personType: '1101' }
  const old = { ...employee, beginOn: '2020-01-01', endOn: '2026-10-31' }
  const now = { ...employee, beginOn: '2026-11-01' }
  const add = (enrolment: object, current: number) =>
    world.addPerson({ enrolments: [enrolment as typeof now], account: { pool, current } })
  return {
    from: await add(isNewerGivenUp ? now : old, from),
    into: await add(isNewerGivenUp ? old : now, into),
  }
}
const say = async (who: string, query: string, variables: object = {}): Promise<Data> =>
  Object.values(await world.as(who, query, { requestId: fresh('q'), ...variables }))[0]
async function mergeBoth({ from, into }: Pair, who = CLERK): Promise<void> {
  expect(await merge(world, who, { from: from.insuredId, into: into.insuredId })).toMatchObject({ id: into.insuredId })
  const { settlement: db } = world.platform.databases
  await mergePersons({ db, clock: () => world.time.now, newId: createStamp(randomUUIDv7) })
}
const lastYear = { begin: '2026-10-15T08:00:00+08:00' }

const MOVEMENTS = `query ($id: ID!, $after: String) { insured(id: $id) { ... on Insured { account { balance
  movements(first: 2, after: $after) { ... on AccountMovementConnection {
    edges { node { id kind amount merged } } pageInfo { hasNextPage endCursor } } } } } } }`

/** All movements, page by page, the latest first. */
async function movementsOf(who: string, id: string): Promise<{ readonly balance: string; readonly all: Data[] }> {
  const all: Data[] = []
  for (let after: string | null = null; ;) {
    const { account }: Data = await say(who, MOVEMENTS, { id, after })
    const { edges, pageInfo }: Data = account.movements
    all.push(...edges.map(({ node }: Data) => node))
    if (pageInfo.hasNextPage !== true) return { balance: account.balance, all }
    after = pageInfo.endCursor
  }
}

test('all that moved in the accounts of both records is told as one history, which adds up to the balance', async () => {
  const pair = await twoRecords()
  const first = await world.settle(HOSPITAL, pair.from, 10, lastYear)
  const second = await world.settle(HOSPITAL, pair.into, 10)
  await mergeBoth(pair)
  const third = await world.settle(HOSPITAL, pair.into, 10)
  for (const who of [pair.into.personNumber, 'auditor']) {
    const { balance, all } = await movementsOf(who, pair.into.insuredId)
    const gone = 1000 - Number(first.account)
    expect(all).toMatchObject([
      { kind: 'CONSUMPTION', amount: `-${third.account}`, merged: null },
      { kind: 'MERGED', amount: '0.00', merged: gone.toFixed(2) },
      { kind: 'CONSUMPTION', amount: `-${second.account}` },
      { kind: 'CONSUMPTION', amount: `-${first.account}` },
      { kind: 'OPENING' },
      { kind: 'OPENING' },
    ])
    expect(all.reduce((sum, one) => sum + Math.round(Number(one.amount) * 100), 0)).toBe(
      Math.round(Number(balance) * 100),
    )
  }
  const stranger = await twoRecords()
  expect((await movementsOf(stranger.into.personNumber, stranger.into.insuredId)).all).toMatchObject([
    { kind: 'OPENING', amount: '50.00' },
  ])
})

const LOGS = `{ me { accessLog(first: 50) { ... on AccessLogConnection { edges { node { operation organisation } } } }
  settlementAccessLog(first: 50) { ... on SettlementAccessConnection { edges { node { operation organisation } } } }
  filingAccessLog(first: 50) { ... on FilingAccessConnection { edges { node { operation organisation } } } } } }`
const PAPER = '{ ... on Document { id state } ... on Rejection { code problems { path code } } }'
const WITHDRAW = `mutation ($requestId: ID!, $id: ID!) { withdrawDocument(requestId: $requestId, id: $id) ${PAPER} }`

const FILINGS = 'query ($id: ID!) { insured(id: $id) { ... on Insured { filings { id } } } }'

test('who read the old record is told, by all who keep a log', async () => {
  const pair = await twoRecords('620100', { isNewerGivenUp: true })
  const wanted = { type: 'OTHER_TEMPORARY', destination: '629900' }
  await say(pair.from.personNumber, FILE, { input: wanted })
  await say('clerk-620100', PURSE, { id: pair.from.insuredId })
  await say('clerk-620100', FILINGS, { id: pair.from.insuredId })
  await mergeBoth(pair, 'clerk-620100')
  const { me } = await world.as(pair.into.personNumber, LOGS)
  for (const [log, operation] of [
    ['accessLog', 'insured'],
    ['settlementAccessLog', 'account'],
    ['filingAccessLog', 'filing'],
  ] as const) {
    const read = me[log].edges.map(({ node }: Data) => node)
    expect(read, log).toContainEqual({ operation, organisation: '620100' })
  }
  const neighbour = await twoRecords('620100')
  const { me: other } = await world.as(neighbour.into.personNumber, LOGS)
  expect(JSON.stringify(other)).not.toContain('620100')
})

test('a filing made under the old record is seen, stands in the way of another, and is cancelled', async () => {
  const pair = await twoRecords('620100', { isNewerGivenUp: true })
  const input = { type: 'OTHER_TEMPORARY', destination: '629900' }
  const { id } = await say(pair.from.personNumber, FILE, { input })
  await mergeBoth(pair, 'clerk-620100')
  for (const who of [pair.into.personNumber, 'auditor'])
    expect(await say(who, FILINGS, { id: pair.into.insuredId })).toEqual({ filings: [{ id }] })
  expect(await say(pair.into.personNumber, FILE, { input })).toMatchObject({ code: 'FILING_OVERLAPS' })
  const stranger = await twoRecords('620100')
  expect(await say(stranger.into.personNumber, CANCEL_FILING, { filingId: id })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await say(pair.into.personNumber, CANCEL_FILING, { filingId: id })).toMatchObject({ id })
})

test('a paper brought under the old record is withdrawn by the person, and by nobody else', async () => {
  const pair = await twoRecords()
  const { id } = await upload(world, pair.from.personNumber, pdf(), { purpose: 'CLAIM', pool: '629900' })
  await mergeBoth(pair)
  const stranger = await twoRecords()
  expect(await say(stranger.into.personNumber, WITHDRAW, { id })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await say(CLERK, WITHDRAW, { id })).toMatchObject({ code: 'NOT_YOUR_UPLOAD' })
  expect(await say(pair.into.personNumber, WITHDRAW, { id })).toEqual({ id, state: 'WITHDRAWN' })
})

test('of what was settled under both records the latest is taken back first, and only then what was before', async () => {
  const pair = await twoRecords(POOLS.LATEST_FIRST, { from: 0, into: 0 })
  const [here, elsewhere] = [hospitalOf('LATEST_FIRST', 1), hospitalOf('LATEST_FIRST', 2)]
  const a = await world.settle(here, pair.from, 200, lastYear)
  await mergeBoth(pair, `clerk-${POOLS.LATEST_FIRST}`)
  const b = await world.settle(elsewhere, pair.into, 200)
  expect([a, b]).toMatchObject([
    { deductible: '200.00', insuredId: pair.from.insuredId },
    { deductible: '0.00', pool: '140.00', insuredId: pair.into.insuredId },
  ])
  expect(await world.reverse(here, a.id)).toMatchObject({ code: 'LATER_SETTLEMENT_STANDS', retryable: true })
  expect(await world.reverse(elsewhere, b.id)).toMatchObject({ __typename: 'Settlement', pool: '-140.00' })
  expect(await world.reverse(here, a.id)).toMatchObject({ __typename: 'Settlement', deductible: '-200.00' })
})

const PREMIUM = `mutation ($requestId: ID!, $bill: ID!) { payPremiumFromAccount(requestId: $requestId, bill: $bill) {
  __typename ... on AccountPremium { id amount returnedAt } ... on Rejection { code problems { path code } } } }`

const bind = (sponsor: WorldPerson, relative: WorldPerson, yearlyLimit: string) =>
  say(sponsor.personNumber, BIND, { input: { ...named(relative), relation: 'SIBLING', yearlyLimit } })
async function billOf(person: WorldPerson, period = '2027'): Promise<string> {
  const input = { ...named(person), insuranceType: '390', periods: [period] }
  return (await say('BANK01', BILL, { input })).items[0].bill
}

describe('a premium that a relative’s account pays', () => {
  test('is paid from what both records of the relative held, and stays in their sight', async () => {
    const pair = await twoRecords('629900', { from: 300, into: 200, isNewerGivenUp: true })
    const mother = await world.addPerson(resident)
    await bind(pair.from, mother, '400.00')
    const bill = await billOf(mother)
    await mergeBoth(pair)
    const paid = await say(pair.into.personNumber, PREMIUM, { bill })
    expect(paid).toMatchObject({ __typename: 'AccountPremium', amount: RESIDENT })
    expect(await accountOf(world, pair.into)).toBe(500 - Number(RESIDENT))
    const { all } = await movementsOf(pair.into.personNumber, pair.into.insuredId)
    expect(all[0]).toMatchObject({ kind: 'PREMIUM', amount: `-${RESIDENT}` })
  })

  test('paid before the merge it is in the history, and the promise was used', async () => {
    const pair = await twoRecords('629900', { into: 0, isNewerGivenUp: true })
    const mother = await world.addPerson(resident)
    const bill = await billOf(mother)
    await bind(pair.from, mother, RESIDENT)
    expect(await say(pair.from.personNumber, PREMIUM, { bill })).toMatchObject({ amount: RESIDENT })
    await mergeBoth(pair)
    expect(await accountOf(world, pair.into)).toBe(1000 - Number(RESIDENT))
    const { all } = await movementsOf(pair.into.personNumber, pair.into.insuredId)
    expect(all.map((one) => [one.kind, one.amount])).toContainEqual(['PREMIUM', `-${RESIDENT}`])
    const query = '{ me { accumulators { name amount } } }'
    const { me } = await world.as(pair.into.personNumber, query)
    expect(me.accumulators).toContainEqual({ name: `mutual-aid:${mother.insuredId}`, amount: RESIDENT })
  })
})
