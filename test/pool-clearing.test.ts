import { randomUUID } from 'node:crypto'
import { foldEntries } from '@yibao/settlement/store/fold-ledger'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEDUCT, DEDUCTIONS, difference, fen, IMPORT_DIFFERENCES, onStatement } from './clearing-world.ts'
import { CONFIRM, DISPUTE, PAY, poolClearingOf, RECEIVE, WITHDRAW } from './pool-clearing-world.ts'
import { admission, chargesOf, settlementOf, visitsThrough } from './visit-gateway.ts'
import { fresh } from './visit-world.ts'
import { expectPutAway } from './put-away.ts'
import { CLASS_A } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// A person of one pool in a hospital of another: the bureau there checks and pays, the pool at home owes it, both see it,
// and the books of both agree at every step.

const [HOME, AWAY] = ['629900', '620100']
const [HOME_CLERK, AWAY_CLERK, SECOND] = ['clerk-629900', 'clerk-620100', 'second-620100']
const HOSPITAL = 'H62010000001'
const NOBODYS_CLERK = 'clerk-620200'
const PAYABLE = `payable:institution:${HOSPITAL}`
const [DUE, CLAIM] = [`due:${HOME}:${AWAY}`, `claim:${AWAY}:${HOME}`]

let world: World & ReturnType<typeof poolClearingOf>
let patient: WorldPerson
let november: Data
let settled: Data
beforeAll(async () => {
  const opened = await openWorld()
  opened.letIn({ kind: 'staff', login: SECOND, label: '复核 second clerk', pool: AWAY })
  world = { ...opened, ...poolClearingOf(opened) }
  patient = await world.addPatient(300, HOME)
})
afterAll(() => world.close())

const verified = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches
/** The balance of an account as somebody sees it; null to whoever may not know of it. */
async function seen(name: string, account: string): Promise<string | null> {
  const query = `query ($account: String!) { ledgerBalance(account: $account) {
    ... on LedgerAccount { kind pool otherPool balance } ... on Rejection { code } } }`
  return (await world.ask(name, query, { account })).balance ?? null
}
const agreed = { agree: true, onTheWay: '0.00' }

test('somebody is admitted in the other city, settled, taken back and settled again: both bureaus see every bill', async () => {
  const { write, ask } = visitsThrough(world, HOSPITAL)
  const visit = fresh('A')
  expect(await write('openVisit', admission(visit, patient.cardNumber))).toMatchObject({ state: 'OPEN' })
  await write('uploadLines', { visit, lines: chargesOf(6000, 3210.45) })
  await write('discharge', { visit, end: '2026-11-20T10:00:00+08:00', way: 'ON_ORDER' })
  const settle = () => write('settleVisit', settlementOf(visit, patient.cardNumber, '9210.45'))
  const first = await settle()
  expect(first).toMatchObject({ __typename: 'Settlement' })
  await ask('reverse', { requestId: fresh('r'), settlement: first.id })
  settled = await settle()
  expect(settled).toMatchObject({ __typename: 'Settlement', fundTotal: first.fundTotal })
  const query = `query ($id: ID!) { settlement(id: $id) { ... on Settlement { insuredPool clearingAgency } ... on Rejection { code } } }`
  for (const clerk of [HOME_CLERK, AWAY_CLERK]) {
    expect(await world.ask(clerk, query, { id: settled.id })).toEqual({ insuredPool: HOME, clearingAgency: AWAY })
  }
  expect(await world.ask(NOBODYS_CLERK, query, { id: settled.id })).toEqual({ code: 'NOT_FOUND' })
})

test('the hospital declares once; the bureau there checks it, the pool at home reads and decides nothing', async () => {
  const local = await world.addPatient(0, AWAY)
  await world.settle(local, [{ code: CLASS_A, price: 700 }], {}, HOSPITAL)
  await world.reconcile(HOSPITAL)
  world.at('2026-12-02T09:00:00+08:00')
  const { statements } = await world.declare('2026-11', HOSPITAL)
  expect(statements.map((one: Data) => one.pool)).toEqual([AWAY, AWAY])
  ;[november] = statements.filter((one: Data) => one.clearingType === '21')
  expect(november).toMatchObject({ settlements: 3, reversals: 1, total: '9210.45' })
  const borne = await world.statements(HOME_CLERK)
  expect(borne.map((one) => one.id)).toEqual([november.id])
  expect(await world.statements(AWAY_CLERK)).toHaveLength(2)
  expect(await world.statements(NOBODYS_CLERK)).toEqual([])
  expect(await world.items(november.id, HOME_CLERK)).toHaveLength(3)
  for (const name of ['startCheck', 'finishCheck', 'confirmStatement', 'withdrawStatement']) {
    expect(await world.ask(HOME_CLERK, onStatement(name), { statement: november.id })).toMatchObject({
      code: 'NOT_FOUND',
    })
  }
  expect(await world.ask(AWAY_CLERK, onStatement('startCheck'), { statement: november.id })).toMatchObject({
    state: 'CHECKING',
  })
})

test('what is deducted goes back to the funds at home, and nobody else books a difference on them', async () => {
  const fund = `fund:${HOME}:310:310100`
  const before = await world.held(fund)
  const input = {
    statement: november.id,
    settlement: settled.id,
    amount: '120.50',
    reason: 'OVERCHARGED',
    words: '重复收费',
  }
  expect(await world.ask(HOME_CLERK, DEDUCT, { input })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.ask(AWAY_CLERK, DEDUCT, { input })).toMatchObject({ amount: '120.50' })
  const entry = difference({ institution: HOSPITAL, clearingType: '21', insuredPool: HOME, document: randomUUID() })
  expect(await world.ask(AWAY_CLERK, IMPORT_DIFFERENCES, { entries: [entry] })).toMatchObject({
    code: 'OTHER_POOL',
    problems: [{ path: 'entries[0].insuredPool' }],
  })
  expect(await world.ask(AWAY_CLERK, IMPORT_DIFFERENCES, { entries: [{ ...entry, insuredPool: 'x' }] })).toMatchObject({
    problems: [{ path: 'entries[0].insuredPool' }],
  })
  expect(fen(await world.held(fund)) - fen(before)).toBe(12_050n)
  for (const clerk of [HOME_CLERK, AWAY_CLERK]) {
    expect((await world.ask(clerk, DEDUCTIONS, { statement: november.id })).edges).toHaveLength(1)
  }
  expect(await world.statement(november.id, HOME_CLERK)).toMatchObject({ deducted: '120.50', difference: '0.00' })
})

/** What of a statement the pools owe each other. */
const owed = ({ transfer, deposit }: Data) => fen(transfer) + fen(deposit)

test('confirmed, the pool at home owes the bureau what the hospital gets and what is kept back; then the hospital is paid', async () => {
  expect(await world.declareTo(AWAY_CLERK, HOME, '2026-11')).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
  await world.ask(AWAY_CLERK, onStatement('finishCheck'), { statement: november.id })
  november = await world.ask(HOSPITAL, onStatement('confirmStatement'), { statement: november.id })
  expect(november).toMatchObject({ state: 'CONFIRMED' })
  expect(fen(await world.held(DUE))).toBe(owed(november))
  expect(fen(await world.held(CLAIM))).toBe(-owed(november))
  const [local] = (await world.statements(AWAY_CLERK)).filter((one) => one.id !== november.id)
  await world.confirm(local?.id, AWAY_CLERK, HOSPITAL)
  const batch = await world.payHospital(HOSPITAL, [AWAY_CLERK, SECOND])
  expect(fen(batch.amount)).toBe(fen(november.transfer) + fen(local?.transfer))
  expect(await world.held(PAYABLE)).toBe('0.00')
  expect(await world.statement(november.id, HOME_CLERK)).toMatchObject({ state: 'PAID' })
  expect(await world.books(HOME_CLERK, HOME, AWAY)).toMatchObject({ ...agreed, due: await world.held(DUE) })
  expect(await verified()).toEqual([])
})

test('what a pool owes is seen in its own books only, before and after folding', async () => {
  for (const fold of [false, true]) {
    if (fold) await foldEntries(world.platform.databases.settlement)
    const amount = await world.held(DUE)
    expect(await seen(HOME_CLERK, DUE)).toBe(amount)
    expect(await seen(AWAY_CLERK, CLAIM)).toBe(`-${amount}`)
    expect(await seen('auditor', CLAIM)).toBe(`-${amount}`)
    for (const [name, account] of [
      [HOME_CLERK, CLAIM],
      [AWAY_CLERK, DUE],
      [HOSPITAL, DUE],
      [NOBODYS_CLERK, CLAIM],
      [patient.personNumber, DUE],
    ] as const) {
      expect(await seen(name, account), `${name} ${account}`).toBe(null)
    }
    // Each pool's books are balanced by themselves: neither owes the hospital anything any more.
    for (const clerk of [HOME_CLERK, AWAY_CLERK]) expect(await seen(clerk, PAYABLE)).toBe('0.00')
  }
})

test('what was declared is disputed with a reason and taken back by the creditor; declared again it is confirmed', async () => {
  const { statements } = await world.declareTo(AWAY_CLERK, HOME, '2026-11')
  expect(statements).toMatchObject([
    {
      creditor: AWAY,
      debtor: HOME,
      insuranceType: '310',
      state: 'DECLARED',
      statements: 1,
      settlements: 3,
      reversals: 1,
      deducted: '120.50',
      difference: '0.00',
      declaredOn: '2026-12-02',
      // Thirty working days; 1 January is none, though its year is not published.
      dueOn: '2027-01-14',
      isOverdue: false,
    },
  ])
  const [{ id, amount }] = statements
  expect(fen(amount)).toBe(owed(november))
  expect(await world.declareTo(AWAY_CLERK, HOME, '2026-11')).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
  const dispute = { statement: id, reason: '扣款未计入', statements: [november.id] }
  expect(await world.ask(AWAY_CLERK, DISPUTE, dispute)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.ask(HOME_CLERK, DISPUTE, { ...dispute, statements: [id] })).toMatchObject({
    code: 'NOT_IN_STATEMENT',
  })
  const disputed = await world.ask(HOME_CLERK, DISPUTE, dispute)
  expect(disputed).toMatchObject({
    state: 'DISPUTED',
    history: [{ state: 'DECLARED' }, { state: 'DISPUTED', words: '扣款未计入', disputed: [november.id] }],
  })
  expect(disputed.history.map((one: Data) => one.by.split(':')[1])).toEqual([AWAY, HOME])
  expect(await world.ask(HOME_CLERK, CONFIRM, { statement: id })).toMatchObject({ code: 'WRONG_STATE' })
  expect(await world.ask(HOME_CLERK, WITHDRAW, { statement: id })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.ask(AWAY_CLERK, WITHDRAW, { statement: id })).toMatchObject({ state: 'WITHDRAWN' })
  expect((await world.poolItems(AWAY_CLERK, id)).edges).toEqual([])
  world.at('2026-12-02T10:00:00+08:00')
  const again = await world.declareTo(AWAY_CLERK, HOME, '2026-11')
  expect(again.statements).toMatchObject([{ amount }])
  const next = again.statements[0].id
  expect(await world.ask(AWAY_CLERK, CONFIRM, { statement: next })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.ask(HOME_CLERK, CONFIRM, { statement: next })).toMatchObject({ state: 'CONFIRMED' })
})

test('paid and received, nothing is owed by either book, and the pool at home has paid what its funds and accounts gave', async () => {
  const { edges } = await world.poolStatements(HOME_CLERK, { state: 'CONFIRMED' })
  const [
    {
      node: { id },
    },
  ] = edges
  const { amount } = await world.poolStatement(HOME_CLERK, id)
  const pay = (change: object = {}, name = HOME_CLERK) =>
    world.ask(name, PAY, { statement: id, bankReference: 'P2026-1', paidOn: '2026-12-02', ...change })
  expect(await world.ask(AWAY_CLERK, RECEIVE, { statement: id, amount })).toMatchObject({ code: 'WRONG_STATE' })
  expect(await pay({}, AWAY_CLERK)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await pay({ paidOn: '2026-12-03' })).toMatchObject({ problems: [{ path: 'paidOn' }] })
  expect(await pay({ bankReference: '' })).toMatchObject({ problems: [{ path: 'bankReference' }] })
  expect(await pay()).toMatchObject({ state: 'PAID', paidOn: '2026-12-02', bankReference: 'P2026-1' })
  expect(await pay()).toMatchObject({ code: 'WRONG_STATE' })
  expect(await world.books(AWAY_CLERK, HOME, AWAY)).toMatchObject({
    due: '0.00',
    claim: amount,
    onTheWay: amount,
    agree: true,
  })
  expect(await world.ask(AWAY_CLERK, RECEIVE, { statement: id, amount: '1.00' })).toMatchObject({
    code: 'OTHER_AMOUNT',
  })
  expect(await world.ask(AWAY_CLERK, RECEIVE, { statement: id, amount })).toMatchObject({
    state: 'RECEIVED',
    history: [
      { state: 'DECLARED' },
      { state: 'CONFIRMED' },
      { state: 'PAID', words: 'P2026-1' },
      { state: 'RECEIVED' },
    ],
  })
  for (const account of [DUE, CLAIM, PAYABLE]) expect(await world.held(account), account).toBe('0.00')
  expect(await world.held(`bank:${HOME}`)).toBe(amount)
  expect(await world.books(HOME_CLERK, HOME, AWAY)).toEqual({
    debtor: HOME,
    creditor: AWAY,
    due: '0.00',
    claim: '0.00',
    ...agreed,
  })
  expect(await verified()).toEqual([])
})

test('a reversal after closing is a correction; what comes to less than nothing is set off against what follows', async () => {
  world.at('2026-12-10T09:00:00+08:00')
  expect(await world.reverse(settled.id, HOSPITAL)).toMatchObject({ correction: true })
  await world.reconcile(HOSPITAL)
  world.at('2027-01-05T09:00:00+08:00')
  const { statements } = await world.declare('2026-12', HOSPITAL)
  expect(statements).toMatchObject([{ pool: AWAY, settlements: 1, reversals: 1 }])
  const december = await world.confirm(statements[0].id, AWAY_CLERK, HOSPITAL)
  expect(owed(december)).toBeLessThan(0n)
  expect(fen(await world.held(DUE))).toBe(owed(december))
  expect(await world.books(AWAY_CLERK, HOME, AWAY)).toMatchObject(agreed)
  expect(await world.declareTo(AWAY_CLERK, HOME, '2026-12')).toMatchObject({ code: 'NOTHING_LEFT_TO_PAY' })

  const other = await world.addPatient(0, HOME)
  await world.settle(
    other,
    [{ code: CLASS_A, price: 90_000 }],
    { careType: '21', begin: '2027-01-04T08:00:00+08:00' },
    HOSPITAL,
  )
  await world.reconcile(HOSPITAL)
  world.at('2027-02-02T09:00:00+08:00')
  const [january] = (await world.declare('2027-01', HOSPITAL)).statements
  const confirmed = await world.confirm(january.id, AWAY_CLERK, HOSPITAL)
  const both = await world.declareTo(AWAY_CLERK, HOME, '2027-01')
  expect(both.statements).toMatchObject([{ statements: 2, month: '2027-01' }])
  expect(fen(both.statements[0].amount)).toBe(owed(december) + owed(confirmed))
  const first = await world.poolItems(HOME_CLERK, both.statements[0].id, { first: 1 })
  expect(first.edges).toMatchObject([{ node: { statement: { id: december.id, institution: { code: HOSPITAL } } } }])
  const { endCursor: after } = first.pageInfo
  expect((await world.poolItems(HOME_CLERK, both.statements[0].id, { first: 1, after })).edges).toMatchObject([
    { node: { statement: { id: january.id } } },
  ])
  expect(await verified()).toEqual([])

  const books = await world.books(HOME_CLERK, HOME, AWAY)
  await expectPutAway(world.platform.databases.settlement, '2027-01')
  expect(await world.books(HOME_CLERK, HOME, AWAY)).toEqual(books)
  expect(books).not.toMatchObject({ due: '0.00' })
})
