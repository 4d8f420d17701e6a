import { randomUUID } from 'node:crypto'
import { giveBackReversed } from '@yibao/settlement/commands/give-back'
import { countBudget, listCountable } from '@yibao/settlement/store/province-budget'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  GANSU,
  HOME_POOL,
  NINGBO,
  NINGBO_CLERK,
  openAwayWorld,
  PAYABLE,
  PLACE_POOL,
  RECEIVABLE,
  type AwayWorld,
} from './away-world.ts'
import {
  BATCH,
  CONFIRM_ACCOUNT,
  DEDUCT,
  ENTER_ACCOUNT,
  IMPORT_RESULT,
  onStatement,
  resultOf,
} from './clearing-world.ts'
import { DECLARE_TO_POOL } from './pool-clearing-world.ts'
import { HOME_CLERK, PLACE_CLERK } from './province-money.ts'
import type { Data } from './world.ts'

// The hospital is paid where it is, by the agreement it has there; what is deducted of it both provinces know, and neither
// a pool there nor the clearing at home has anything to do with it.

let world: AwayWorld
let settled: Data
let statement: Data
beforeAll(async () => {
  world = await openAwayWorld()
  settled = await world.settle(await world.filedPerson(), 10_000)
  expect(settled).toMatchObject({ __typename: 'Settlement', fundTotal: '8415.00', account: '500.00' })
})
afterAll(() => world.close())

/** What the one is owed and the other owes, which is the same. */
async function owed(): Promise<string> {
  const [there, here] = await Promise.all([world.held(world.place, RECEIVABLE), world.held(world.home, PAYABLE)])
  expect(there).toBe(here === '0.00' ? here : `-${here}`)
  return here
}
const balanceHere = (account: string) => world.held(world.place, account)
const ask = (who: string, query: string, variables: object) => world.clearing.ask(who, query, variables)

test('a statement of persons insured elsewhere is declared, checked and confirmed, and no pool here owes it', async () => {
  expect(await owed()).toBe('8915.00')
  await world.clearing.reconcile(NINGBO)
  world.at('2026-12-02T09:00:00+08:00')
  const { statements } = await world.clearing.declare('2026-11', NINGBO)
  ;[statement] = statements
  expect(statement).toMatchObject({
    pool: PLACE_POOL,
    insuredPool: HOME_POOL,
    fundPart: '8415.00',
    accountPart: '500.00',
  })
  const of = { statement: statement.id }
  await ask(NINGBO_CLERK, onStatement('startCheck'), of)
  const deducting = { ...of, settlement: settled.id, amount: '100.00', reason: 'OVERCHARGED', words: '重复收费' }
  const deducted = await world.whileHomeIsDown(async () => {
    const answer = await ask(NINGBO_CLERK, DEDUCT, { input: deducting })
    await world.talk()
    return answer
  })
  expect(deducted).toMatchObject({ amount: '100.00' })
  expect(await balanceHere(RECEIVABLE)).toBe('-8815.00')
  await world.talk()
  expect(await owed()).toBe('8815.00')
  await ask(NINGBO_CLERK, onStatement('finishCheck'), of)
  const confirmed = await ask(NINGBO, onStatement('confirmStatement'), of)
  expect(confirmed).toMatchObject({ state: 'CONFIRMED', deducted: '100.00', deposit: '415.75', transfer: '8399.25' })
  for (const account of [`due:${HOME_POOL}:${PLACE_POOL}`, `claim:${PLACE_POOL}:${HOME_POOL}`])
    expect(await balanceHere(account)).toBe('0.00')
  expect(await ask(NINGBO_CLERK, DECLARE_TO_POOL, { debtor: HOME_POOL, month: '2026-11' })).toMatchObject({
    code: 'NOTHING_TO_DECLARE',
  })
  expect(await world.proven()).toEqual([])
})

test('at home such a bill is nobody’s to declare: its institution is cleared where it is', async () => {
  await world.home.admin.query(
    `insert into settlement.reconciled (insured_id, settlement_id, institution, run_id, at)
     select insured_id, id, institution, gen_random_uuid(), now() from settlement.settlement where institution = $1`,
    [NINGBO],
  )
  const query = `mutation ($requestId: ID!, $input: DeclareMonthInput!) { declareMonth(requestId: $requestId, input: $input) {
    __typename ... on Rejection { code } } }`
  const input = { month: '2026-11', institution: NINGBO }
  const { declareMonth } = await world.home.as(HOME_CLERK, query, { requestId: randomUUID(), input })
  expect(declareMonth).toMatchObject({ code: 'NOTHING_TO_DECLARE' })
})

test('the hospital gets what its own bureau owes it, whether the other province has paid or not', async () => {
  world.place.letIn({ kind: 'staff', login: 'ningbo-second', label: '复核 second clerk', pool: PLACE_POOL })
  const input = { holder: '示范户', number: '6222020200012345678', bankName: '示范银行', bankCode: '105821000018' }
  const account = await ask(NINGBO, ENTER_ACCOUNT, { input })
  for (const clerk of [NINGBO_CLERK, 'ningbo-second']) await ask(clerk, CONFIRM_ACCOUNT, { account: account.id })
  const batch = await ask(NINGBO_CLERK, BATCH, { input: {} })
  const file = resultOf(batch.number, [['1', NINGBO, batch.amount, 'PAID', 'B1', '']])
  expect(await ask(NINGBO_CLERK, IMPORT_RESULT, { batch: batch.id, file })).toMatchObject({ paid: 1 })
  expect(await balanceHere(`payable:institution:${NINGBO}`)).toBe('0.00')
  expect(await owed()).toBe('8815.00')
  expect(await world.proven()).toEqual([])
})

test('taken back after it was cleared, what was deducted is given back by rule and told; nothing is owed any more', async () => {
  expect(await world.reverse(settled.id)).toMatchObject({ __typename: 'Settlement', total: '-10000.00' })
  await giveBackReversed(world.services.place, NINGBO)
  await world.talk()
  expect(await owed()).toBe('0.00')
  expect(await world.proven()).toEqual([])
})

const SET = `mutation ($requestId: ID!, $province: String!, $limit: Money) {
  setProvinceLimit(requestId: $requestId, province: $province, limit: $limit, paperNumber: "浙甘〔2026〕1号") {
    ... on ProvinceLimited { positions { side used limit { taken isInForce } } } ... on Rejection { code } } }`

test('beyond the hard limit of a contract nothing is committed at home; a reversal makes room again, once', async () => {
  const { hot } = world.place.platform.databases.settlement
  const first = await world.settle(await world.filedPerson(), 5000)
  expect(first).toMatchObject({ __typename: 'Settlement' })
  const before = await owed()
  await world.atPlace(SET, { province: GANSU, limit: '9000.00' }, PLACE_CLERK)
  await new Promise((read) => setTimeout(read, 1100))
  await world.place.admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
  expect(await listCountable(hot)).toEqual([GANSU])
  await countBudget(hot, GANSU)
  // 4,415.00 is owed; 500 of an account and 3,915 of funds each, two more are one too many.
  const persons = await Promise.all([1, 2, 3].map(() => world.filedPerson()))
  const answers = await Promise.all(persons.map((one) => world.settle(one, 5000)))
  const stands = answers.filter((one) => one.__typename === 'Settlement')
  const refused = answers.filter((one) => one.__typename !== 'Settlement')
  expect(stands).toHaveLength(1)
  for (const one of refused) expect(one).toMatchObject({ code: 'PROVINCE_LIMIT', problems: [{ path: 'insuredPool' }] })
  expect(Number(await owed())).toBe(Number(before) * 2)
  await world.reverse(first.id)
  expect(await owed()).toBe(before)
  // The bill was there before the limit was: what it makes room for is seen by the next count.
  await countBudget(hot, GANSU)
  expect(await world.settle(await world.filedPerson(), 5000)).toMatchObject({ __typename: 'Settlement' })
  expect(await world.settle(await world.filedPerson(), 5000)).toMatchObject({ code: 'PROVINCE_LIMIT' })
  await countBudget(hot, GANSU)
  const [{ limit }] = (await world.atPlace(SET, { province: GANSU, limit: '9000.00' })).positions.filter(
    (one: Data) => one.side === 'HOLDER',
  )
  expect(limit).toEqual({ taken: await owed(), isInForce: true })
  expect(await world.proven()).toEqual([])
})
