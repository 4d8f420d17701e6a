import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  DECIDE_DEPOSIT,
  ENTER_ACCOUNT,
  fen,
  HELD,
  HOSPITAL,
  IMPORT_RESULT,
  onStatement,
  OTHER_CLERK,
  OTHER_HOSPITAL,
  POOL,
  RELEASES,
  resultOf,
  SCORE,
  SECOND_CLERK,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// What a score does not give back of a deposit is decided by somebody, with a reason and a paper.

let world: ClearingWorld
beforeAll(async () => {
  world = await clearingWorld()
  for (const price of [1200.07, 933.1]) await world.settle(await world.addPatient(), [{ code: CLASS_A, price }])
  const other = await world.addPatient(0, '620100')
  await world.settle(other, [{ code: CLASS_A, price: 777 }], {}, OTHER_HOSPITAL)
  for (const hospital of [HOSPITAL, OTHER_HOSPITAL]) await world.reconcile(hospital)
  world.at('2027-01-05T09:00:00+08:00')
  await clear(HOSPITAL, CLERK)
  await clear(OTHER_HOSPITAL, OTHER_CLERK)
  const input = { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  const account = await world.ask(HOSPITAL, ENTER_ACCOUNT, { input })
  for (const who of [CLERK, SECOND_CLERK]) await world.ask(who, CONFIRM_ACCOUNT, { account: account.id })
})
afterAll(() => world.close())

async function clear(hospital: string, clerk: string): Promise<void> {
  for (const { id } of (await world.declare('2026-11', hospital)).statements) {
    for (const [name, who] of [
      ['startCheck', clerk],
      ['finishCheck', clerk],
      ['confirmStatement', hospital],
    ] as const)
      expect(await world.ask(who, onStatement(name), { statement: id })).toMatchObject({ id })
  }
}
const held = async (who: string): Promise<Data[]> =>
  (await world.ask(who, HELD, { first: 10 })).edges.map(({ node }: Data) => node)
const kept = (hospital = HOSPITAL, pool = POOL) => world.held(`deposit:institution:${hospital}:${pool}`)
const fund = (pool = POOL) => world.held(`fund:${pool}:310:310100`)
const owed = (hospital = HOSPITAL) => world.held(`payable:institution:${hospital}`)
const decide = (who: string, change: object = {}) =>
  world.ask(who, DECIDE_DEPOSIT, {
    input: {
      institution: HOSPITAL,
      year: '2026',
      release: false,
      reason: '年度考核发现重复收费',
      sourceNumber: '示医保考〔2027〕3号',
      ...change,
    },
  })
const score = (points: string) =>
  world.ask(CLERK, SCORE, { input: { institution: HOSPITAL, year: '2026', score: points } })

test('what is kept of a year that is over is listed until it is decided, to the bureau and the institution alone', async () => {
  const all = await kept()
  expect(await held(CLERK)).toEqual([
    { institution: { code: HOSPITAL }, pool: POOL, year: '2026', amount: all, isScored: false },
  ])
  expect(await held(OTHER_CLERK)).toMatchObject([{ institution: { code: OTHER_HOSPITAL } }])
  const release = await score('85')
  const rest = fen(release.kept) - fen(release.amount)
  expect(rest).toBeGreaterThan(0n)
  const [waiting] = await held(HOSPITAL)
  expect(waiting).toMatchObject({ isScored: true })
  expect(fen(waiting?.amount)).toBe(rest)
  expect(await world.ask(CLERK, RELEASES)).toMatchObject({ edges: [{ node: { score: '85.00', decision: null } }] })
})

test('a decision names reason and paper, is about a year that is over, and is made by the bureau that keeps the deposit', async () => {
  expect(await decide(CLERK, { reason: '', sourceNumber: ' ' })).toMatchObject({
    problems: [{ path: 'input.reason' }, { path: 'input.sourceNumber' }],
  })
  expect(await decide(CLERK, { year: '2027' })).toMatchObject({ code: 'PERIOD_NOT_OVER' })
  expect(await decide(OTHER_CLERK)).toMatchObject({ code: 'NOTHING_KEPT' })
})

test('forfeited by two at once, the rest goes to the fund once and to the fen, and nothing is left to decide', async () => {
  const [rest, before, due] = [fen(await kept()), fen(await fund()), await owed()]
  const both = await Promise.all([CLERK, SECOND_CLERK].map((who) => decide(who)))
  expect(both.map((one) => String(one.decisions?.[0]?.outcome ?? one.code)).toSorted()).toEqual([
    'FORFEITED',
    'NOTHING_KEPT',
  ])
  expect(await kept()).toBe('0.00')
  expect(fen(await fund()) - before).toBe(rest)
  expect(await owed()).toBe(due)
  expect(await held(CLERK)).toEqual([])
  const { edges } = await world.ask(HOSPITAL, RELEASES)
  expect(edges).toMatchObject([{ node: { decision: { outcome: 'FORFEITED', state: 'FORFEITED' } } }])
  expect(fen(edges[0].node.decision.amount)).toBe(rest)
})

test('a year nobody has scored is decided whole; released, it is paid with the next batch', async () => {
  world.at('2027-01-06T09:00:00+08:00')
  const name = OTHER_HOSPITAL
  const [all, before] = [await kept(name, '620100'), fen(await owed(name))]
  const { decisions } = await decide(OTHER_CLERK, { institution: name, release: true, reason: '协议终止，未考核' })
  expect(decisions).toMatchObject([{ outcome: 'RELEASED', state: 'OPEN', amount: all, year: '2026' }])
  expect(decisions[0].decidedBy).toContain(OTHER_CLERK)
  expect(await kept(name, '620100')).toBe('0.00')
  expect(fen(await owed(name)) - before).toBe(fen(all))
  expect(await held(OTHER_CLERK)).toEqual([])
  world.letIn({ kind: 'staff', login: 'second-620100', label: '复核 second clerk', pool: '620100' })
  const input = { holder: '示范医院', number: '6222020200012345679', bankName: '示范银行', bankCode: '105821000018' }
  const account = await world.ask(name, ENTER_ACCOUNT, { input })
  for (const who of [OTHER_CLERK, 'second-620100']) await world.ask(who, CONFIRM_ACCOUNT, { account: account.id })
  const batch = await world.ask(OTHER_CLERK, BATCH, { input: { releases: [decisions[0].id] } })
  expect(batch).toMatchObject({ rows: 1, amount: all })
  const file = resultOf(batch.number, [['1', name, all, 'PAID', 'B1', '']])
  expect(await world.ask(OTHER_CLERK, IMPORT_RESULT, { batch: batch.id, file })).toMatchObject({ paid: 1 })
  expect(fen(await owed(name))).toBe(before)
  const { edges } = await world.ask(OTHER_CLERK, RELEASES)
  expect(edges).toMatchObject([{ node: { score: null, amount: '0.00', rest: all, decision: { state: 'PAID' } } }])
})

test('deposits, what was decided of them, and the ledger agree; changed behind the platform’s back it is found', async () => {
  const mismatches = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches
  expect(await mismatches()).toEqual([])
  await world.admin.query(`update settlement.deposit_decision set amount = amount - 1 where outcome = 'FORFEITED'`)
  expect((await mismatches()).length).toBeGreaterThan(0)
})
