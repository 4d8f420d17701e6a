import { readPrefix, roleName } from '@yibao/drizzle/roles'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  auditor,
  billOf,
  hospital,
  OTHER_HOSPITAL,
  personOf,
  settle,
  settleWorld,
  staff,
  type Settled,
  type SettleWorld,
  type WorldPerson,
} from './settle-world.ts'

let world: SettleWorld
let person: WorldPerson
let other: WorldPerson
let mine: Settled
let theirs: Settled

beforeAll(async () => {
  world = await settleWorld()
  person = await world.addPerson(300)
  other = await world.addPerson(300)
  mine = await settle(world, 'mine', billOf(person))
  theirs = await settle(world, 'theirs', billOf(other), hospital(OTHER_HOSPITAL))
})
afterAll(() => world.close())

const BY_ID = `query ($id: ID!) { settlement(id: $id) { __typename ... on Settlement { id number lines { serial } } ... on Rejection { code } } }`
const LIST = `query ($first: Int, $after: String, $from: Date, $to: Date) {
  settlements(first: $first, after: $after, from: $from, to: $to) {
    ... on SettlementConnection { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
    ... on Rejection { code problems { path code } }
  }
}`

interface Page {
  readonly edges: readonly { readonly node: { readonly id: string } }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

const byId = async (id: string, identity = hospital()) =>
  (await world.ask<{ settlement: Record<string, unknown> }>(identity, BY_ID, { id })).settlement
const page = async (identity = hospital(), variables = {}) =>
  (await world.ask<{ settlements: Page }>(identity, LIST, variables)).settlements
const idsOf = (one: Page) => one.edges.map((edge) => edge.node.id)

describe('who sees which settlement', () => {
  test('an institution its own, by id and by number; another one is told there is none', async () => {
    expect(await byId(mine.id)).toMatchObject({ __typename: 'Settlement', id: mine.id, lines: [{ serial: '1' }] })
    expect(await byId(String((await byId(mine.id))['number']))).toMatchObject({ id: mine.id })
    expect(await byId(mine.id, hospital(OTHER_HOSPITAL))).toEqual({ __typename: 'NotFound', code: 'NOT_FOUND' })
    expect(await byId('no-such-thing')).toEqual({ __typename: 'NotFound', code: 'NOT_FOUND' })
  })

  test('the person their own, the bureau those of its pool, the auditor all', async () => {
    expect(await byId(mine.id, personOf(person.insuredId))).toMatchObject({ id: mine.id })
    expect(await byId(mine.id, personOf(other.insuredId))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await byId(mine.id, staff())).toMatchObject({ id: mine.id })
    expect(await byId(mine.id, staff('620100'))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await byId(theirs.id, auditor)).toMatchObject({ id: theirs.id })
  })

  test('lists follow the same rule', async () => {
    expect(idsOf(await page())).toEqual([mine.id])
    expect(idsOf(await page(hospital(OTHER_HOSPITAL)))).toEqual([theirs.id])
    expect(idsOf(await page(personOf(person.insuredId)))).toEqual([mine.id])
    expect(new Set(idsOf(await page(staff())))).toEqual(new Set([mine.id, theirs.id]))
    expect(idsOf(await page(staff('620100')))).toEqual([])
    expect(new Set(idsOf(await page(auditor)))).toEqual(new Set([mine.id, theirs.id]))
  })
})

test('pages follow each other without gap or repetition, the latest first, and within the days asked for', async () => {
  const payer = await world.addPerson(0)
  const clinic = hospital(OTHER_HOSPITAL)
  const ids: string[] = [theirs.id]
  for (let i = 0; i < 6; i += 1) {
    world.time.now = world.time.now.add({ seconds: 1 })
    ids.push((await settle(world, `page-${i}`, billOf(payer), clinic)).id)
  }
  const seen: string[] = []
  for (let after: string | null = null; ;) {
    const one: Page = await page(clinic, { first: 3, after })
    seen.push(...idsOf(one))
    after = one.pageInfo.endCursor
    if (!one.pageInfo.hasNextPage) break
  }
  expect(seen).toEqual(ids.toReversed())
  expect(idsOf(await page(clinic, { from: '2026-11-22', to: '2026-11-22' }))).toHaveLength(7)
  expect(idsOf(await page(clinic, { from: '2026-11-23' }))).toEqual([])
  expect(idsOf(await page(clinic, { to: '2026-11-21' }))).toEqual([])
})

test('page sizes and days out of range are named', async () => {
  expect(await page(hospital(), { first: 101, from: '2026-13-01' })).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'first' }, { path: 'from' }],
  })
})

describe('what hangs below a person', () => {
  const PURSE = `query ($reps: [_Any!]!) { _entities(representations: $reps) { ... on Insured {
    account { balance current history } accumulators { name period amount } } } }`
  const purse = async (insuredId: string, identity = staff()) => {
    const reps = [{ __typename: 'Insured', id: insuredId }]
    return (await world.ask<{ _entities: unknown[] }>(identity, PURSE, { reps }))._entities[0]
  }

  test('account and accumulators, for the person and the bureau of the pool', async () => {
    const expected = {
      account: { balance: '170.00', current: '170.00', history: '0.00' },
      accumulators: [
        { name: 'outpatient-deductible', period: '2026', amount: '100.00' },
        { name: 'outpatient-fund', period: '2026', amount: '70.00' },
      ],
    }
    expect(await purse(person.insuredId)).toEqual(expected)
    expect(await purse(person.insuredId, personOf(person.insuredId))).toEqual(expected)
    expect(await purse(person.insuredId, personOf(other.insuredId))).toEqual({ account: null, accumulators: [] })
    expect(await purse(person.insuredId, staff('620100'))).toEqual({ account: null, accumulators: [] })
  })

  test('an institution has no right to them', async () => {
    await expect(purse(person.insuredId, hospital())).rejects.toThrow('FORBIDDEN')
  })
})

async function readAs(settings: Record<string, string>, text: string) {
  const client = new pg.Client(world.url)
  await client.connect()
  const prefix = await readPrefix(client)
  await client.query(`set role "${roleName(prefix, 'settlement', 'reader')}"`)
  for (const [name, value] of Object.entries(settings))
    await client.query('select set_config($1, $2, false)', [name, value])
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

describe('raw SQL in the reader’s role', () => {
  const TABLES = ['settlement', 'settlement_line', 'ledger_entry', 'reversal', 'account', 'counter']

  test('sees nothing without an identity', async () => {
    for (const table of TABLES) expect(await readAs({}, `select * from settlement.${table}`)).toEqual([])
  })

  test('sees its institution’s rows and no others', async () => {
    const as = { 'yibao.role': 'institution', 'yibao.institution': OTHER_HOSPITAL }
    const institutions = await readAs(as, 'select distinct institution from settlement.settlement')
    expect(institutions).toEqual([{ institution: OTHER_HOSPITAL }])
    expect(await readAs(as, `select 1 from settlement.settlement_line where settlement_id = '${mine.id}'`)).toEqual([])
    expect(await readAs(as, `select 1 from settlement.ledger_entry where group_id = '${mine.id}'`)).toEqual([])
    expect(await readAs(as, 'select 1 from settlement.account')).toEqual([])
  })

  test('may not go round by a partition, nor write, nor see the guard', async () => {
    const as = { 'yibao.role': 'auditor' }
    for (const text of [
      'select * from settlement.settlement_202611',
      'select * from settlement.settlement_default',
      'select * from settlement.person',
      'select * from settlement.bill',
      'update settlement.account set balance = 0',
      'delete from settlement.settlement',
    ])
      await expect(readAs(as, text)).rejects.toThrow(/permission denied/)
  })
})

test('a trial answers what settling would, writes nothing, and is logged as a read', async () => {
  const payer = await world.addPerson(50)
  const TRIAL = `query ($input: SettleInput!) { trial(input: $input) { __typename ... on Trial { total deductible pool account cash lines { serial } } ... on Rejection { code } } }`
  const bill = billOf(payer)
  const { trial } = await world.ask<{ trial: object }>(hospital(), TRIAL, { input: bill })
  expect(trial).toMatchObject({
    __typename: 'Trial',
    deductible: '100.00',
    pool: '70.00',
    account: '50.00',
    cash: '80.00',
  })
  const { rows } = await world.admin.query(
    `select (select count(*)::int from settlement.settlement where insured_id = $1) as settlements,
       (select count(*)::int from settlement.access_log where subject = $1 and operation = 'trial') as reads`,
    [payer.insuredId],
  )
  expect(rows).toEqual([{ settlements: 0, reads: 1 }])
  expect(await settle(world, 'after-trial', bill)).toMatchObject({ pool: '70.00', account: '50.00', cash: '80.00' })
})

test('reading a settlement is logged; settling one is not, its row is the entry', async () => {
  const payer = await world.addPerson(50)
  const { id } = await settle(world, 'logged', billOf(payer))
  const reads = async () =>
    (
      await world.admin.query('select actor, operation from settlement.access_log where subject = $1', [
        payer.insuredId,
      ])
    ).rows
  expect(await reads()).toEqual([])
  await byId(id, auditor)
  expect(await reads()).toEqual([{ actor: 'auditor:auditor', operation: 'settlement' }])
})

test('an explanation says which policy, which numbers and which source', async () => {
  const EXPLAIN = `query ($id: ID!) { settlement(id: $id) { ... on Settlement { explanation { policy policyVersion
    lines { serial step { rule } parts { rule } } payers { payer paid steps { rule result source { document { zh } } } }
    skipped { payer step { rule } } proof { rule formula result } }
    funds { fundPayType trace { rule } } } } }`
  const { settlement } = await world.ask<{ settlement: Record<string, never> }>(hospital(), EXPLAIN, { id: mine.id })
  expect(settlement).toMatchObject({
    explanation: {
      policy: '620900-employee-outpatient',
      policyVersion: '2024-01-01',
      lines: [{ serial: '1', step: { rule: 'SPLIT' } }],
      payers: [
        { payer: 'basic', paid: '70.00' },
        { payer: 'account', paid: '130.00' },
      ],
      skipped: [],
      proof: expect.arrayContaining([{ rule: 'SUM_PAYERS', formula: '70.00 + 130.00 = 200.00', result: '200.00' }]),
    },
    funds: [{ fundPayType: '310100' }, { fundPayType: '310200' }],
  })
})
