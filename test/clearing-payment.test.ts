import { createHash } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  APPEAL,
  BATCH,
  CLERK,
  clearingWorld,
  CONFIRM_ACCOUNT,
  DECIDE,
  difference,
  DEDUCT,
  DEDUCTIONS,
  ENTER_ACCOUNT,
  fen,
  HOSPITAL,
  IMPORT_DIFFERENCES,
  IMPORT_RESULT,
  onStatement,
  OTHER_HOSPITAL,
  POOL,
  resultOf,
  SCORE,
  SECOND_CLERK,
  WITHDRAW_DEDUCTION,
  type ClearingWorld,
} from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data } from './world.ts'

// A declared month on its way through check, appeal and bank, until nothing is owed any more.

let world: ClearingWorld
const settled: Data[] = []
let november: Data
beforeAll(async () => {
  world = await clearingWorld()
  const [rich, poor] = [await world.addPatient(500), await world.addPatient()]
  for (const [person, price] of [
    [rich, 1200],
    [poor, 900.55],
    [poor, 433.33],
  ] as const) {
    settled.push(await world.settle(person, [{ code: CLASS_A, price }]))
  }
  await world.settle(await world.addPatient(0, '620100'), [{ code: CLASS_A, price: 777 }], {}, OTHER_HOSPITAL)
  await world.reconcile()
  await world.reconcile(OTHER_HOSPITAL)
  world.at('2026-12-02T09:00:00+08:00')
  ;[november] = (await world.declare('2026-11')).statements
})
afterAll(() => world.close())

const deduct = (settlement: Data, amount: string, change = {}, clerk = CLERK) =>
  world.ask(clerk, DEDUCT, {
    input: {
      statement: november.id,
      settlement: settlement.id,
      amount,
      reason: 'OVERCHARGED',
      words: '重复收费',
      ...change,
    },
  })
const payable = (code: string) => `payable:institution:${code}`
const minus = (a: string, ...rest: string[]) => rest.reduce((left, one) => left - fen(one), fen(a))
/** A deduction of the month by its amount: many were made at one moment of a clock that stands still. */
const deductionOf = async (amount: string): Promise<Data> =>
  (await world.ask(HOSPITAL, DEDUCTIONS, { statement: november.id })).edges
    .map(({ node }: Data) => node)
    .find((one: Data) => one.amount === amount)
/** What the ledger owes the hospital for what the pool insured. */
const owed = async () => fen(await world.held(payable(HOSPITAL)))

test('a check begins once; from then on the declaration is not withdrawn', async () => {
  expect(await deduct(settled[0], '1.00')).toMatchObject({ code: 'WRONG_STATE' })
  expect(await world.ask('clerk-620100', onStatement('startCheck'), { statement: november.id })).toMatchObject({
    code: 'NOT_FOUND',
  })
  expect(await world.ask(CLERK, onStatement('startCheck'), { statement: november.id })).toMatchObject({
    state: 'CHECKING',
  })
  for (const name of ['withdrawStatement', 'confirmStatement', 'startCheck']) {
    expect(await world.ask(CLERK, onStatement(name), { statement: november.id })).toMatchObject({ code: 'WRONG_STATE' })
  }
})

test('deductions never pass the fund part of a settlement, name their reason, and are seen by the institution', async () => {
  const before = await owed()
  const [first] = settled
  expect(await deduct(first, '0.00')).toMatchObject({ problems: [{ path: 'input.amount' }] })
  expect(await deduct(first, '1.00', { reason: 'BECAUSE' })).toMatchObject({ problems: [{ path: 'input.reason' }] })
  expect(await deduct(first, '99999.00')).toMatchObject({ code: 'ABOVE_FUND_PART' })
  expect(await deduct({ id: november.id }, '1.00')).toMatchObject({ code: 'NOT_FOUND' })
  expect(await deduct(first, '1.00', { line: 'no such line' })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await deduct(first, '30.01', { line: '1' })).toMatchObject({ amount: '30.01', line: 1, reason: 'OVERCHARGED' })
  expect(await deduct(settled[1], '20.00')).toMatchObject({ amount: '20.00' })
  const left = (Number(minus(first.fundTotal, '30.01')) / 100).toFixed(2)
  expect(await deduct(first, (Number(left) + 0.01).toFixed(2))).toMatchObject({ code: 'ABOVE_FUND_PART' })
  const statement = await world.statement(november.id)
  expect(statement).toMatchObject({ deducted: '50.01', state: 'CHECKING' })
  expect(fen(statement.deposit)).toBe((minus(statement.fundPart, '50.01') * 5n + 50n) / 100n)
  expect(before - (await owed())).toBe(5001n)
  const { edges } = await world.ask(HOSPITAL, DEDUCTIONS, { statement: november.id })
  const seen = edges.map(({ node }: Data) => [node.amount, node.reasonName.zh, node.settlement.id])
  expect(seen.toSorted().toReversed()).toEqual([
    ['30.01', '重复收费、超标准收费、分解项目收费', first.id],
    ['20.00', '重复收费、超标准收费、分解项目收费', settled[1].id],
  ])
})

test('a deduction is appealed once within the time; upheld it is withdrawn by an entry of its own, rejected it stands', async () => {
  const [first, second] = [await deductionOf('30.01'), await deductionOf('20.00')]
  const document = await world.paper(HOSPITAL)
  const appeal = (deduction: string, name = HOSPITAL) =>
    world.ask(name, APPEAL, { input: { deduction, words: '该项目系两次手术，各收一次', document } })
  expect(await appeal(first.id)).toMatchObject({ code: 'WRONG_STATE' })
  expect(await world.ask(CLERK, onStatement('finishCheck'), { statement: november.id })).toMatchObject({
    state: 'CHECKED',
    appealUntil: '2026-12-09',
  })
  expect(await world.ask(CLERK, onStatement('confirmStatement'), { statement: november.id })).toMatchObject({
    code: 'APPEAL_PERIOD_RUNS',
  })
  expect(await appeal(first.id, OTHER_HOSPITAL)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await appeal(first.id)).toMatchObject({ appeal: { state: 'OPEN', document } })
  expect(await appeal(first.id)).toMatchObject({ code: 'APPEALED_ALREADY' })
  expect(await appeal(second.id)).toMatchObject({ appeal: { state: 'OPEN' } })
  expect(await world.ask(HOSPITAL, onStatement('confirmStatement'), { statement: november.id })).toMatchObject({
    code: 'APPEAL_OPEN',
  })
  const decide = (deduction: string, upheld: boolean) =>
    world.ask(CLERK, DECIDE, { input: { deduction, upheld, answer: '经复核' } })
  expect(await decide(first.id, false)).toMatchObject({
    withdrawnBy: null,
    appeal: { state: 'REJECTED', answer: '经复核' },
  })
  const upheld = await decide(second.id, true)
  expect(upheld).toMatchObject({ appeal: { state: 'UPHELD' } })
  expect(upheld.withdrawnBy).not.toBe(null)
  expect(await decide(second.id, true)).toMatchObject({ code: 'NO_APPEAL' })
  expect(await world.statement(november.id)).toMatchObject({ deducted: '30.01' })
})

const importDifferences = async (...entries: object[]) => {
  const document = await world.paper(CLERK)
  return world.ask(CLERK, IMPORT_DIFFERENCES, { entries: entries.map((entry) => ({ document, ...entry })) })
}

test('a difference of the payment method comes once per month and method, and is corrected by linked entries', async () => {
  const before = await owed()
  expect(await importDifferences(difference({ amount: '0' }), difference({ month: '2026-13' }))).toMatchObject({
    problems: [{ path: 'entries[0].amount' }, { path: 'entries[1].month' }],
  })
  expect(await importDifferences(difference({ institution: 'H99999999999' }))).toMatchObject({ code: 'NOT_FOUND' })
  const { ids } = await importDifferences(difference())
  expect(await importDifferences(difference())).toMatchObject({ code: 'DIFFERENCE_KNOWN' })
  const correction = difference({ amount: '-8.80', corrects: ids[0], sourceNumber: '示医保结〔2026〕12号' })
  expect(await importDifferences(correction)).toMatchObject({ ids: [expect.any(String)] })
  expect(await importDifferences(correction)).toMatchObject({ code: 'CORRECTED_ALREADY' })
  expect(await world.statement(november.id)).toMatchObject({ difference: '80.00' })
  expect((await owed()) - before).toBe(8000n)
})

test('what is confirmed keeps the deposit back and is due within 30 working days; later entries go to the next run', async () => {
  const before = await owed()
  const confirmed = await world.ask(HOSPITAL, onStatement('confirmStatement'), { statement: november.id })
  expect(confirmed).toMatchObject({ state: 'CONFIRMED', deducted: '30.01', difference: '80.00', dueOn: '2027-01-14' })
  expect(fen(confirmed.payable)).toBe(minus(confirmed.fundPart, '30.01', confirmed.deposit) + 8000n)
  expect(fen(confirmed.transfer)).toBe(fen(confirmed.payable) + fen(confirmed.accountPart))
  expect(fen(confirmed.accountPart)).toBeGreaterThan(0n)
  expect(before - (await owed())).toBe(fen(confirmed.deposit))
  expect(await owed()).toBe(fen(confirmed.transfer))
  expect(await world.held(`deposit:institution:${HOSPITAL}:${POOL}`)).toBe(confirmed.deposit)
  expect(await importDifferences(difference({ method: 'QUOTA', amount: '-5.00' }))).toMatchObject({
    ids: [expect.any(String)],
  })
  expect(await world.statement(november.id)).toMatchObject({ difference: '80.00' })
  november = await world.statement(november.id)
})

test('nothing is paid before two of the staff have confirmed where to', async () => {
  const batch = () => world.ask(CLERK, BATCH, { input: { statements: [november.id] } })
  expect(await batch()).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  const input = { holder: '示范医院', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  expect(await world.ask(HOSPITAL, ENTER_ACCOUNT, { input: { ...input, number: '12' } })).toMatchObject({
    problems: [{ path: 'input.number' }],
  })
  const account = await world.ask(HOSPITAL, ENTER_ACCOUNT, { input })
  expect(account).toMatchObject({ masked: '***************5678', confirmedBy: [] })
  const confirm = (name: string) => world.ask(name, CONFIRM_ACCOUNT, { account: account.id })
  expect(await confirm('clerk-620200')).toMatchObject({ code: 'NOT_FOUND' })
  expect(await confirm(CLERK)).toMatchObject({ confirmedBy: [] })
  expect(await confirm(CLERK)).toMatchObject({ code: 'CONFIRMED_ALREADY' })
  expect(await batch()).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  expect(await confirm(SECOND_CLERK)).toMatchObject({ confirmedBy: [POOL] })
  const { rows } = await world.admin.query(`select t::text as row from settlement.bank_account t`)
  expect(JSON.stringify(rows)).not.toContain('6222020200012345678')
})

test('the bank rejects a transfer, and it is owed again; paid by the next batch, nothing is owed and nothing on its way', async () => {
  const batch = await world.ask(CLERK, BATCH, { input: {} })
  expect(batch).toMatchObject({ number: '62990020261202001', rows: 1, amount: november.transfer, isDone: false })
  const lines = batch.file.split('\r\n')
  expect(lines[1]).toBe(
    `D,1,${HOSPITAL},"示范医院",6222020200012345678,"示范银行",105821000018,${november.transfer},${batch.number}-1`,
  )
  const digest = createHash('sha256')
    .update(`${lines.slice(0, 2).join('\r\n')}\r\n`)
    .digest('hex')
  expect(lines[2]).toBe(`T,1,${POOL},,${batch.number},2026-12-02,,${november.transfer},${digest}`)
  expect(await world.ask(CLERK, BATCH, { input: {} })).toMatchObject({ code: 'NOTHING_TO_PAY' })
  expect(await world.statement(november.id)).toMatchObject({ state: 'PAYING' })
  // The difference that came after the confirmation waits for the next run.
  expect(await owed()).toBe(-500n)
  expect(await world.held(`transit:${POOL}`)).toBe(november.transfer)

  const answer = (of: Data, rows: readonly (readonly string[])[], change = (text: string) => text) =>
    world.ask(CLERK, IMPORT_RESULT, { batch: of.id, file: change(resultOf(of.number, rows)) })
  const rejected = [['1', HOSPITAL, november.transfer, 'REJECTED', 'R1', '账号户名不符']]
  expect(await answer(batch, rejected, (text) => text.replace('R1', 'R2'))).toMatchObject({
    problems: [{ code: 'CHECKSUM' }],
  })
  expect(await answer(batch, [['1', HOSPITAL, '1.00', 'PAID', 'R', '']])).toMatchObject({
    paid: 0,
    problems: [{ row: 1, code: 'OTHER_AMOUNT' }],
  })
  expect(await answer(batch, rejected)).toMatchObject({ paid: 0, rejected: 1, repeated: 0, problems: [] })
  expect(await answer(batch, rejected)).toMatchObject({ paid: 0, rejected: 0, repeated: 1 })
  expect(await world.statement(november.id)).toMatchObject({ state: 'CONFIRMED' })
  expect(await owed()).toBe(fen(november.transfer) - 500n)
  expect(await world.held(`transit:${POOL}`)).toBe('0.00')

  const again = await world.ask(CLERK, BATCH, { input: { statements: [november.id] } })
  expect(again.number).toBe('62990020261202002')
  const paid = [['1', HOSPITAL, november.transfer, 'PAID', 'B2026-77', '']]
  expect(await answer(again, [...paid, ['7', HOSPITAL, '1.00', 'PAID', '', '']])).toMatchObject({
    paid: 1,
    problems: [{ row: 7, code: 'UNKNOWN_ROW' }],
  })
  expect(await owed()).toBe(-500n)
  expect(await world.held(`bank:${POOL}`)).toBe(november.transfer)
  expect(await world.held(`transit:${POOL}`)).toBe('0.00')
})

test('a settlement taken back after it was paid, a deduction withdrawn then, and a late difference meet in the next statement', async () => {
  world.at('2026-12-20T09:00:00+08:00')
  const deduction = await deductionOf('30.01')
  expect(await world.ask(CLERK, WITHDRAW_DEDUCTION, { deduction: deduction.id, words: '复议撤销' })).toMatchObject({
    amount: '-30.01',
    statement: null,
    withdraws: deduction.id,
  })
  const reversal = await world.reverse(settled[2].id)
  const line = [{ code: CLASS_A, price: 640 }]
  const more = await world.settle(await world.addPatient(), line)
  await world.reconcile()
  world.at('2027-01-05T09:00:00+08:00')
  const [december] = (await world.declare('2026-12')).statements
  expect(december).toMatchObject({ deducted: '-30.01', difference: '-5.00', settlements: 2, reversals: 1 })
  expect(fen(december.fundPart)).toBe(fen(more.fundTotal) + fen(reversal.fundTotal))
  for (const name of ['startCheck', 'finishCheck', 'confirmStatement']) {
    expect(await world.ask(CLERK, onStatement(name), { statement: december.id })).toMatchObject({ id: december.id })
  }
  const confirmed = await world.statement(december.id)
  expect(fen(confirmed.transfer)).toBe(await owed())
})

test('the deposits of a year go back by the score, with the next batch', async () => {
  const score = (change: object = {}) =>
    world.ask(CLERK, SCORE, { input: { institution: HOSPITAL, year: '2026', score: '92.5', ...change } })
  expect(await score({ year: '2027' })).toMatchObject({ code: 'PERIOD_NOT_OVER' })
  expect(await score({ score: '101' })).toMatchObject({ problems: [{ path: 'input.score' }] })
  const kept = fen(await world.held(`deposit:institution:${HOSPITAL}:${POOL}`))
  const before = await owed()
  const release = await score()
  expect(release).toMatchObject({ year: '2026', score: '92.50', share: '0.9000', state: 'OPEN' })
  expect(fen(release.kept)).toBe(kept)
  expect(fen(release.amount)).toBe((kept * 9n + 5n) / 10n)
  expect((await owed()) - before).toBe(fen(release.amount))
  expect(await score()).toMatchObject({ code: 'NOTHING_KEPT' })
  expect(await score({ score: '95' })).toMatchObject({ code: 'SCORED_OTHERWISE' })
  const batch = await world.ask(CLERK, BATCH, { input: {} })
  const rows = [['1', HOSPITAL, batch.amount, 'PAID', 'B9', '']]
  const file = resultOf(batch.number, rows)
  const twice = await Promise.all([1, 2].map(() => world.ask(CLERK, IMPORT_RESULT, { batch: batch.id, file })))
  expect(twice.map(({ paid, repeated }) => `${paid} paid, ${repeated} repeated`).toSorted()).toEqual([
    '0 paid, 1 repeated',
    '1 paid, 0 repeated',
  ])
  expect(await owed()).toBe(0n)
})

test('statements, what is in them, and the ledger agree', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
