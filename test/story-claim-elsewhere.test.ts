import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, codes, kinds, POOL, SECOND } from './claim-review-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import type { Data, WorldPerson } from './world.ts'
import { FILE } from './world-queries.ts'

// Care in another province that was paid first: without a filing, with one that was made afterwards, and outpatient care by its
// invoice alone.
//
// The policy of 629900 for stays of employees at a hospital of level 3: 650 yuan are the deductible of a stay; of the rest 90 % are
// paid, elsewhere under a long-term filing the same, without any filing 20 points less.

const PAYABLE = `payable:claim:${POOL}`
const SHANGHAI = { name: '上海示范医院', division: '310100', level: 'LEVEL_3', designated: true }
const GIVEN = ['INVOICE', 'ITEMISED_LIST', 'DISCHARGE_RECORD', 'DIAGNOSIS', 'MEDICAL_RECORD']
/** What a person may promise instead of bringing it. */
const PROMISED = ['HOUSEHOLD_REGISTER', 'REFERRAL']

let world: StoryClaimWorld
let person: WorldPerson
beforeAll(async () => {
  world = await storyClaimWorld()
}, 120_000)
afterAll(() => world.close())

/** A stay of a week in Shanghai. */
const stay = (change: object = {}): Data =>
  careOf({
    total: '8650.00',
    lines: ['6000.00', '2650.00'],
    begin: '2026-11-02',
    end: '2026-11-09',
    careType: '21',
    place: SHANGHAI,
    cause: 'NOT_FILED',
    ...change,
  })
/** What a reviewer has found out about the hospital. */
const FOUND = { designated: true, level: 'LEVEL_3', words: '国家医保服务平台可查' }
const met = ({ conditions }: Data, code: string) => conditions.find((one: Data) => one.code === code)?.met

test('a stay in another province is paid first and reimbursed on return by its invoice, which pays only once', async () => {
  person = await world.employee()
  const care = stay()
  const conditions = await world.conditions(person, care)
  expect(conditions).toMatchObject({ isMet: true, kind: { code: 'INPATIENT' } })
  expect(met(conditions, 'FILING')).toBe(false)
  const needed = conditions.papers.map(({ kind, need }: Data) => `${kind} ${need}`)
  expect(needed).toEqual(expect.arrayContaining(PROMISED.map((kind) => `${kind} OR_PROMISE`)))
  // (8650.00 − 650.00) × (90 % − 20 %) = 5600.00.
  expect(await world.estimate(person, { input: care })).toMatchObject({
    place: 'OUT_OF_PROVINCE',
    filing: 'UNFILED',
    owed: '5600.00',
    personal: '3050.00',
    payers: [{ payer: 'basic', standard: '650.00', deductible: '650.00' }],
  })

  const papers = await world.papers(person, GIVEN, PROMISED)
  const claim = await world.submit(person, await world.draft(person, { ...care, papers }))
  expect(claim).toMatchObject({ state: 'SUBMITTED', assignee: null })
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const found = await world.step(CLERK, 'confirmClaimPlace', accepted, FOUND)
  const proposed = await world.step(CLERK, 'proposeClaimDecision', found, { outcome: 'APPROVE' })
  // More than 5000.00: a second person decides.
  expect(proposed).toMatchObject({ state: 'PROPOSED', owed: '0.00' })
  const decided = await world.step(SECOND, 'confirmClaimDecision', proposed)
  expect(decided).toMatchObject({
    state: 'APPROVED',
    owed: '5600.00',
    settlement: { total: '8650.00', cash: '3050.00' },
  })
  expect(await world.held(PAYABLE)).toBe(560_000n)
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: '5600.00' })
  expect(await world.held(PAYABLE)).toBe(0n)
  const seen = await world.look(person.personNumber, claim.id)
  expect(kinds(seen)).toEqual([
    'OPENED',
    'SUBMITTED',
    'ACCEPTED',
    'PLACE_CONFIRMED',
    'PROPOSED',
    'DECIDED',
    'SETTLED',
    'ACCOUNT_ENTERED',
    'PAYMENT_SENT',
    'PAID',
  ])

  const again = { ...care, papers: await world.papers(person, GIVEN, PROMISED) }
  expect(codes(await world.submit(person, await world.draft(person, again)))).toMatch(/^INVOICE_CLAIMED/)
  await world.proven()
}, 120_000)

test('a filing made after the care counts for the claim, and its result and every step of the claim are in the inbox', async () => {
  person = await world.employee()
  const care = stay({ cause: 'PAID_ELSEWHERE' })
  expect(met(await world.conditions(person, care), 'FILING')).toBe(false)
  expect(await world.estimate(person, { input: care })).toMatchObject({ filing: 'UNFILED', owed: '5600.00' })

  const input = { type: 'LONG_TERM', destination: '310100', ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' }
  const filing = await world.ask(person.personNumber, FILE, { input })
  expect(filing).toMatchObject({ __typename: 'Filing', state: 'EFFECTIVE' })
  expect((await world.inbox(person)).map(({ template }) => template)).toContain('filing.confirmed')

  // Filed for long: (8650.00 − 650.00) × 90 % = 7200.00.
  expect(met(await world.conditions(person, care), 'FILING')).toBe(true)
  const filed = { ...care, filing: filing.id }
  expect(await world.estimate(person, { input: filed })).toMatchObject({ filing: 'LONG_TERM', owed: '7200.00' })

  const papers = await world.papers(person, GIVEN, ['HOUSEHOLD_REGISTER'])
  const claim = await world.submit(person, await world.draft(person, { ...filed, papers }))
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const found = await world.step(CLERK, 'confirmClaimPlace', accepted, FOUND)
  const proposed = await world.step(CLERK, 'proposeClaimDecision', found, { outcome: 'APPROVE' })
  const decided = await world.step(SECOND, 'confirmClaimDecision', proposed)
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '7200.00' })
  expect(await world.held(PAYABLE)).toBe(720_000n)
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: '7200.00' })
  expect(await world.held(PAYABLE)).toBe(0n)

  const [latest] = await world.inbox(person)
  expect(latest).toMatchObject({ template: 'claim.paid' })
  expect(latest?.text.zh).toContain('7200.00')
  expect(await world.told(person.personNumber, claim)).toEqual([
    'claim.submitted',
    'claim.accepted',
    'claim.proposed',
    'claim.settling',
    'claim.account-needed',
    'claim.approved',
    'claim.paying',
    'claim.paid',
  ])
  await world.proven()
}, 120_000)

test('outpatient care in another province is reimbursed by its invoice, less what the pool has first be paid oneself', async () => {
  // Hangzhou: filed for a journey, 20 % of what was spent in another province are paid oneself first; then 1000.00 a year are the
  // deductible, and a hospital of level 2 is paid 80 %.
  const pool = '330100'
  const [clerk, payer] = [`clerk-${pool}`, `payer-${pool}`]
  for (const login of [clerk, payer]) world.letIn({ kind: 'staff', login, label: login, pool })
  person = await world.employee(undefined, pool)
  const input = { type: 'OTHER_TEMPORARY', destination: '310100' }
  expect(await world.ask(person.personNumber, FILE, { input })).toMatchObject({ state: 'EFFECTIVE' })
  const place = { ...SHANGHAI, level: 'LEVEL_2' }
  const care = careOf({ total: '3000.00', lines: ['1800.00', '1200.00'], place, cause: 'NOT_LINKED' })
  const conditions = await world.conditions(person, care)
  expect(conditions).toMatchObject({ isMet: true, kind: { code: 'OUTPATIENT' } })
  // 3000.00 × 20 % = 600.00. Until somebody has found out the level, it is taken for 3: (3000.00 − 600.00 − 1000.00) × 76 % = 1064.00.
  expect(await world.estimate(person, { input: care })).toMatchObject({
    filing: 'OTHER_TEMPORARY',
    level: 'LEVEL_3',
    levelTaken: true,
    owed: '1064.00',
  })

  const papers = await world.papers(person, ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION'], [], pool)
  const claim = await world.submit(person, await world.draft(person, { ...care, papers }))
  expect(claim).toMatchObject({ state: 'SUBMITTED', clock: { workingDays: 30 } })
  const accepted = await world.step(clerk, 'acceptClaim', claim)
  const found = await world.step(clerk, 'confirmClaimPlace', accepted, { ...FOUND, level: 'LEVEL_2' })
  // (3000.00 − 600.00 − 1000.00) × 80 % = 1120.00.
  const decided = await world.step(clerk, 'proposeClaimDecision', found, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '1120.00', settlement: { cash: '1880.00' } })
  expect(await world.held(`payable:claim:${pool}`)).toBe(112_000n)
  expect(await world.pay(person, decided, { clerk: payer })).toMatchObject({ state: 'PAID', paid: '1120.00' })
  expect(await world.held(`payable:claim:${pool}`)).toBe(0n)
  await world.proven()
}, 120_000)
