import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, codes } from './claim-review-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import type { Data } from './world.ts'
import { FILE } from './world-queries.ts'

// Whether the policy of the pool says what is paid of such care is told before any paper, by the same policy that settles the claim.

const SHANGHAI = { name: '上海示范医院', division: '310100', level: 'LEVEL_3', designated: true }
const elsewhere = (change: object = {}): Data =>
  careOf({ total: '1200.00', place: SHANGHAI, cause: 'NOT_LINKED', ...change })
const KINDS = ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION']

let world: StoryClaimWorld
beforeAll(async () => {
  world = await storyClaimWorld()
}, 120_000)
afterAll(() => world.close())

const policyOf = ({ conditions }: Data) => conditions.find((one: Data) => one.code === 'POLICY')
const file = (personNumber: string, type: string) =>
  world.ask(personNumber, FILE, { input: { type, destination: '310100', ...GROUNDS[type] } })
const GROUNDS: Readonly<Record<string, object>> = {
  LONG_TERM: { ground: 'RESIDENT_ELSEWHERE', evidence: 'PROMISE' },
}

test('outpatient care elsewhere of which no policy says what is paid is told so by conditions and estimate, and not submitted', async () => {
  const person = await world.employee()
  const care = elsewhere()
  const conditions = await world.conditions(person, care)
  expect(conditions.isMet).toBe(false)
  expect(policyOf(conditions)).toMatchObject({ met: false, blocks: true, source: { reliability: 'A' } })
  expect(policyOf(conditions).text.zh).toMatch(/未规定.*备案/)
  const estimate = await world.estimate(person, { input: care })
  expect(codes(estimate)).toMatch(/^CROSS_AREA_NOT_STATED/)
  // Nobody who is at home already is told to go home for it.
  for (const { zh, en } of [estimate.message, policyOf(conditions).text]) {
    expect(zh).not.toMatch(/回参保地|直接结算/)
    expect(en).not.toMatch(/at home|direct/)
  }
  const papers = await world.papers(person, KINDS, ['HOUSEHOLD_REGISTER'])
  const draft = await world.draft(person, { ...care, papers })
  expect(codes(await world.submit(person, draft))).toBe('CONDITIONS_NOT_MET; place POLICY')
}, 120_000)

test('the same care is paid once a filing is made afterwards: for a journey less what is first paid oneself, for long as at home', async () => {
  const away = await world.employee()
  expect(await file(away.personNumber, 'OTHER_TEMPORARY')).toMatchObject({ state: 'EFFECTIVE' })
  const conditions = await world.conditions(away, elsewhere())
  expect(conditions.isMet).toBe(true)
  expect(policyOf(conditions)).toMatchObject({ met: true })
  // 1200.00 × 20 % = 240.00; (1200.00 − 240.00 − 200.00) × 55 % = 418.00.
  expect(await world.estimate(away, { input: elsewhere() })).toMatchObject({
    filing: 'OTHER_TEMPORARY',
    owed: '418.00',
  })

  const resident = await world.employee()
  expect(await file(resident.personNumber, 'LONG_TERM')).toMatchObject({ state: 'EFFECTIVE' })
  expect(policyOf(await world.conditions(resident, elsewhere()))).toMatchObject({ met: true })
  // (1200.00 − 200.00) × 55 % = 550.00.
  expect(await world.estimate(resident, { input: elsewhere() })).toMatchObject({ filing: 'LONG_TERM', owed: '550.00' })

  const papers = await world.papers(away, KINDS, ['HOUSEHOLD_REGISTER'])
  const claim = await world.submit(away, await world.draft(away, { ...elsewhere(), papers }))
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const known = { designated: true, level: 'LEVEL_3', words: '国家医保服务平台可查' }
  const found = await world.step(CLERK, 'confirmClaimPlace', accepted, known)
  const decided = await world.step(CLERK, 'proposeClaimDecision', found, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '418.00' })
  expect(await world.pay(away, decided)).toMatchObject({ state: 'PAID', paid: '418.00' })
  await world.proven()
}, 120_000)

test('care of a kind for which the pool has no policy is told so', async () => {
  const pool = '620100'
  const person = await world.employee(undefined, pool)
  const stay = elsewhere({ careType: '21', place: { institutionCode: 'H62010000001' }, cause: 'NETWORK' })
  const conditions = await world.conditions(person, stay)
  expect(conditions.isMet).toBe(false)
  expect(policyOf(conditions).text.zh).toContain('没有适用于')
  expect(codes(await world.estimate(person, { input: stay }))).toMatch(/^NO_POLICY/)
}, 120_000)
