import { randomUUIDv7 } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimLine, claimRow, decidedClaim, settleDecided } from './claim-world.ts'
import { lineOf, scopeOn, totals } from './reconcile-asking.ts'
import { reconcileWorld, type Known } from './reconcile-world.ts'
import { reverse } from './reversing.ts'
import { auditor, HOSPITAL, hospital, personOf, settle, staff } from './settle-world.ts'

// A person has one direct settlement at the hospital, and one claim of care there on the same day.

const { world, person, ask, beAt, billToday, settled, reconciled, isReconciled } = await reconcileWorld()
const DAY = '2026-11-20'
let direct: Known
let claimed: string
beforeAll(async () => {
  beAt(Temporal.PlainDate.from(DAY), 10)
  direct = await settled()
  const place = { institution: HOSPITAL, name: '县医院', division: '620900', level: null, designated: true }
  // Of the day before: care of the same day beside a direct settlement is another matter.
  const before = { begin: '2026-11-19', end: '2026-11-19', lines: [claimLine({ time: '2026-11-19' })] }
  const content = { place, visit: 'V-claimed', chargeBatch: 'B1', ...before }
  const id = await decidedClaim(world, person, { content })
  await settleDecided(world, id)
  claimed = (await claimRow(world, id)).settlement_id ?? ''
})
afterAll(() => world.close())

type Who = Parameters<typeof world.ask>[0]
interface Listed {
  readonly edges: readonly { readonly node: { readonly id: string } }[]
}

async function listed(who: Who, unconfirmed = false): Promise<string[]> {
  const query = `query ($unconfirmed: Boolean) { settlements(unconfirmed: $unconfirmed) {
    ... on SettlementConnection { edges { node { id } } } } }`
  const { settlements } = await world.ask<{ settlements: Listed }>(who, query, { unconfirmed })
  return settlements.edges.map(({ node }) => node.id).toSorted()
}

async function shown(who: Who): Promise<string> {
  const query = 'query ($id: ID!) { settlement(id: $id) { __typename } }'
  return (await world.ask<{ settlement: { __typename: string } }>(who, query, { id: claimed })).settlement.__typename
}

test('the person, the bureau and the auditor see what was paid of a claim; the institution and other pools do not', async () => {
  const both = [direct.id, claimed].toSorted()
  for (const who of [personOf(person.insuredId), staff(), auditor]) {
    expect(await shown(who)).toBe('Settlement')
    expect(await listed(who)).toEqual(both)
  }
  for (const who of [hospital(), staff('620100')]) expect(await shown(who)).toBe('NotFound')
  expect(await listed(hospital())).toEqual([direct.id])
})

test('nobody waits for an institution to confirm what was paid of a claim', async () => {
  expect(await listed(staff(), true)).toEqual([direct.id])
})

test('an institution takes nothing of a claim back, in whole or in part', async () => {
  expect(await reverse(world, claimed)).toMatchObject({ code: 'NOT_FOUND' })
  const REFUND = `mutation ($id: ID!, $input: RefundInput!) {
    refund(requestId: "part", settlement: $id, input: $input) { __typename ... on Rejection { code } } }`
  const lines = [{ serial: '1', quantity: '1' }]
  const input = { chargeBatch: 'B9', lines, operator: { code: 'op1', terminal: 'COUNTER' } }
  expect(await ask(REFUND, { id: claimed, input })).toMatchObject({ refund: { code: 'NOT_FOUND' } })
})

test('a visit that a claim was paid for is settled by no other of its batches', async () => {
  const bill = billToday(person, { visit: 'V-claimed', chargeBatch: 'B2' })
  expect(await settle(world, 'claimed-visit', bill)).toMatchObject({ code: 'CLAIMED', problems: [{ path: 'visit' }] })
})

test('by totals and by lines an institution and the platform agree without it', async () => {
  const { total, fundTotal, account } = direct
  const sums = { count: 1, total, fundTotal, account }
  expect(await totals(ask, { ...scopeOn(DAY), ...sums })).toMatchObject({ state: 'BALANCED', matched: 1 })
  const run = await reconciled([lineOf(direct)])
  expect(run).toMatchObject({ state: 'BALANCED', here: sums })
  expect(await isReconciled(direct)).toBe(true)
  expect(await isReconciled({ ...direct, id: claimed })).toBe(false)
})

test('an institution that names it in its lines is told that there is none', async () => {
  const { rows } = await world.admin.query<{ number: string; visit: string; person_number: string }>(
    'select visit, person_number from settlement.settlement where id = $1',
    [claimed],
  )
  const { settlement } = await world.ask<{ settlement: { number: string } }>(
    staff(),
    'query ($id: ID!) { settlement(id: $id) { ... on Settlement { number } } }',
    { id: claimed },
  )
  const known = { ...direct, number: settlement.number, visit: rows[0]?.visit ?? '', total: '200.00', cash: '130.00' }
  const run = await reconciled([lineOf(direct), lineOf(known)])
  expect(run.causes).toEqual([{ cause: 'ONLY_THERE', count: 1 }])
  expect(JSON.stringify(run)).not.toContain(claimed)
})

test('it is declared and cleared by nobody', async () => {
  const UNDECLARED = `query ($month: String!) { undeclaredSettlements(month: $month) {
    ... on WaitingSettlementConnection { edges { node { id } } } } }`
  const { undeclaredSettlements } = await world.ask<{ undeclaredSettlements: Listed }>(hospital(), UNDECLARED, {
    month: '2026-11',
  })
  expect(undeclaredSettlements.edges.map(({ node }) => node.id)).toEqual([direct.id])
  beAt(Temporal.PlainDate.from('2026-12-02'), 10)
  const DECLARE = `mutation ($requestId: ID!, $input: DeclareMonthInput!) { declareMonth(requestId: $requestId, input: $input) {
    __typename ... on Declaration { statements { settlements total } } ... on Rejection { code message { en } } } }`
  const asked = { requestId: randomUUIDv7(), input: { month: '2026-11' } }
  expect(await ask(DECLARE, asked)).toMatchObject({
    declareMonth: { statements: [{ settlements: 1, total: direct.total }] },
  })
  expect((await verify(world.db, () => {})).mismatches).toEqual([])
})

test('what the pool owes to those who have claimed is seen by its bureau, and by no institution', async () => {
  const BALANCE = `{ ledgerBalance(account: "payable:claim:620900") {
    __typename ... on LedgerAccount { kind pool balance } ... on Rejection { code } } }`
  expect(await world.ask(staff(), BALANCE)).toMatchObject({
    ledgerBalance: { kind: 'PAYABLE_CLAIM', pool: '620900', balance: '140.00' },
  })
  expect(await world.ask(staff('620100'), BALANCE)).toMatchObject({ ledgerBalance: { code: 'NOT_FOUND' } })
  expect(await ask(BALANCE)).toMatchObject({ ledgerBalance: { code: 'NOT_FOUND' } })
  const OWN = `{ ledgerBalance(account: "payable:institution:${HOSPITAL}") { ... on LedgerAccount { balance } } }`
  const { fundTotal, account } = direct
  const owed = (Number(fundTotal) + Number(account)).toFixed(2)
  expect(await ask(OWN)).toMatchObject({ ledgerBalance: { balance: owed } })
})

test('a claim of care in another province is no bill between provinces', async () => {
  const place = { institution: null, name: '外省医院', division: '510100', level: 'LEVEL_3', designated: null }
  const content = { place, emergency: true, begin: DAY, end: DAY, lines: [claimLine({ time: DAY })] }
  const id = await decidedClaim(world, await world.addPerson(0), { content })
  await settleDecided(world, id)
  const { rows } = await world.admin.query<{ account: string; other_province: string | null }>(
    `select e.account, s.other_province from settlement.settlement s join settlement.ledger_entry e on e.group_id = s.id
     where s.claim_id = $1 and e.amount > 0`,
    [id],
  )
  expect(rows).toEqual([{ account: 'payable:claim:620900', other_province: null }])
})
