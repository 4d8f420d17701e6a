import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, SETTLE as SETTLE_ONLY, type LineOf } from './world-bill.ts'
import { ANNUL } from './world-queries.ts'
import { openWorld, type Data, type World } from './world.ts'

// Bills that the audit finds something in, with the rules that ship, as a window of a hospital meets them.

const [HOSPITAL, COMMUNITY, BEIJING] = ['H62990000001', 'H62990000002', 'H11010500001']
const FINDINGS = `findings {
  rule version name { zh en } action lines text { zh en } evidence { name { zh en } value } amount settlements { id }
}`
const REFUSED = '... on Rejection { code message { zh en } problems { path code message { zh en } } }'
const AMOUNTS = `total selfPaid inScope fundTotal personal account cash lines { serial selfPaid inScope rule }
  explanation { lines { serial step { rule text { zh en } } } } ${FINDINGS}`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) {
  settle(requestId: $requestId, input: $input) { __typename ... on Settlement { id insuredId ${AMOUNTS} } ${REFUSED} }
}`
const TRIAL = `query ($input: SettleInput!) {
  trial(input: $input) { __typename ... on Trial { total fundTotal account cash ${FINDINGS} } ${REFUSED} }
}`
const READ = `query ($id: ID!) { settlement(id: $id) { ... on Settlement { id ${FINDINGS} reversedBy { ${FINDINGS} } } } }`
const RULES = `query ($pool: String) {
  checkRules(pool: $pool, first: 100) { ... on CheckRuleConnection { pageInfo { hasNextPage } edges { node {
    id version name { zh en } action kind parameters pools from source { document { zh } reliability } } } } }
}`
const rulesOf = ({ checkRules }: Data): Data[] => checkRules.edges.map(({ node }: Data) => node)

const OPEN = `mutation ($requestId: ID!, $input: OpenVisitInput!) {
  openVisit(requestId: $requestId, input: $input) { __typename ... on Visit { state } ${REFUSED} }
}`
const DISCHARGE = `mutation ($requestId: ID!, $input: DischargeInput!) {
  discharge(requestId: $requestId, input: $input) { __typename ... on Visit { state } ${REFUSED} }
}`

const HBA1C = '002503020030000'
const BIRTH = '003314000020000'
const GYNAECOLOGICAL = 'ZC02AA0156A001010202165'
const AMOXICILLIN = 'XJ01CAA001E001010101000'
const SALINE = 'XB05XAA001B002010102141'

let world: World
let sequence = 0
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** Somebody insured as an employee, with 500 yuan in the account. */
const addPerson = (pool: string, sex: '1' | '2' = '1') =>
  world.addPerson({
    birthDate: '1985-06-01',
    sex,
    enrolments: [{ pool, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }],
    account: { pool, current: 500 },
  })
type Person = Awaited<ReturnType<typeof addPerson>>

const billOf = (person: Person, lines: readonly LineOf[], change = {}) =>
  bill({ card: person.cardNumber, begin: '2026-11-21T08:00:00+08:00', lines, ...change })

async function settle(input: object, name = HOSPITAL): Promise<Data> {
  sequence += 1
  return (await world.as(name, SETTLE, { requestId: `check-${sequence}`, input })).settle
}
const trial = async (input: object, name = HOSPITAL): Promise<Data> => (await world.as(name, TRIAL, { input })).trial
const rulesIn = ({ findings }: Data): string[] => findings.map((one: Data) => one.rule)

/** A stay that is under way, or ended as `way` says. */
async function addStay(person: Person, institution: string, way: string | null = null): Promise<void> {
  sequence += 1
  const visit = `STAY-${sequence}`
  const opening = {
    visit,
    credential: { kind: 'SOCIAL_SECURITY_CARD', value: person.cardNumber },
    operator: { code: 'op1', terminal: 'COUNTER' },
    careType: '21',
    begin: '2026-11-10T08:00:00+08:00',
    department: 'D01',
    doctor: 'D620100000001',
    diagnoses: [{ code: 'I21.900', name: '急性心肌梗死' }],
  }
  const opened = await world.as(institution, OPEN, { requestId: `open-${visit}`, input: opening })
  expect(opened).toMatchObject({ openVisit: { state: 'OPEN' } })
  if (way === null) return
  const input = { visit, end: '2026-11-15T08:00:00+08:00', way }
  const ended = await world.as(institution, DISCHARGE, { requestId: `end-${visit}`, input })
  expect(ended).toMatchObject({ discharge: { state: 'DISCHARGED' } })
}

const amoxicillin = (days: number): LineOf[] => [{ code: AMOXICILLIN, price: 9, quantity: 10, days }]

test('a warning stands on the trial and on the settlement and changes no amount', async () => {
  const person = await addPerson('629900')
  const plain = await settle(billOf(await addPerson('629900'), amoxicillin(7)))
  expect(plain.findings).toEqual([])
  const input = billOf(person, amoxicillin(20))
  const tried = await trial(input)
  const settled = await settle(input)
  expect(tried.findings).toEqual(settled.findings)
  expect(settled.findings).toMatchObject([
    { rule: 'supply-ordinary', action: 'WARN', lines: ['1'], amount: '58.50', settlements: [] },
  ])
  expect(settled.findings[0].evidence).toContainEqual({
    name: { zh: '最长天数', en: 'longest supply, days' },
    value: '20',
  })
  for (const amount of ['total', 'inScope', 'fundTotal', 'cash']) expect(settled[amount]).toBe(plain[amount])
})

test('a line that a rule denies is paid by no fund, and the explanation names the rule', async () => {
  const lines = [
    { code: GYNAECOLOGICAL, price: 25, quantity: 2 },
    { code: SALINE, price: 200 },
  ]
  const woman = await settle(billOf(await addPerson('629900', '2'), lines))
  expect(rulesIn(woman)).toEqual([])
  expect(woman.lines[0]).toMatchObject({ selfPaid: '0.00' })
  const man = await settle(billOf(await addPerson('629900', '1'), lines))
  expect(man.findings).toMatchObject([
    { rule: 'limited-sex-women', action: 'DEGRADE_LINE', lines: ['1'], amount: '50.00' },
  ])
  expect(man.lines).toMatchObject([
    { serial: '1', selfPaid: '50.00', inScope: '0.00', rule: 'DENIED' },
    { serial: '2', selfPaid: '0.00', rule: 'SPLIT' },
  ])
  expect(man.explanation.lines[0].step).toMatchObject({ rule: 'DENIED' })
  expect(man.explanation.lines[0].step.text.en).toContain('limited-sex-women')
})

test('a bill that a rule degrades is paid by no fund, but by the account', async () => {
  const person = await addPerson('110000')
  const input = billOf(person, [{ code: SALINE, price: 3000 }])
  expect(Number((await trial(input, BEIJING)).fundTotal)).toBeGreaterThan(0)
  await addStay(person, 'H62010000001')
  expect(await trial(input, BEIJING)).toMatchObject({ fundTotal: '0.00', account: '500.00', cash: '2500.00' })
  const settled = await settle(input, BEIJING)
  expect(settled).toMatchObject({ inScope: '3000.00', fundTotal: '0.00', account: '500.00', cash: '2500.00' })
  expect(settled.findings).toContainEqual(
    expect.objectContaining({
      rule: 'bj-outpatient-during-stay',
      action: 'DEGRADE_BILL',
      lines: [],
      amount: '3000.00',
    }),
  )
  expect(JSON.stringify(settled)).not.toContain('H62010000001')
})

test('a bill that a rule refuses is not settled, by trial or settlement, and the line is named', async () => {
  const person = await addPerson('110000', '2')
  const input = billOf(person, [
    { code: SALINE, price: 20 },
    { code: BIRTH, price: 800 },
  ])
  const refusal = {
    code: 'CHECK_REFUSED',
    problems: [{ path: 'lines[1].code', code: 'bj-maternity-in-ordinary-bill' }],
  }
  expect(await trial(input, BEIJING)).toMatchObject(refusal)
  const variables = { requestId: 'refused-1', input }
  const first = await world.as(BEIJING, SETTLE, variables)
  expect(first.settle).toMatchObject(refusal)
  expect(await world.as(BEIJING, SETTLE, variables)).toEqual(first)
  const { rows } = await world.admin.query('select 1 from settlement.bill where insured_id = $1', [person.insuredId])
  expect(rows).toEqual([])
  const ordinary = billOf(person, [{ code: SALINE, price: 20 }])
  expect((await world.as(BEIJING, SETTLE_ONLY, { requestId: 'after-refusal', input: ordinary })).settle).toMatchObject({
    total: '20.00',
  })
})

test('nothing is settled for somebody who has died', async () => {
  const person = await addPerson('629900')
  await addStay(person, HOSPITAL, 'DEATH')
  expect(await settle(billOf(person, [{ code: SALINE, price: 20 }]), COMMUNITY)).toMatchObject({
    code: 'CHECK_REFUSED',
    problems: [{ path: 'begin', code: 'service-after-death' }],
  })
  // What was done before is still settled.
  const before = billOf(person, [{ code: SALINE, price: 20 }], { begin: '2026-11-14T08:00:00+08:00' })
  expect(await settle(before, COMMUNITY)).toMatchObject({ total: '20.00' })
})

test('what was done elsewhere counts, without saying where; who may see that bill is shown it; a reversed one no longer counts', async () => {
  const person = await addPerson('629900')
  const first = await settle(billOf(person, [{ code: HBA1C, price: 60 }]))
  expect(first.findings).toEqual([])
  const again = billOf(person, [{ code: HBA1C, price: 60 }])
  const second = await settle(again, COMMUNITY)
  expect(second.findings).toMatchObject([
    { rule: 'hba1c-frequency', action: 'WARN', lines: ['1'], amount: '60.00', settlements: [] },
  ])
  expect(JSON.stringify(second)).not.toContain(HOSPITAL)

  const seen = async (name: string): Promise<Data> =>
    (await world.as(name, READ, { id: second.id })).settlement.findings[0]
  for (const name of [person.personNumber, 'clerk-629900', 'auditor'])
    expect(await seen(name)).toMatchObject({ settlements: [{ id: first.id }] })
  expect(await seen(COMMUNITY)).toMatchObject({ settlements: [] })

  const { annul } = await world.as(HOSPITAL, ANNUL, { requestId: 'annul-first', target: `check-${sequence - 1}` })
  expect(annul).toMatchObject({ settlement: { id: first.id } })
  const third = await trial(billOf(person, [{ code: HBA1C, price: 60 }]))
  expect(third.findings).toMatchObject([{ rule: 'hba1c-frequency' }])
  const { annul: both } = await world.as(COMMUNITY, ANNUL, { requestId: 'annul-second', target: `check-${sequence}` })
  expect(both).toMatchObject({ settlement: { id: second.id } })
  expect((await trial(billOf(person, [{ code: HBA1C, price: 60 }]))).findings).toEqual([])
  const { settlement } = await world.as('auditor', READ, { id: second.id })
  expect(settlement.findings).toHaveLength(1)
  expect(settlement.reversedBy.findings).toEqual([])
})

test('everybody who may see settlements may read the rules, each with its source', async () => {
  const person = await addPerson('629900')
  const lists = await Promise.all(
    [HOSPITAL, person.personNumber, 'clerk-629900', 'auditor'].map(async (name) =>
      rulesOf(await world.as(name, RULES)),
    ),
  )
  for (const list of lists) expect(list).toEqual(lists[0])
  expect(lists[0]?.length).toBeGreaterThanOrEqual(20)
  expect(lists[0]?.filter((one: Data) => one.source.document.zh === '' || !/^[0-9a-f]{16}$/.test(one.version))).toEqual(
    [],
  )
  const pools: Data[] = rulesOf(await world.as(HOSPITAL, RULES, { pool: '110000' })).map((one: Data) => one.pools)
  expect(pools).toContainEqual(['110000'])
  expect(pools).not.toContainEqual(['230100'])
  expect(JSON.parse(lists[0]?.find((one) => one.id === 'cough-syrup-per-bill').parameters)).toMatchObject({
    kind: 'QUANTITY',
    most: '5.0000',
    per: 'BILL',
  })
})

const mismatches = async () => (await verify(world.platform.databases.settlement, () => {})).mismatches

test('what was settled so is what the stored inputs give', async () => {
  expect(await mismatches()).toEqual([])
})

test.each([
  ['settlement.bill', 'end_at', `end_at + interval '1 minute'`],
  ['settlement.settlement', 'findings', `jsonb_set(findings, '{0,1}', '"another version"')`],
  ['settlement.settlement', 'findings', `'[]'`],
])('%s.%s changed behind the platform’s back is found', async (table, column, value) => {
  const settled = await settle(billOf(await addPerson('629900'), [{ code: AMOXICILLIN, price: 9, days: 20 }]))
  const row = `${table === 'settlement.bill' ? 'settlement_id' : 'id'} = '${settled.id}'`
  const { rows } = await world.admin.query(`select ${column}::text as kept from ${table} where ${row}`)
  await world.admin.query(`update ${table} set ${column} = ${value} where ${row}`)
  expect((await mismatches()).map((one) => one.table)).toEqual([table])
  await world.admin.query(
    `update ${table} set ${column} = $1::text::${column === 'findings' ? 'jsonb' : 'timestamptz'}
    where ${row}`,
    [rows[0].kept],
  )
  expect(await mismatches()).toEqual([])
})
