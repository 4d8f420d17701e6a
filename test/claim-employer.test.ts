import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLAIM, faultsOf, fresh, outpatientClaim, saveDraft, submit, uploadPaper } from './claim-asking.ts'
import { change } from './enrolment-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

const POOL = '629900'
const EMPLOYER = '91629900DEM000001P'
const OTHER = '91620100DEM0000022'
const REQUEST = `mutation ($requestId: ID!, $claimId: ID!) { requestEmployerCertificate(requestId: $requestId, claimId: $claimId) {
  ${CLAIM} ... on Claim { certificates { id state employer begin end words { zh en } answer } checklist { kind need isGiven } } } }`
const SIGN = `mutation ($requestId: ID!, $certificateId: ID!, $sign: Boolean!, $reason: String) {
  signEmployerCertificate(requestId: $requestId, certificateId: $certificateId, sign: $sign, reason: $reason) { __typename
    ... on ClaimCertificate { id state answer } ... on Rejection { code problems { path code } } } }`
const WANTED = `query ($state: ClaimCertificateState) { claimCertificates(state: $state) { __typename
  ... on ClaimCertificateConnection { edges { node { id state insuredId words { zh } } } } } }`

let world: World
let person: WorldPerson
let other: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  const employed = { pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' } as const
  person = await world.addPerson({ enrolments: [{ ...employed, employer: EMPLOYER }] })
  other = await world.addPerson({ enrolments: [employed] })
}, 60_000)
afterAll(() => world.close())

async function papersOf(of: WorldPerson): Promise<object[]> {
  const papers: object[] = []
  for (const kind of ['INVOICE', 'ITEMISED_LIST', 'DISCHARGE_RECORD', 'DIAGNOSIS', 'MEDICAL_RECORD'])
    papers.push({ kind, document: await uploadPaper(world, of, { pool: POOL }) })
  return papers
}
/** A stay of a day, which needs the certificate of an employer in this pool. */
function stayOn(day: string, papers: readonly object[]): Data {
  const { invoices, lines, ...rest } = outpatientClaim({ papers, change: { careType: '21', begin: day, end: day } })
  return {
    ...rest,
    invoices: (invoices as object[]).map((one) => ({ ...one, issuedOn: day })),
    lines: (lines as object[]).map((one) => ({ ...one, time: day })),
  }
}
const stay = async (of: WorldPerson): Promise<Data> =>
  saveDraft(world, of.personNumber, stayOn('2026-11-20', await papersOf(of)))
const request = async (of: WorldPerson, claimId: string): Promise<Data> =>
  (await world.as(of.personNumber, REQUEST, { requestId: fresh('request'), claimId })).requestEmployerCertificate
const sign = async (who: string, certificateId: string, more: object): Promise<Data> =>
  (await world.as(who, SIGN, { requestId: fresh('sign'), certificateId, ...more })).signEmployerCertificate
const wanted = async (who: string): Promise<Data[]> =>
  (await world.as(who, WANTED, { state: 'REQUESTED' })).claimCertificates.edges.map(({ node }: Data) => node)

test('a claim of somebody insured through an employer waits for its certificate, which it signs by its own token', async () => {
  const draft = await stay(person)
  expect(faultsOf(await submit(world, person.personNumber, draft))).toBe(
    'NotAllowed PAPERS_MISSING: papers EMPLOYER_CERTIFICATE',
  )
  const asked = await request(person, draft.id)
  expect(asked.certificates).toMatchObject([{ state: 'REQUESTED', employer: EMPLOYER }])
  expect(asked.checklist).toContainEqual({ kind: 'EMPLOYER_CERTIFICATE', need: 'EMPLOYER', isGiven: false })
  const [found] = (await wanted('employer-629900')).filter(({ insuredId }) => insuredId === person.insuredId)
  expect(found?.words.zh).toContain('2026-11-20')
  expect(await sign('employer-629900', found?.id, { sign: true })).toMatchObject({ state: 'SIGNED' })
  expect(await submit(world, person.personNumber, draft)).toMatchObject({ state: 'SUBMITTED', kind: 'INPATIENT' })
})

test('who is insured otherwise needs none, and cannot ask for one', async () => {
  const draft = await stay(other)
  expect(faultsOf(await request(other, draft.id))).toBe('NotAllowed NO_EMPLOYER: claimId NO_EMPLOYER')
  expect(await submit(world, other.personNumber, draft)).toMatchObject({ state: 'SUBMITTED' })
})

test('an employer that declines says why, and may be asked again', async () => {
  const draft = await stay(person)
  const { certificates } = await request(person, draft.id)
  const id = certificates[0].id
  expect(await request(person, draft.id)).toMatchObject({ code: 'CERTIFICATE_ASKED' })
  expect(await sign('employer-629900', id, { sign: false })).toMatchObject({
    problems: [{ path: 'reason', code: 'REQUIRED' }],
  })
  expect(await sign('employer-629900', id, { sign: false, reason: '费用已由单位报销' })).toMatchObject({
    state: 'DECLINED',
  })
  expect(await sign('employer-629900', id, { sign: true })).toMatchObject({ code: 'CERTIFICATE_ANSWERED' })
  const again = await request(person, draft.id)
  expect(again.certificates.map(({ state }: Data) => state)).toEqual(['DECLINED', 'REQUESTED'])
})

test('another employer neither sees nor signs it', async () => {
  const draft = await stay(person)
  const { certificates } = await request(person, draft.id)
  const id = certificates[0].id
  expect((await wanted('employer-620100')).map((one) => one.id)).not.toContain(id)
  expect(await sign('employer-620100', id, { sign: true })).toMatchObject({
    problems: [{ path: 'certificateId', code: 'NOT_FOUND' }],
  })
})

/** Asks for the certificate of a draft and has it signed by an employer. */
async function certified(of: WorldPerson, { id }: Data, signer: string): Promise<Data> {
  const { certificates } = await request(of, id)
  const asked = certificates.find(({ state }: Data) => state === 'REQUESTED')
  expect(await sign(signer, asked.id, { sign: true })).toMatchObject({ state: 'SIGNED' })
  return asked
}

test('a certificate counts for the days it was signed for; of other days another is asked for', async () => {
  const papers = await papersOf(person)
  const draft = await saveDraft(world, person.personNumber, stayOn('2026-11-20', papers))
  expect(await certified(person, draft, 'employer-629900')).toMatchObject({ begin: '2026-11-20', end: '2026-11-20' })
  expect(await request(person, draft.id)).toMatchObject({ code: 'CERTIFICATE_ASKED' })

  const over = { claimId: draft.id, version: draft.version }
  const moved = await saveDraft(world, person.personNumber, stayOn('2026-11-10', papers), over)
  expect(faultsOf(await submit(world, person.personNumber, moved))).toBe(
    'NotAllowed PAPERS_MISSING: papers EMPLOYER_CERTIFICATE',
  )
  expect(await certified(person, moved, 'employer-629900')).toMatchObject({ begin: '2026-11-10', end: '2026-11-10' })
  expect(await submit(world, person.personNumber, moved)).toMatchObject({ state: 'SUBMITTED' })
})

test('a certificate counts when the employer of those days has signed it, and no other', async () => {
  const registered = await change(world, 'clerk-629900', 'registerEmployer', { creditCode: OTHER, name: '又一单位' })
  expect(registered).toMatchObject({ __typename: 'Employer' })
  const employed = { pool: POOL, insuranceType: '310', personType: '1101' } as const
  const changed = await world.addPerson({
    enrolments: [
      { ...employed, employer: OTHER, beginOn: '2020-01-01', endOn: '2026-10-31' },
      { ...employed, employer: EMPLOYER, beginOn: '2026-11-01' },
    ],
  })
  const papers = await papersOf(changed)
  const draft = await saveDraft(world, changed.personNumber, stayOn('2026-11-12', papers))
  expect(await certified(changed, draft, 'employer-629900')).toMatchObject({ employer: EMPLOYER })
  const over = { claimId: draft.id, version: draft.version }
  const earlier = await saveDraft(world, changed.personNumber, stayOn('2026-10-12', papers), over)
  expect(faultsOf(await submit(world, changed.personNumber, earlier))).toBe(
    'NotAllowed PAPERS_MISSING: papers EMPLOYER_CERTIFICATE',
  )
  expect((await request(changed, earlier.id)).certificates.at(-1)).toMatchObject({
    state: 'REQUESTED',
    employer: OTHER,
    begin: '2026-10-12',
  })
})
