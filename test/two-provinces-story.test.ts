import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPersons } from '../demo/persons.ts'
import { clearingOf, fen, onStatement, step } from './clearing-world.ts'
import { announcing } from './exchange-stays.ts'
import { openProvince, type ProvinceProcess } from './province-processes.ts'
import { SHOW } from './two-provinces.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { FILE, OUTCOME } from './world-queries.ts'
import type { Data } from './world.ts'

// The whole of it with real processes, databases and clocks: somebody of Gansu files for Ningbo, is admitted and discharged there,
// pays their part; the bill is taken back and settled rightly; the month is cleared with the hospital and between the two; and both
// provinces have the same.

const [HOME, PLACE] = ['62', '33']
const [POOL, AGENCY] = ['629900', '330200']
const NINGBO = 'H33020000001'
const CLERK = `clerk-${AGENCY}`
/** Who speak for the two provinces. */
const [HOME_CLERK, PLACE_CLERK] = [`clerk-${POOL}`, 'clerk-339900']
const RECEIVABLE = `receivable:province:${AGENCY}:${HOME}`
const PAYABLE = `payable:province:${POOL}:${PLACE}`
/** Then the month of the bills is over. */
const DAYS = 35

let home: ProvinceProcess
let place: ProvinceProcess
beforeAll(async () => {
  const clerk = { kind: 'staff', login: PLACE_CLERK, label: '浙江省本级 clerk', pool: '339900' } as const
  ;[home, place] = await Promise.all([openProvince(HOME), openProvince(PLACE, [clerk])])
  await Promise.all([home.introduce(place), place.introduce(home)])
}, 240_000)
afterAll(() => Promise.all([home?.close(), place?.close()]))

const employee = demoPersons().find((one) => one.label.startsWith(POOL) && one.label.includes('active'))
if (employee === undefined) throw new Error('the demo has an employee')
const person = employee

const REJECTION = '... on Rejection { code message { en } problems { path code } }'
const SETTLED = `__typename ... on Settlement { id total fundTotal account cash insuredPool reverses { id } }
  ... on SettlementPending { requestId } ${REJECTION}`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) { ${SETTLED} } }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) { ${SETTLED} } }`
const MINE = `{ settlements(first: 100) { ... on SettlementConnection {
  edges { node { total fundTotal account cash institutionCode reverses { id } } } } } }`

const only = (data: Data): Data => Object.values(data)[0]
const atPlace = async (query: string, variables: object, requestId: string = randomUUID()): Promise<Data> =>
  only(await place.as(NINGBO, query, { requestId, ...variables }))
const asPerson = async (query: string, variables: object = {}): Promise<Data> =>
  only(await home.as(person.personNumber, query, { requestId: randomUUID(), ...variables }))

async function held({ admin }: ProvinceProcess, account: string): Promise<bigint> {
  const { rows } = await admin.query(
    'select coalesce(sum(amount), 0)::text as fen from settlement.ledger_entry where account = $1',
    [account],
  )
  return BigInt(rows[0].fen)
}

/** What the two sides have, in fen; that of one is that of the other. */
async function owed(): Promise<bigint> {
  const payable = await held(home, PAYABLE)
  expect(await held(place, RECEIVABLE)).toBe(-payable)
  return payable
}

const today = Temporal.Now.plainDateISO('Asia/Shanghai')
const dayBefore = (days: number, time: string) => `${today.subtract({ days }).toString()}T${time}+08:00`
const begin = dayBefore(3, '09:00:00')
const end = dayBefore(1, '10:00:00')
const diagnoses = [{ code: 'J18.900', name: '肺炎' }]
const visit = 'ZY-STORY-1'

/** The discharge bill, of so many yuan. */
const billOf = (price: number) => ({
  ...bill({ careType: '21', begin, end, lines: [{ code: CLASS_A, price, quantity: 1, time: begin }] }),
  credential: { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber },
  insuredPool: POOL,
  visit,
})

const amounts = ({ total, fundTotal, account, cash }: Data) => ({ total, fundTotal, account, cash })
const sideOf = async ({ admin }: ProvinceProcess): Promise<string[]> => {
  const { rows } = await admin.query(
    `select concat_ws(' ', visit, total, in_scope, fund_total, account, cash, reverses is not null) as bill
     from settlement.settlement where visit = $1 order by total, bill`,
    [visit],
  )
  return rows.map((row) => row.bill)
}

test('filed, admitted, discharged, taken back, settled again, cleared: both provinces have the same, to the fen', async () => {
  const input = { type: 'LONG_TERM', destination: AGENCY, ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }
  expect(await asPerson(FILE, { input })).toMatchObject({ __typename: 'Filing', state: 'EFFECTIVE' })

  const credential = { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber }
  const shown = await atPlace(SHOW, { credential, insuredPool: POOL })
  expect(shown).toMatchObject({ name: person.name, isFiled: true })
  const stay = { insuredPool: POOL, insuredId: person.insuredId, visit, careType: '21', department: 'A03', diagnoses }
  expect(await atPlace(announcing('Admission'), { input: { ...stay, begin } })).toMatchObject({ isRecorded: true })
  expect(await atPlace(announcing('Discharge'), { input: { visit, end, way: 'ON_ORDER' } })).toMatchObject({
    state: 'DISCHARGED',
    isRecorded: true,
  })

  const request = randomUUID()
  const wrong = await atPlace(SETTLE, { input: billOf(6000) }, request)
  expect(wrong).toMatchObject({ __typename: 'Settlement', total: '6000.00', insuredPool: POOL })
  expect(await atPlace(SETTLE, { input: billOf(6000) }, randomUUID())).toMatchObject({ code: expect.any(String) })
  expect(await owed()).toBe(fen(wrong.fundTotal) + fen(wrong.account))
  const reversal = await atPlace(REVERSE, { settlement: wrong.id })
  expect(reversal).toMatchObject({ total: '-6000.00', reverses: { id: wrong.id } })
  expect(await owed()).toBe(0n)

  const again = randomUUID()
  const corrected = billOf(5000)
  const settled = await atPlace(SETTLE, { input: corrected }, again)
  expect(settled).toMatchObject({ __typename: 'Settlement', total: '5000.00' })
  expect(await atPlace(SETTLE, { input: corrected }, again)).toEqual(settled)
  for (const [id, settlement, state] of [
    [request, wrong, 'ANNULLED'],
    [again, settled, 'COMMITTED'],
  ])
    expect(await atPlace(OUTCOME, {}, id)).toMatchObject({ state, settlement: { id: settlement.id } })
  const owing = fen(settled.fundTotal) + fen(settled.account)
  expect(await owed()).toBe(owing)

  // What the person sees at home is what the hospital has.
  const mine: Data[] = (await asPerson(MINE)).edges.map(({ node }: Data) => node)
  const theirs = mine.filter((one) => one.institutionCode === NINGBO)
  expect(theirs.map(amounts)).toEqual([settled, reversal, wrong].map(amounts))
  expect(await sideOf(home)).toEqual(await sideOf(place))

  await clearMonth(settled)
  expect(await owed()).toBe(owing)
  await clearBetween(owing)
  expect(await owed()).toBe(0n)
  for (const side of [home, place]) expect(await side.verify()).toMatchObject({ code: 0 })
}, 400_000)

/** The hospital declares the month when it is over, and its bureau owes it what it owes for everybody. */
async function clearMonth(settled: Data): Promise<void> {
  const month = today.toPlainYearMonth().toString()
  const clearing = clearingOf({
    ...place,
    addPerson: () => Promise.reject(new Error('nobody')),
    time: { now: Temporal.Now.instant() },
  })
  await clearing.reconcile(NINGBO)
  await Promise.all([home.restart(DAYS), place.restart(DAYS)])
  const { statements } = await clearing.declare(month, NINGBO)
  expect(statements).toMatchObject([
    {
      pool: AGENCY,
      insuredPool: POOL,
      fundPart: settled.fundTotal,
      accountPart: settled.account,
      settlements: 3,
      reversals: 1,
    },
  ])
  const of = { statement: statements[0].id }
  await clearing.ask(CLERK, onStatement('startCheck'), of)
  await clearing.ask(CLERK, onStatement('finishCheck'), of)
  const confirmed = await clearing.ask(NINGBO, onStatement('confirmStatement'), of)
  expect(confirmed).toMatchObject({ state: 'CONFIRMED', deducted: '0.00' })
  expect(fen(confirmed.transfer) + fen(confirmed.deposit)).toBe(fen(settled.fundTotal) + fen(settled.account))
}

const NET = '... on NetStatement { id state count amount }'
const PAYMENT = '... on NetPayment { id isReceived amount }'
const DECLARE = step('declareNet', '$province: String!, $month: String!', 'province: $province, month: $month', NET)
const CONFIRM = step('confirmNet', '$statement: ID!', 'statement: $statement', NET)
const PAY = step(
  'payNet',
  '$province: String!, $statements: [ID!]!, $amount: Money!, $bankReference: String!, $paidOn: Date!',
  'province: $province, statements: $statements, amount: $amount, bankReference: $bankReference, paidOn: $paidOn',
  PAYMENT,
)
const RECEIVE = step('receiveNet', '$payment: ID!, $amount: Money!', 'payment: $payment, amount: $amount', PAYMENT)
const STATEMENTS = `{ netStatements(first: 100) { ... on NetStatementConnection { edges { node { id state count amount } } } } }`
const PAYMENTS = `{ netPayments(first: 100) { ... on NetPaymentConnection { edges { node { id isReceived amount } } } } }`

/** Looks again until what the other platform has said is there: its workers say it within seconds. */
async function until(look: () => Promise<Data[]>, state: object): Promise<Data> {
  for (const last = performance.now() + 90_000; ; await sleep(500)) {
    const found = await look()
    const known = found.find((each) => Object.entries(state).every(([name, value]) => each[name] === value))
    if (known !== undefined) return known
    if (performance.now() > last) throw new Error(`${JSON.stringify(state)} did not come: ${JSON.stringify(found)}`)
  }
}
const nodes = (data: Data): Data[] => only(data).edges.map(({ node }: Data) => node)

const statementsAt = (side: ProvinceProcess, clerk: string) => async () => nodes(await side.as(clerk, STATEMENTS))

/** What the one province owes the other for the month is declared, agreed to, paid and received. */
async function clearBetween(owing: bigint): Promise<void> {
  const atHome = async (query: string, variables: object): Promise<Data> =>
    only(await home.as(HOME_CLERK, query, { requestId: randomUUID(), ...variables }))
  const there = async (query: string, variables: object): Promise<Data> =>
    only(await place.as(PLACE_CLERK, query, { requestId: randomUUID(), ...variables }))

  const declared = await there(DECLARE, { province: HOME, month: today.toPlainYearMonth().toString() })
  expect(declared).toMatchObject({ state: 'DECLARED', count: 3 })
  const { id, amount } = declared
  expect(fen(amount)).toBe(owing)
  expect(await until(statementsAt(home, HOME_CLERK), { id, state: 'DECLARED' })).toMatchObject({ amount, count: 3 })
  expect(await atHome(CONFIRM, { statement: id })).toMatchObject({ state: 'CONFIRMED', amount })
  await until(statementsAt(place, PLACE_CLERK), { id, state: 'CONFIRMED' })

  const paidOn = today.add({ days: DAYS }).toString()
  const paying = { province: PLACE, statements: [id], amount, bankReference: 'N-1', paidOn }
  const payment = await atHome(PAY, paying)
  expect(payment).toMatchObject({ isReceived: false, amount })
  await until(async () => nodes(await place.as(PLACE_CLERK, PAYMENTS)), { id: payment.id })
  expect(await there(RECEIVE, { payment: payment.id, amount })).toMatchObject({ isReceived: true })
  await until(statementsAt(home, HOME_CLERK), { id, state: 'RECEIVED' })
  await until(statementsAt(place, PLACE_CLERK), { id, state: 'RECEIVED' })
}
