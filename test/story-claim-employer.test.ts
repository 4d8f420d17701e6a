import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLAIM, fresh } from './claim-asking.ts'
import { CLERK, codes, kinds, POOL } from './claim-review-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import type { Data, WorldPerson } from './world.ts'

// Somebody insured through a company was in hospital while the network was down, and paid. The pool wants a certificate of the
// company, which signs it online.
//
// The policy of 629900 for stays of employees at a hospital of level 3: 650 yuan are the deductible of a stay, of the rest 90 % are
// paid.

const EMPLOYER = '91629900DEM000001P'
const SIGNER = 'employer-629900'
const PAYABLE = `payable:claim:${POOL}`
const GIVEN = ['INVOICE', 'ITEMISED_LIST', 'DISCHARGE_RECORD', 'DIAGNOSIS', 'MEDICAL_RECORD']
const REQUEST = `mutation ($requestId: ID!, $claimId: ID!) { requestEmployerCertificate(requestId: $requestId, claimId: $claimId) {
  ${CLAIM} ... on Claim { certificates { id state } checklist { kind isGiven } } } }`
const SIGN = `mutation ($requestId: ID!, $certificateId: ID!) {
  signEmployerCertificate(requestId: $requestId, certificateId: $certificateId, sign: true) { __typename
    ... on ClaimCertificate { id state } ... on Rejection { code } } }`
const WANTED = `query { claimCertificates(state: REQUESTED) { ... on ClaimCertificateConnection {
  edges { node { id insuredId words { zh } } } } } }`

let world: StoryClaimWorld
let person: WorldPerson
beforeAll(async () => {
  world = await storyClaimWorld()
  person = await world.employee(EMPLOYER)
}, 120_000)
afterAll(() => world.close())

test('a stay of somebody employed is paid once the company has signed its certificate online, and not before', async () => {
  const care = careOf({
    total: '4650.00',
    lines: ['4000.00', '650.00'],
    begin: '2026-11-02',
    end: '2026-11-09',
    careType: '21',
    cause: 'NETWORK',
  })
  const conditions = await world.conditions(person, care)
  expect(conditions).toMatchObject({ isMet: true, kind: { code: 'INPATIENT' } })
  expect(conditions.papers).toContainEqual({ kind: 'EMPLOYER_CERTIFICATE', need: 'EMPLOYER' })
  // (4650.00 − 650.00) × 90 % = 3600.00.
  expect(await world.estimate(person, { input: care })).toMatchObject({ owed: '3600.00', personal: '1050.00' })

  const papers = await world.papers(person, GIVEN)
  const draft = await world.draft(person, { ...care, papers })
  expect(codes(await world.submit(person, draft))).toBe('PAPERS_MISSING; papers EMPLOYER_CERTIFICATE')

  expect(await world.ask(person.personNumber, REQUEST, { claimId: draft.id })).toMatchObject({
    certificates: [{ state: 'REQUESTED' }],
  })
  const { edges } = await world.ask(SIGNER, WANTED)
  const [wanted] = edges.filter(({ node }: Data) => node.insuredId === person.insuredId)
  // The company learns the days, and nothing of the illness.
  expect(wanted.node.words.zh).toContain('2026-11-02')
  expect(wanted.node.words.zh).not.toContain('急性鼻咽炎')
  expect(await world.ask(SIGNER, SIGN, { certificateId: wanted.node.id })).toMatchObject({ state: 'SIGNED' })
  expect((await world.inbox(person)).map(({ template }) => template)).toContain('claim.certificate-signed')

  const claim = await world.submit(person, draft)
  expect(claim).toMatchObject({ state: 'SUBMITTED', clock: { workingDays: 15, dueOn: '2026-12-11' } })
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const decided = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '3600.00', settlement: { cash: '1050.00' } })
  expect(await world.held(PAYABLE)).toBe(360_000n)
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: '3600.00' })
  expect(await world.held(PAYABLE)).toBe(0n)
  expect(kinds(await world.look(person.personNumber, claim.id)).at(-1)).toBe('PAID')
  expect(await world.decisionPaper(person, claim)).toMatchObject({ outcome: 'APPROVE', owed: '3600.00' })
  // The company sees nothing of the claim.
  const shown = await world.gql(await world.token(SIGNER), 'query ($id: ID!) { claim(id: $id) { __typename } }', {
    id: claim.id,
  })
  expect(shown.errors?.[0]?.extensions.code ?? shown.data.claim.__typename).toMatch(/FORBIDDEN|NotFound/)
  await world.proven()
}, 120_000)

test('a company that was asked is told so in its inbox', async () => {
  const other = await world.employee(EMPLOYER)
  const draft = await world.draft(other, careOf({ total: '900.00', careType: '21', cause: 'NETWORK' }))
  await world.ask(other.personNumber, REQUEST, { claimId: draft.id, requestId: fresh('certificate') })
  expect(await world.told(SIGNER, draft)).toContain('claim.certificate-wanted')
}, 120_000)
