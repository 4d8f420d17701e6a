import { verify } from '@yibao/settlement/commands/verify'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  CORRECT_SCORE,
  DECIDE_DEPOSIT,
  DECIDE_RETURN,
  ENTER_ACCOUNT,
  fen,
  HELD,
  HOSPITAL,
  IMPORT_RESULT,
  onStatement,
  OTHER_CLERK,
  POOL,
  RELEASES,
  resultOf,
  RETURNS,
  SCORE,
  SECOND_CLERK,
  type ClearingWorld,
} from './clearing-world.ts'
import { expectPutAway } from './put-away.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// A yearly score was typed wrongly: what was done by it is taken back, and the right one takes effect.

let world: ClearingWorld
/** What was kept of the year, by its two releases, and what of it goes back by 80 %, each rounded by itself. */
let parts: readonly bigint[]
let all: bigint
let most: bigint
beforeAll(async () => {
  world = await clearingWorld()
  await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 1200.07 }])
  await clear('2026-11', '2026-12-02T09:00:00+08:00')
  const one = await kept()
  world.at('2026-12-20T09:00:00+08:00')
  const later = { begin: '2026-12-20T08:00:00+08:00' }
  await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 933.13 }], later)
  // Scored before December is declared, and forfeited; what is kept of December makes a release of its own.
  world.at('2027-01-04T09:00:00+08:00')
  await score('58')
  await decide(false)
  await clear('2026-12', '2027-01-05T09:00:00+08:00')
  parts = [one, await kept()]
  all = one + (parts[1] ?? 0n)
  most = parts.reduce((sum, part) => sum + (part * 8n + 5n) / 10n, 0n)
  const input = { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  const account = await world.ask(HOSPITAL, ENTER_ACCOUNT, { input })
  for (const who of [CLERK, SECOND_CLERK]) await world.ask(who, CONFIRM_ACCOUNT, { account: account.id })
  const batch = await world.ask(CLERK, BATCH, { input: {} })
  await answer(batch, 'PAID')
})
afterAll(() => world.close())

async function clear(month: string, at: string): Promise<void> {
  await world.reconcile()
  world.at(at)
  for (const { id } of (await world.declare(month)).statements) {
    for (const [name, who] of [
      ['startCheck', CLERK],
      ['finishCheck', CLERK],
      ['confirmStatement', HOSPITAL],
    ] as const)
      expect(await world.ask(who, onStatement(name), { statement: id })).toMatchObject({ id })
  }
}
const kept = async () => fen(await world.held(`deposit:institution:${HOSPITAL}:${POOL}`))
const fund = async () => fen(await world.held(`fund:${POOL}:310:310100`))
const owed = async () => fen(await world.held(`payable:institution:${HOSPITAL}`))
const paid = async () => fen(await world.held(`bank:${POOL}`))
const score = (points: string) =>
  world.ask(CLERK, SCORE, { input: { institution: HOSPITAL, year: '2026', score: points } })
const correct = (was: string, to: string, change: object = {}, who = CLERK, requestId: string = randomUUID()) =>
  world.ask(who, CORRECT_SCORE, {
    requestId,
    input: { institution: HOSPITAL, year: '2026', was, score: to, reason: '录入时错行', ...change },
  })
const decide = (release: boolean) =>
  world.ask(CLERK, DECIDE_DEPOSIT, {
    input: { institution: HOSPITAL, year: '2026', release, reason: '考核', sourceNumber: '示医保考〔2027〕3号' },
  })
const answer = (batch: Data, state: string, reason = '') =>
  world.ask(CLERK, IMPORT_RESULT, {
    batch: batch.id,
    file: resultOf(batch.number, [['1', HOSPITAL, batch.amount, state, `R-${state}`, reason]]),
  })
const held = async (): Promise<Data[]> =>
  (await world.ask(CLERK, HELD, { first: 10 })).edges.map(({ node }: Data) => node)
const releases = async (): Promise<Data[]> => (await world.ask(HOSPITAL, RELEASES)).edges.map(({ node }: Data) => node)
const current = async (): Promise<Data[]> => (await releases()).filter((one) => one.correctedBy === null)
const mismatches = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches
/** What a field of releases comes to. */
const of = (rows: readonly Data[], field: string): bigint => rows.reduce((sum, one) => sum + fen(one[field]), 0n)
const yuan = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`

test('corrected, a score that gave nothing back gives back its share; what was forfeited by it leaves the fund, account by account', async () => {
  expect(await score('58')).toMatchObject({ amount: '0.00' })
  expect(await score('85')).toMatchObject({ code: 'SCORED_OTHERWISE' })
  const [before, earlier] = [await fund(), await releases()]
  expect(earlier).toMatchObject([
    { decision: null },
    { decision: { outcome: 'FORFEITED', amount: yuan(parts[0] ?? 0n) } },
  ])

  const { releases: made } = await correct('58', '85')
  expect(made).toHaveLength(2)
  for (const one of made)
    expect(one).toMatchObject({ score: '85.00', settled: '0.00', state: 'OPEN', reason: '录入时错行' })
  expect([of(made, 'kept'), of(made, 'amount'), of(made, 'owed')]).toEqual([all, most, most])
  expect([await kept(), await fund(), await owed()]).toEqual([all - most, before - (parts[0] ?? 0n), most])
  const rows = await releases()
  expect((await current()).map((one) => one.decision)).toEqual([null, null])
  for (const { id } of earlier) {
    const row = rows.find((one) => one.id === id)
    expect(row).toMatchObject({ score: '58.00', state: 'CORRECTED' })
    expect(made.map((one: Data) => one.id)).toContain(row?.correctedBy)
  }
  expect(rows.at(-1)).toMatchObject({ decision: { outcome: 'FORFEITED', state: 'CORRECTED' } })
  expect(await held()).toMatchObject([{ amount: yuan(all - most), isScored: true }])
  expect(await mismatches()).toEqual([])
})

test('a correction names the score that is wrong and why, and is the bureau’s own; another is refused at its field with what to do', async () => {
  const rows = await releases()
  expect(await correct('58', '90')).toMatchObject({
    code: 'SCORED_OTHERWISE',
    problems: [{ path: 'input.was', message: { en: expect.stringContaining('85.00') } }],
  })
  expect(await correct('85', '85.00')).toMatchObject({ code: 'SAME_SCORE', problems: [{ path: 'input.score' }] })
  expect(await correct('85', '101', { reason: ' ' })).toMatchObject({ problems: [{ path: 'input.reason' }] })
  expect(await correct('x', '90')).toMatchObject({ problems: [{ path: 'input.was' }] })
  expect(await correct('85', '90', { year: '2027' })).toMatchObject({ code: 'PERIOD_NOT_OVER' })
  expect(await correct('85', '90', { document: randomUUID() })).toMatchObject({
    problems: [{ path: 'input.document', code: 'NOT_FOUND' }],
  })
  expect(await correct('85', '90', {}, OTHER_CLERK)).toMatchObject({ code: 'NOT_SCORED' })
  await expect(correct('85', '90', {}, HOSPITAL)).rejects.toThrow('FORBIDDEN')
  expect(await releases()).toEqual(rows)
})

test('two of the staff who correct at once correct once, and the same request again answers the same', async () => {
  const ids = [randomUUID(), randomUUID()]
  const clerks = [CLERK, SECOND_CLERK]
  const both = await Promise.all(clerks.map((who, i) => correct('85', i === 0 ? '70' : '90', {}, who, ids[i])))
  expect(both.map((one) => String(one.code ?? one.__typename)).toSorted()).toEqual([
    'CorrectedScore',
    'SCORED_OTHERWISE',
  ])
  const won = both.findIndex((one) => one.__typename === 'CorrectedScore')
  const again = await correct('85', won === 0 ? '70' : '90', {}, clerks[won], ids[won])
  expect(again).toEqual(both[won])
  const points = won === 0 ? '70' : '90'
  expect(of((await correct(points, '85')).releases, 'amount')).toBe(most)
  expect([await kept(), await owed()]).toEqual([all - most, most])
  expect(await mismatches()).toEqual([])
})

let first: Data

test('what is with the bank waits for its answer, and the refusal says for which', async () => {
  first = await world.ask(CLERK, BATCH, { input: {} })
  expect(first).toMatchObject({ rows: 1, amount: yuan(most) })
  expect(await correct('85', '95')).toMatchObject({
    code: 'BEING_PAID',
    problems: [{ path: 'input.year', message: { en: expect.stringContaining(first.number) } }],
  })
  expect(await answer(first, 'PAID')).toMatchObject({ paid: 1 })
})

test('what was paid counts: a higher score pays the difference, a lower one is set off against what follows, to the fen', async () => {
  const before = await paid()
  const { releases: higher } = await correct('85', '95')
  expect([of(higher, 'amount'), of(higher, 'settled'), of(higher, 'owed')]).toEqual([all, most, all - most])
  const second = await world.ask(CLERK, BATCH, { input: {} })
  expect(second).toMatchObject({ amount: yuan(all - most) })
  expect(await answer(second, 'PAID')).toMatchObject({ paid: 1 })
  expect([await kept(), await owed(), (await paid()) - before]).toEqual([0n, 0n, all - most])

  // It was 58 after all: all of it is owed back, and the rest is decided anew.
  const { releases: made } = await correct('95', '58')
  expect([of(made, 'amount'), of(made, 'settled'), of(made, 'owed')]).toEqual([0n, all, -all])
  expect([await kept(), await owed()]).toEqual([all, -all])
  expect(await world.ask(CLERK, BATCH, { input: { releases: [made[0].id] } })).toMatchObject({
    code: 'NOTHING_LEFT_TO_PAY',
  })
  expect(await mismatches()).toEqual([])
})

test('a payment the bank gives back after the correction is owed again by itself, and all comes right in the next batch', async () => {
  expect(await answer(first, 'REJECTED', '账户已销户')).toMatchObject({ problems: [{ code: 'RETURNED' }] })
  const { edges } = await world.ask(CLERK, RETURNS, { decided: false })
  const input = { id: edges[0].node.id, confirmed: true, reason: '银行出具退款凭证' }
  expect(await world.ask(CLERK, DECIDE_RETURN, { input })).toMatchObject({ state: 'CONFIRMED' })
  expect(await owed()).toBe(most - all)
  expect(await mismatches()).toEqual([])
  expect((await correct('58', '95')).releases).toMatchObject([
    { owed: '0.00', state: 'PAID' },
    { owed: '0.00', state: 'PAID' },
  ])
  expect([await kept(), await owed()]).toEqual([0n, most])
  const third = await world.ask(CLERK, BATCH, { input: {} })
  expect(third).toMatchObject({ amount: yuan(most) })
  expect(await answer(third, 'PAID')).toMatchObject({ paid: 1 })
  expect([await kept(), await owed()]).toEqual([0n, 0n])
  expect(await mismatches()).toEqual([])
})

test('what was decided and paid counts as well, and the institution is told of each correction', async () => {
  await correct('95', '85')
  expect(await owed()).toBe(most - all)
  const { decisions } = await decide(true)
  expect(of(decisions, 'amount')).toBe(all - most)
  // Both together come to nothing and would wait for what follows; one part of what was decided is paid by itself.
  expect([await kept(), await owed()]).toEqual([0n, 0n])
  const batch = await world.ask(CLERK, BATCH, { input: { releases: [decisions[0].id] } })
  expect(await answer(batch, 'PAID')).toMatchObject({ paid: 1 })
  const { releases: made } = await correct('85', '90')
  expect(of(made, 'settled')).toBe(all + fen(decisions[0].amount))
  expect(await owed()).toBe(of(made, 'owed'))
  const { rows } = await world.admin.query(
    `select 1 from settlement.outbox where payload ->> 'template' = 'deposit.rescored'`,
  )
  expect(rows).toHaveLength(8)
  expect(await mismatches()).toEqual([])
})

test('scored once more, the corrected score counts; what was corrected is not decided again, and what is changed behind the platform’s back is found', async () => {
  expect(await score('58')).toMatchObject({ code: 'SCORED_OTHERWISE' })
  expect(await score('90')).toMatchObject({ code: 'NOTHING_KEPT' })
  const now = await current()
  const { decisions } = await decide(false)
  expect(decisions.map((one: Data): string => one.release).toSorted()).toEqual(
    now.map((one): string => one.id).toSorted(),
  )
  expect(of(decisions, 'amount')).toBe(of(now, 'rest'))
  expect(await held()).toEqual([])
  expect(await mismatches()).toEqual([])
  await expectPutAway(world.platform.databases.settlement, '2027-01')
  expect(await correct('90', '95')).toMatchObject({ code: 'ARCHIVED', problems: [{ path: 'input.year' }] })
  await world.admin.query(`update settlement.deposit_release set settled = settled + 1 where id = $1`, [now[0]?.id])
  expect((await mismatches()).length).toBeGreaterThan(0)
})
