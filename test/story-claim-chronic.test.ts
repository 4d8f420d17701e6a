import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, codes, POOL } from './claim-review-world.ts'
import { REGISTER_DISEASE, registrationOf } from './insured-asking.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import type { Data, WorldPerson } from './world.ts'

// Drugs for a chronic disease were paid in full. Such care is paid for a disease the person is registered for; the platform knows
// which, and asks only those who have several.
//
// The policy of 629900 for chronic outpatient care of employees: no deductible, a hospital of level 3 is paid 90 %.

const PAYABLE = `payable:claim:${POOL}`
const KINDS = ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION']
const SHOW = 'query ($id: ID!) { claim(id: $id) { ... on Claim { careType disease } } }'
const care = (change: object = {}): Data =>
  careOf({ total: '1200.00', lines: ['700.00', '500.00'], begin: '2026-11-22', careType: '14', ...change })

let world: StoryClaimWorld
let person: WorldPerson
beforeAll(async () => {
  world = await storyClaimWorld()
  person = await world.employee()
}, 120_000)
afterAll(() => world.close())

const metOf = ({ conditions }: Data, code: string) => conditions.find((one: Data) => one.code === code)?.met
async function registered(): Promise<string> {
  const { disease, ...rest } = registrationOf(person.insuredId, { certifiedBy: 'H62990000001' })
  expect(await world.ask(CLERK, REGISTER_DISEASE, { input: { ...rest, disease } })).toMatchObject({
    __typename: 'DiseaseRegistration',
  })
  return disease
}

test('chronic care of somebody who is not registered is told before any paper to be paid to nobody, and not submitted', async () => {
  const conditions = await world.conditions(person, care())
  expect(conditions).toMatchObject({ isMet: false, diseases: [] })
  expect(metOf(conditions, 'REGISTERED')).toBe(false)
  expect(codes(await world.estimate(person, { input: care() }))).toBe('NOT_REGISTERED; disease NOT_REGISTERED')
  const papers = await world.papers(person, KINDS)
  const draft = await world.draft(person, care({ papers }))
  expect(codes(await world.submit(person, draft))).toBe('CONDITIONS_NOT_MET; disease REGISTERED')
}, 120_000)

test('chronic care is claimed for the registered disease without naming it, estimated by its policy, and paid', async () => {
  const disease = await registered()
  const conditions = await world.conditions(person, care())
  expect(conditions).toMatchObject({ isMet: true, diseases: [{ code: disease, name: '高血压' }] })
  expect([metOf(conditions, 'REGISTERED'), metOf(conditions, 'POLICY')]).toEqual([true, true])
  // 1200.00 × 90 % = 1080.00.
  expect(await world.estimate(person, { input: care() })).toMatchObject({ owed: '1080.00', personal: '120.00' })

  const draft = await world.draft(person, care({ papers: await world.papers(person, KINDS) }))
  expect(await world.estimate(person, { claimId: draft.id })).toMatchObject({ owed: '1080.00' })
  const claim = await world.submit(person, draft)
  expect(claim).toMatchObject({ state: 'SUBMITTED', precheck: null })
  expect(await world.ask(CLERK, SHOW, { id: claim.id })).toEqual({ careType: '14', disease })
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  expect(accepted.precheck).toMatchObject({ refusal: null })
  const decided = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '1080.00', settlement: { cash: '120.00' } })
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: '1080.00' })
  expect(await world.held(PAYABLE)).toBe(0n)
  await world.proven()
}, 120_000)

test('whoever is registered for several diseases says which it was, and one that is not registered is no ground', async () => {
  const second = await registered()
  const conditions = await world.conditions(person, care())
  expect(metOf(conditions, 'REGISTERED')).toBe(null)
  expect(conditions.diseases.map(({ code }: Data) => code)).toContain(second)
  expect(metOf(await world.conditions(person, care({ disease: 'M99999' })), 'REGISTERED')).toBe(false)
  expect(metOf(await world.conditions(person, care({ disease: second })), 'POLICY')).toBe(true)

  const papers = await world.papers(person, KINDS)
  const unsaid = await world.draft(person, care({ papers }))
  expect(codes(await world.submit(person, unsaid))).toBe('CONDITIONS_NOT_MET; disease REGISTERED')
  const said = await world.draft(person, care({ papers, disease: second, visit: 'CHRONIC-2' }), {
    claimId: unsaid.id,
    version: unsaid.version,
  })
  expect(await world.submit(person, said)).toMatchObject({ state: 'SUBMITTED' })
}, 120_000)
