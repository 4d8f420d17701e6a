import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, SETTLE } from './world-bill.ts'
import { openProcesses, RECENTLY, type Processes } from './world-processes.ts'
import type { Data, WorldPerson } from './world.ts'

// Three processes of the platform on one database, each with its own memory, queue and connections.

const HOSPITAL = 'H62990000001'
const POOL = '629900'
const ANNUL = `mutation ($requestId: ID!, $target: ID!) {
  annul(requestId: $requestId, target: $target) {
    __typename
    ... on Annulment { settlement { id } reversal { id total account pool cash } }
    ... on Rejection { code }
  }
}`
const OUTCOME = `query ($requestId: ID!) {
  outcome(requestId: $requestId) { ... on Outcome { state settlement { id } reversal { id } } }
}`

let platform: Processes
beforeAll(async () => {
  platform = await openProcesses(3)
  // Before the first race every process has a token and has compiled what it will be asked.
  await Promise.all([0, 1, 2].map((number) => platform.as(number, HOSPITAL, OUTCOME, { requestId: 'warm-up' })))
}, 120_000)
afterAll(() => platform.close())

const addPerson = (account: number): Promise<WorldPerson> =>
  platform.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool: POOL, current: account },
  })
const billOf = (person: WorldPerson) => bill({ card: person.cardNumber, begin: RECENTLY })

const settle = async (number: number, requestId: string, input: object): Promise<Data> =>
  (await platform.as(number, HOSPITAL, SETTLE, { requestId, input })).settle
const annul = async (number: number, requestId: string, target: string): Promise<Data> =>
  (await platform.as(number, HOSPITAL, ANNUL, { requestId, target })).annul
const outcome = async (requestId: string): Promise<Data> =>
  (await platform.as(0, HOSPITAL, OUTCOME, { requestId })).outcome

const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))
const fen = (amounts: readonly string[]) => amounts.reduce((sum, one) => sum + Math.round(Number(one) * 100), 0)

/** What the database holds of a person: how many settlements, the account, what was consumed, the ledger's sum. */
async function booksOf({ insuredId }: WorldPerson): Promise<Data> {
  const { rows } = await platform.admin.query(
    `select (select count(*)::int from settlement.settlement where insured_id = $1) as settlements,
       (select count(*)::int from settlement.request where insured_id = $1) as requests,
       (select balance::int from settlement.account where insured_id = $1 and kind = 'CURRENT') as account,
       (select coalesce(sum(amount), 0)::int from settlement.ledger_entry where insured_id = $1) as ledger,
       (select coalesce(jsonb_object_agg(name, amount), '{}') from settlement.counter where insured_id = $1) as counters`,
    [insuredId],
  )
  return rows[0]
}

test('64 bills of one person at once through three processes never overdraw the account nor exceed deductible or cap', async () => {
  const person = await addPerson(600)
  const answers = await times(64, (i) => settle(i, `crowd-${i}`, billOf(person)))
  expect(answers.filter((one) => one.__typename !== 'Settlement')).toEqual([])
  // 64 × 200 in scope: 200 of it the deductible of the year, 55 % of the rest from the fund until its 2,500 are used.
  expect(fen(answers.map((one) => one.inScope))).toBe(12_800_00)
  expect(fen(answers.map((one) => one.deductible))).toBe(200_00)
  expect(fen(answers.map((one) => one.fundTotal))).toBe(2_500_00)
  expect(fen(answers.map((one) => one.account))).toBe(600_00)
  expect(answers.filter((one) => one.balance.startsWith('-'))).toEqual([])
  expect(await booksOf(person)).toEqual({
    settlements: 64,
    requests: 64,
    account: 0,
    ledger: 0,
    counters: { 'outpatient-deductible': 200_00, 'outpatient-paid': 2_500_00 },
  })
})

test('one request sent 20 times at once over three processes settles once, and all 20 are told the same', async () => {
  const person = await addPerson(500)
  const input = billOf(person)
  const answers = await times(20, (i) => settle(i, 'twenty-times', input))
  expect(answers[0].__typename).toBe('Settlement')
  for (const answer of answers) expect(answer).toEqual(answers[0])
  expect(await booksOf(person)).toMatchObject({ settlements: 1, requests: 1 })
})

test('one bill under 20 request ids at once settles once, and 19 are told by which settlement', async () => {
  const person = await addPerson(500)
  const input = billOf(person)
  const answers = await times(20, (i) => settle(i, `one-bill-${i}`, input))
  const settled = answers.filter((one) => one.__typename === 'Settlement')
  expect(settled).toHaveLength(1)
  const others = answers.filter((one) => one.__typename !== 'Settlement')
  for (const other of others) {
    expect(other).toMatchObject({
      __typename: 'AlreadySettled',
      code: 'ALREADY_SETTLED',
      settlement: { id: settled[0].id },
    })
  }
  expect(await booksOf(person)).toMatchObject({ settlements: 1, requests: 20 })
})

test('annulled first, the delayed bill writes nothing, whichever process it reaches', async () => {
  const person = await addPerson(500)
  expect(await annul(0, 'annul-late', 'late')).toMatchObject({ settlement: null, reversal: null })
  const before = await booksOf(person)
  const answers = await times(3, (i) => settle(i, 'late', billOf(person)))
  for (const answer of answers) expect(answer).toMatchObject({ __typename: 'NotAllowed', code: 'ANNULLED' })
  expect(await booksOf(person)).toEqual(before)
  expect(before).toMatchObject({ settlements: 0, account: 500_00, counters: {} })
  expect(await outcome('late')).toEqual({ state: 'ANNULLED', settlement: null, reversal: null })
})

test('settle and annul at once through different processes end annulled, with the money where it was', async () => {
  const reversed = await times(30, async (i) => {
    const person = await addPerson(500)
    const [settled, annulled] = await Promise.all([
      settle(i, `race-${i}`, billOf(person)),
      annul(i + 1, `annul-race-${i}`, `race-${i}`),
    ])
    const wasSettled = settled.__typename === 'Settlement'
    const books = await booksOf(person)
    expect(books).toMatchObject({ settlements: wasSettled ? 2 : 0, account: 500_00, ledger: 0 })
    expect(Object.values(books.counters).filter((amount) => amount !== 0)).toEqual([])
    expect(await outcome(`race-${i}`)).toMatchObject({
      state: 'ANNULLED',
      settlement: wasSettled ? { id: settled.id } : null,
      reversal: wasSettled ? { id: annulled.reversal.id } : null,
    })
    if (!wasSettled) expect(settled).toMatchObject({ __typename: 'NotAllowed', code: 'ANNULLED' })
    // The end is the end: both say the same when they are asked again.
    expect(await annul(i + 2, `annul-race-${i}`, `race-${i}`)).toEqual(annulled)
    return wasSettled
  })
  console.info(`${reversed.filter(Boolean).length} of ${reversed.length} were settled and reversed`)
})

test('a bill, its repetition and its annulment at once from all sides settle and reverse at most once', async () => {
  const person = await addPerson(500)
  const input = billOf(person)
  await Promise.all([
    times(10, (i) => settle(i, 'mixed', input)),
    times(10, (i) => annul(i, `annul-mixed-${i}`, 'mixed')),
  ])
  const { settlements, account, ledger } = await booksOf(person)
  expect([0, 2]).toContain(settlements)
  expect({ account, ledger }).toEqual({ account: 500_00, ledger: 0 })
  expect(await outcome('mixed')).toMatchObject({ state: 'ANNULLED' })
})
