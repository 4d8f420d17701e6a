import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

const POOL = '629900'
const CONDITIONS = `query ($input: ClaimConditionsInput!) { claimConditions(input: $input) { __typename
  ... on ClaimConditions { insuredPool insuranceType isMet lastDay decidedBy decidedByProvisional
    kind { code name { zh } } conditions { code met blocks text { zh en } source { document { zh } reliability } }
    papers { kind need } steps { code workingDays } }
  ... on Rejection { code problems { path code } } } }`
const RULES = `query ($pool: String!) { claimRules(pool: $pool) { ... on ClaimRules { poolCode version secondAbove
  window { zh } windowSource { reliability } decision { workingDays source { reliability document { zh } } }
  kinds { code careTypes papers { kind need } } exclusions { code } notDesignated }
  ... on Rejection { code problems { path code } } } }`

const LOG = `{ me { settlementAccessLog { ... on SettlementAccessConnection { edges { node { role operation } } } } } }`

let world: World
let person: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({
    enrolments: [{ pool: POOL, insuranceType: '310', personType: '1103', beginOn: '2025-03-01' }],
  })
}, 60_000)
afterAll(() => world.close())

const care = (change = {}) => ({
  careType: '21',
  begin: '2026-11-02',
  end: '2026-11-09',
  place: { institutionCode: 'H62990000001' },
  cause: 'NETWORK',
  ...change,
})
const ask = async (input: object, who = person.personNumber): Promise<Data> =>
  (await world.as(who, CONDITIONS, { input })).claimConditions
const metOf = ({ conditions }: Data) => Object.fromEntries(conditions.map(({ code, met }: Data) => [code, met]))

test('before anything is uploaded, a person is told each condition, the papers, the steps and the days', async () => {
  const answer = await ask(care())
  expect(answer).toMatchObject({ insuredPool: POOL, insuranceType: '310', isMet: true, kind: { code: 'INPATIENT' } })
  expect(metOf(answer)).toEqual({
    ENROLLED: true,
    CARE_TYPE: true,
    WINDOW: true,
    DESIGNATED: true,
    LEVEL: true,
    EXCLUSIONS: true,
    POLICY: true,
  })
  expect(answer.papers.map(({ kind, need }: Data) => `${kind} ${need}`).toSorted()).toEqual([
    'BANK_ACCOUNT ACCOUNT',
    'DIAGNOSIS REQUIRED',
    'DISCHARGE_RECORD REQUIRED',
    'IDENTITY KNOWN',
    'INVOICE REQUIRED',
    'ITEMISED_LIST REQUIRED',
    'MEDICAL_RECORD REQUIRED',
  ])
  expect(answer.lastDay).toBe('2027-11-09')
  expect(answer.steps).toEqual([
    { code: 'SUBMIT', workingDays: null },
    { code: 'DECIDE', workingDays: 15 },
    { code: 'PAY', workingDays: 10 },
  ])
  // Fifteen working days after Sunday 22 November 2026.
  expect(answer).toMatchObject({ decidedBy: '2026-12-11', decidedByProvisional: false })
  for (const { text, source } of answer.conditions) {
    expect(text.zh).toMatch(/\p{Script=Han}/u)
    expect(source.document.zh).not.toBe('')
  }
})

test.each<[string, object, object]>([
  [
    'an institution that is not designated is paid in an emergency alone',
    { place: { name: '私人诊所', division: '629901', designated: false } },
    { DESIGNATED: false },
  ],
  [
    'an emergency at one that is not designated is paid',
    { emergency: true, place: { name: '私人诊所', division: '629901', designated: false } },
    { DESIGNATED: true, LEVEL: null },
  ],
  ['care of more than a year ago is too late', { begin: '2025-11-01', end: '2025-11-21' }, { WINDOW: false }],
  ['care of a year ago to the day is in time', { begin: '2025-11-01', end: '2025-11-22' }, { WINDOW: true }],
  ['what a third party bears is not paid', { exclusions: ['THIRD_PARTY'] }, { EXCLUSIONS: false }],
  [
    'care in Hong Kong is care abroad',
    { place: { name: '香港医院', division: '810000', designated: true } },
    { EXCLUSIONS: false },
  ],
  ['a pharmacy is not claimed', { careType: '41' }, { CARE_TYPE: false }],
])('%s', async (_name, change, met) => {
  const answer = await ask(care(change))
  expect(metOf(answer)).toMatchObject(met)
  expect(answer.isMet).toBe(!Object.values(met).includes(false))
})

test('care in another province that was not filed is paid less, and asks for what the pool wants of it', async () => {
  const answer = await ask(care({ place: { institutionCode: 'H33010000001', name: '市医院' }, cause: 'NOT_FILED' }))
  expect(metOf(answer)).toMatchObject({ FILING: false })
  expect(answer.isMet).toBe(true)
  const papers = answer.papers.map(({ kind }: Data) => kind)
  expect(papers).toContain('HOUSEHOLD_REGISTER')
  expect(papers).toContain('REFERRAL')
})

test('who was not insured then is told so, not asked for papers', async () => {
  const answer = await ask(care({ begin: '2025-02-01', end: '2025-02-02' }))
  expect(answer).toMatchObject({ code: 'NOT_COVERED', problems: [{ path: 'insuranceType', code: 'NOT_COVERED' }] })
})

test('faults of the question are named at their fields, all at once', async () => {
  const answer = await ask({ careType: '99', begin: 'x', end: '2026-11-30', place: { division: '999999' } })
  expect(answer.problems.map(({ path, code }: Data) => `${path} ${code}`)).toEqual([
    'input.place.name REQUIRED',
    'input.place.division DIVISION_UNKNOWN',
    'input.begin MALFORMED',
    'input.end IN_FUTURE',
    'input.careType UNKNOWN_CODE',
  ])
})

test('the window asks for persons of its pool alone', async () => {
  expect(await ask(care({ insuredId: person.insuredId }), 'clerk-629900')).toMatchObject({ isMet: true })
  expect(await ask(care({ insuredId: person.insuredId }), 'clerk-620100')).toMatchObject({ code: 'NOT_FOUND' })
})

test('that the window asked for somebody is told to them, since it may say what they are ill with', async () => {
  const asked = await ask(care({ insuredId: person.insuredId, careType: '14' }), 'clerk-629900')
  expect(metOf(asked)).toMatchObject({ REGISTERED: false })
  const { me } = await world.as(person.personNumber, LOG)
  expect(me.settlementAccessLog.edges.map(({ node }: Data) => node)).toContainEqual({
    role: 'staff',
    operation: 'claimConditions',
  })
})

test('how a pool takes claims is told with its sources', async () => {
  const { claimRules } = await world.as(person.personNumber, RULES, { pool: '620300' })
  expect(claimRules).toMatchObject({
    poolCode: '620300',
    version: '620300@2026-01-01',
    secondAbove: '5000.00',
    decision: { workingDays: 15, source: { reliability: 'C' } },
    notDesignated: 'EMERGENCY_ONLY',
  })
  expect(claimRules.kinds.map(({ code }: Data) => code)).toEqual([
    'OUTPATIENT',
    'EMERGENCY',
    'INPATIENT',
    'TRAUMA',
    'MATERNITY',
  ])
  const { claimRules: refused } = await world.as(person.personNumber, RULES, { pool: 'x' })
  expect(refused.problems).toEqual([{ path: 'pool', code: 'DIVISION_FORM' }])
})
