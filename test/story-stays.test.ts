import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SeedInstitution } from '@yibao/institutions/seed'
import { CLASS_A, lineInput } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// A stay in a hospital of the third level from admission to the way all back, for employees and residents of eight pools.
// 20,000 yuan of class A on the first stay of the year; what the fund pays is reckoned by hand from each pool's notice:
// (20,000 − deductible) × ratio, and for residents of 629900 the serious illness insurance on what is left above 5,000.

interface Case {
  readonly pool: string
  readonly who: 'employee' | 'resident'
  readonly deductible: string
  readonly fundTotal: string
}

const CASES: readonly Case[] = [
  { pool: '110000', who: 'employee', deductible: '1300.00', fundTotal: '15895.00' },
  { pool: '110000', who: 'resident', deductible: '1300.00', fundTotal: '14025.00' },
  { pool: '330200', who: 'resident', deductible: '1200.00', fundTotal: '13160.00' },
  { pool: '420100', who: 'employee', deductible: '800.00', fundTotal: '16512.00' },
  { pool: '420100', who: 'resident', deductible: '800.00', fundTotal: '11520.00' },
  { pool: '440100', who: 'employee', deductible: '1600.00', fundTotal: '14720.00' },
  { pool: '440300', who: 'resident', deductible: '600.00', fundTotal: '17460.00' },
  { pool: '510100', who: 'employee', deductible: '800.00', fundTotal: '16320.00' },
  { pool: '620200', who: 'employee', deductible: '650.00', fundTotal: '17415.00' },
  { pool: '620200', who: 'resident', deductible: '500.00', fundTotal: '14040.00' },
  { pool: '629900', who: 'employee', deductible: '650.00', fundTotal: '17415.00' },
  { pool: '629900', who: 'resident', deductible: '500.00', fundTotal: '14616.00' },
]

const hospitalOf = (pool: string): string => `H${pool}09001`
const institutions = [...new Set(CASES.map((one) => one.pool))].map((pool): SeedInstitution => ({
  code: hospitalOf(pool),
  name: `故事医院 ${pool}`,
  level: 'LEVEL_3',
  type: 'GENERAL_HOSPITAL',
  creditCode: '12100000400010275N',
  pool,
  agreedFrom: '2023-01-01',
}))

let world: World
beforeAll(async () => {
  world = await openWorld({ institutions })
})
afterAll(() => {
  return world.close()
})

const REJECTION = '... on Rejection { code message { zh en } problems { path code } }'
const VISIT = `__typename ... on Visit { state insuredId unsettled { count total } } ${REJECTION}`
const AMOUNTS = 'total deductible fundTotal account cash'
const OPEN = `mutation ($requestId: ID!, $input: OpenVisitInput!) { answer: openVisit(requestId: $requestId, input: $input) { ${VISIT} } }`
const UPLOAD = `mutation ($requestId: ID!, $input: UploadLinesInput!) {
  answer: uploadLines(requestId: $requestId, input: $input) {
    __typename ... on Upload { lines { serial state problems { path code } } } ${REJECTION} } }`
const DISCHARGE = `mutation ($requestId: ID!, $input: DischargeInput!) { answer: discharge(requestId: $requestId, input: $input) { ${VISIT} } }`
const TRIAL = `query ($input: SettleVisitInput!) {
  answer: trialVisit(input: $input) { __typename ... on Trial { ${AMOUNTS} quote { id } } ${REJECTION} } }`
const SETTLE = `mutation ($requestId: ID!, $input: SettleVisitInput!) {
  answer: settleVisit(requestId: $requestId, input: $input) { __typename ... on Settlement { id number ${AMOUNTS} } ${REJECTION} } }`
const REVERSE = `mutation ($requestId: ID!, $of: ID!) {
  answer: reverse(requestId: $requestId, settlement: $of) { __typename ... on Settlement { ${AMOUNTS} reverses { id } } ${REJECTION} } }`
const BACK = (verb: string) =>
  `mutation ($requestId: ID!, $visit: String!) { answer: ${verb}(requestId: $requestId, visit: $visit) { ${VISIT} } }`
const WITHDRAW = `mutation ($requestId: ID!, $input: WithdrawLinesInput!) { answer: withdrawLines(requestId: $requestId, input: $input) { __typename ${REJECTION} } }`
const EXPLAIN = `query ($id: ID!) {
  settlement(id: $id) { ... on Settlement {
    fundTotal explanation { policy payers { payer paid steps { rule formula source { document { zh } } } } } } } }`

let requests = 0
const next = (): string => `stay-${(requests += 1)}`

function step(pool: string) {
  return async (query: string, variables: object): Promise<Data> =>
    (await world.as(hospitalOf(pool), query, { requestId: next(), ...variables })).answer
}

const addPerson = ({ pool, who }: Case): Promise<WorldPerson> =>
  world.addPerson(
    who === 'employee'
      ? {
          enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
          account: { pool, current: 1000 },
        }
      : { enrolments: [{ pool, insuranceType: '390', personType: '1501', beginOn: '2025-01-01' }] },
  )

describe.each(CASES)('a stay of a person of pool $pool, $who', (one) => {
  const { pool, who, deductible, fundTotal } = one
  const visit = `stay-${pool}-${who}`
  const at = step(pool)
  let person: WorldPerson
  let settlement: Data
  const settling = () => ({
    visit,
    credential: { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber },
    operator: { code: 'op1', terminal: 'COUNTER' },
    chargeBatch: 'final',
    invoice: `SI-${pool}-${who.slice(0, 3)}`,
    useAccount: true,
    total: '20000.00',
  })

  test('admission, lines as they come with one bad among them, discharge', async () => {
    person = await addPerson(one)
    const input = {
      visit,
      credential: { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber },
      operator: { code: 'op1', terminal: 'COUNTER' },
      careType: '21',
      begin: '2026-11-10T09:00:00+08:00',
      department: 'D01',
      doctor: 'D620200000001',
      diagnoses: [{ code: 'I25.1', name: '动脉硬化性心脏病' }],
    }
    expect(await at(OPEN, { input })).toMatchObject({ state: 'OPEN', insuredId: person.insuredId })
    const time = '2026-11-12T10:00:00+08:00'
    const good = [0, 1].map((i) =>
      lineInput({ code: CLASS_A, price: 100, quantity: 100, serial: String(i + 1) }, i, time),
    )
    const bad = { ...lineInput({ code: CLASS_A, price: 1, serial: 'bad' }, 2, time), amount: '7.00' }
    const uploaded = await at(UPLOAD, { input: { visit, lines: [...good, bad] } })
    expect(uploaded.lines.map((line: Data) => [line.serial, line.state])).toEqual([
      ['1', 'ACCEPTED'],
      ['2', 'ACCEPTED'],
      ['bad', 'REJECTED'],
    ])
    const settle = await at(SETTLE, { input: settling() })
    expect(settle).toMatchObject({ code: 'STAY_OPEN' })
    const end = { visit, end: '2026-11-20T10:00:00+08:00', way: 'ON_ORDER' }
    expect(await at(DISCHARGE, { input: end })).toMatchObject({
      state: 'DISCHARGED',
      unsettled: { count: 2, total: '20000.00' },
    })
  })

  test('the trial binds and the settlement pays what the notice of the pool says', async () => {
    const tried = await at(TRIAL, { input: settling() })
    expect(tried).toMatchObject({ __typename: 'Trial', deductible, fundTotal })
    settlement = await at(SETTLE, { input: { ...settling(), quote: tried.quote.id } })
    const { account, cash } = tried
    expect(settlement).toMatchObject({
      __typename: 'Settlement',
      total: '20000.00',
      deductible,
      fundTotal,
      account,
      cash,
    })
    expect(Number(account) + Number(cash) + Number(fundTotal)).toBe(20_000)
  })

  test('hospital, person and auditor read the same explanation, with a source beside every step of the fund', async () => {
    const asked = [hospitalOf(pool), person.personNumber, 'auditor']
    const [first, ...others] = await Promise.all(asked.map((name) => world.as(name, EXPLAIN, { id: settlement.id })))
    expect(others).toEqual([first, first])
    const basic = first.settlement.explanation.payers[0]
    expect(basic.steps.map((one_: Data) => one_.rule)).toContain('DEDUCTIBLE')
    for (const { source } of basic.steps) expect(source.document.zh).toMatch(/\p{Script=Han}/u)
  })

  test('all the way back, one step after the other and in no other order', async () => {
    expect(await at(BACK('undoDischarge'), { visit })).toMatchObject({ __typename: 'NotAllowed' })
    expect(await at(BACK('cancelVisit'), { visit })).toMatchObject({ __typename: 'NotAllowed' })
    expect(await at(REVERSE, { of: settlement.number })).toMatchObject({
      fundTotal: `-${fundTotal}`,
      total: '-20000.00',
      reverses: { id: settlement.id },
    })
    expect(await at(BACK('undoDischarge'), { visit })).toMatchObject({ state: 'OPEN' })
    expect(await at(BACK('cancelVisit'), { visit })).toMatchObject({ __typename: 'NotAllowed' })
    expect((await at(WITHDRAW, { input: { visit } })).code).toBeUndefined()
    expect(await at(BACK('cancelVisit'), { visit })).toMatchObject({ state: 'CANCELLED' })
  })
})
