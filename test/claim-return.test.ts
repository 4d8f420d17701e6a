import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BANK, CARD, ENTER_ACCOUNT } from './claim-payment-world.ts'
import { CLERK, claimReviewWorld, codes, kinds, POOL, SECOND, type ClaimReviewWorld } from './claim-review-world.ts'
import type { Data, WorldPerson } from './world.ts'

// Papers are missing: the clock of the agency stands still until the person brings them.

let world: ClaimReviewWorld
let person: WorldPerson
let claim: Data
beforeAll(async () => {
  world = await claimReviewWorld()
  person = await world.addPatient()
}, 60_000)
afterAll(() => world.close())

test('papers are asked for with a reason the person reads, and the clock stands still for it', async () => {
  const accepted = await world.accepted(person)
  world.on('2026-11-26')
  expect(codes(await world.step(CLERK, 'returnClaim', accepted, { papers: [], words: '缺诊断' }))).toBe(
    'INVALID_INPUT; papers PAPERS',
  )
  expect(codes(await world.step(CLERK, 'returnClaim', accepted, { papers: ['DIAGNOSIS'], words: '' }))).toBe(
    'INVALID_INPUT; words REQUIRED',
  )
  const papers = ['DIAGNOSIS', 'MEDICAL_RECORD']
  claim = await world.step(CLERK, 'returnClaim', accepted, { papers, words: '缺少诊断证明和病历' })
  expect(claim).toMatchObject({
    state: 'RETURNED',
    assignee: CLERK,
    // Fifteen working days for the person, from the day after.
    clock: { kind: 'SUPPLEMENT', dueOn: '2026-12-17', colour: 'GREEN' },
    clocks: [
      { kind: 'DECISION', dueOn: null, stoppedAt: null },
      { kind: 'SUPPLEMENT', dueOn: '2026-12-17' },
    ],
  })
  const seen = await world.look(person.personNumber, claim.id)
  expect(seen.returned).toMatchObject({ words: { zh: '缺少诊断证明和病历' } })
  expect(seen.returned.papers.toSorted()).toEqual(papers)
  expect((await world.told(person.personNumber, claim)).at(-1)).toBe('claim.returned')
})

test('a claim that waits for papers is neither reviewed nor refused before their time is over', async () => {
  expect(codes(await world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE' }))).toMatch(/^CLAIM_STATE/)
  const why = { legalGround: '《社会保险经办条例》第一条', words: '逾期未补正' }
  expect(codes(await world.step(CLERK, 'refuseAcceptance', claim, why))).toBe(
    'SUPPLEMENT_RUNS; claimId SUPPLEMENT_RUNS',
  )
})

test('what is brought is whole, of the person, and no picture that stands in the claim already', async () => {
  const other = await world.addPatient()
  const diagnosis = { kind: 'DIAGNOSIS', document: await world.paper(person) }
  const ask = async (papers: object[]) => codes(await world.step(person.personNumber, 'supplyClaim', claim, { papers }))
  expect(await ask([diagnosis])).toBe('INVALID_INPUT; papers.MEDICAL_RECORD PAPER_MISSING')
  expect(await ask([diagnosis, { kind: 'MEDICAL_RECORD', promise: true }])).toBe(
    'INVALID_INPUT; papers[0].promise NOT_APPLICABLE'.replace('[0]', '[1]'),
  )
  const foreign = { kind: 'MEDICAL_RECORD', document: await world.paper(other) }
  expect(await ask([diagnosis, foreign])).toBe('INVALID_INPUT; papers[1].document NOT_FOUND')
  expect(await ask([diagnosis, { ...diagnosis, kind: 'MEDICAL_RECORD' }])).toBe(
    'INVALID_INPUT; papers[1].document DOCUMENT_TWICE',
  )
  expect((await world.look(person.personNumber, claim.id)).version).toBe(claim.version)
})

test('brought, it goes back to the same reviewer and the clock goes on with the days that were left', async () => {
  world.on('2026-12-03')
  const papers = [
    { kind: 'DIAGNOSIS', document: await world.paper(person) },
    { kind: 'MEDICAL_RECORD', document: await world.paper(person) },
  ]
  const supplied = await world.step(person.personNumber, 'supplyClaim', claim, { papers, note: '已补齐' })
  // Four of fifteen days were used; five working days passed until the papers came.
  expect(supplied).toMatchObject({
    state: 'SUBMITTED',
    returned: null,
    clock: { kind: 'DECISION', dueOn: '2026-12-18', daysLeft: 11, pausedAt: null },
  })
  expect(supplied.clocks[1]).toMatchObject({ kind: 'SUPPLEMENT', stoppedAt: expect.any(String) })
  expect(await world.told(CLERK, claim)).toContain('claim.supplied')
  expect((await world.look(CLERK, claim.id)).assignee).toBe(CLERK)
  expect((await world.look(CLERK, claim.id)).precheck.notPlain).toContain('RETURNED_BEFORE')
  expect(codes(await world.step(SECOND, 'acceptClaim', supplied))).toMatch(/^CLAIM_OF_ANOTHER/)
  const again = await world.step(CLERK, 'acceptClaim', supplied)
  expect(again).toMatchObject({ state: 'ACCEPTED', acceptedAt: '2026-11-22T02:00:00Z' })
  expect(kinds(again)).toEqual(['OPENED', 'SUBMITTED', 'ACCEPTED', 'RETURNED', 'SUPPLIED', 'ACCEPTED'])
  claim = again
})

test('papers that never come are told, and then a ground not to accept the claim', async () => {
  const returned = await world.step(CLERK, 'returnClaim', claim, { papers: ['REFERRAL'], words: '缺转诊证明' })
  const { dueOn } = returned.clock
  expect(dueOn).toBe('2026-12-24')
  world.on('2026-12-21')
  await world.watch()
  expect(await world.told(person.personNumber, claim)).toContain('claim.supplement-due')
  world.on('2026-12-25')
  await world.watch()
  await world.watch()
  expect((await world.told(person.personNumber, claim)).filter((one) => one === 'claim.supplement-over')).toHaveLength(
    1,
  )
  const why = { legalGround: '《社会保险经办条例》第十一条', words: '逾期未补正' }
  expect(await world.step(CLERK, 'refuseAcceptance', returned, why)).toMatchObject({
    state: 'NOT_ACCEPTED',
    clock: null,
  })
})

test('the person takes a claim back while papers are asked for, and no clock of it runs on', async () => {
  world.now()
  const one = await world.addPatient()
  const returned = await world.step(CLERK, 'returnClaim', await world.claimed(one), {
    papers: ['DIAGNOSIS'],
    words: '缺诊断证明',
  })
  expect(await world.step(one.personNumber, 'withdrawClaim', returned)).toMatchObject({
    state: 'WITHDRAWN',
    clock: null,
  })
})

test('the certificate an employer signs online and the account that is entered are what was asked for', async () => {
  world.now()
  const employer = '91629900DEM000001P'
  const enrolment = { pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01', employer } as const
  const one = await world.addPerson({ enrolments: [enrolment] })
  const { personNumber } = one
  const claimed = await world.claimed(one)
  await enter(one, claimed)
  const accepted = await world.step(CLERK, 'acceptClaim', await world.look(CLERK, claimed.id))
  const papers = ['EMPLOYER_CERTIFICATE', 'BANK_ACCOUNT']
  world.time.now = world.time.now.add({ hours: 1 })
  const returned = await world.step(CLERK, 'returnClaim', accepted, { papers, words: '请单位签署证明，并更正收款账户' })
  const supply = async () =>
    world.step(personNumber, 'supplyClaim', await world.look(personNumber, claimed.id), { papers: [] })
  // The account that was there before is what was to be corrected.
  const missing = (await supply()).problems.map(({ path }: Data) => path)
  expect(missing.toSorted()).toEqual(['papers.BANK_ACCOUNT', 'papers.EMPLOYER_CERTIFICATE'])

  await world.as(personNumber, REQUEST, { requestId: randomUUID(), claimId: returned.id })
  const { edges } = (await world.as('employer-629900', WANTED)).claimCertificates
  const certificateId = edges.find(({ node }: Data) => node.insuredId === one.insuredId).node.id
  expect((await supply()).problems).toHaveLength(2)
  await world.as('employer-629900', SIGN, { requestId: randomUUID(), certificateId })
  expect(codes(await supply())).toBe('INVALID_INPUT; papers.BANK_ACCOUNT PAPER_MISSING')
  world.time.now = world.time.now.add({ hours: 1 })
  expect(await enter(one, claimed)).toMatchObject({ account: { number: 2 } })
  expect(await supply()).toMatchObject({ state: 'SUBMITTED', returned: null })
})

const enter = async ({ personNumber }: WorldPerson, { id }: Data): Promise<Data> => {
  const input = { claim: id, holder: '故事人物', number: CARD, bankName: BANK }
  return (await world.as(personNumber, ENTER_ACCOUNT, { requestId: randomUUID(), input })).enterClaimAccount
}
const REQUEST = `mutation ($requestId: ID!, $claimId: ID!) {
  requestEmployerCertificate(requestId: $requestId, claimId: $claimId) { __typename ... on Rejection { code } } }`
const WANTED = `{ claimCertificates(state: REQUESTED) { ... on ClaimCertificateConnection { edges { node { id insuredId } } } } }`
const SIGN = `mutation ($requestId: ID!, $certificateId: ID!) {
  signEmployerCertificate(requestId: $requestId, certificateId: $certificateId, sign: true) { __typename ... on Rejection { code } } }`

test('everything that is missing is named at once: a claim is returned as often as the rules say and then decided as it is', async () => {
  const other = await world.addPatient()
  const { claimRules } = await world.world.as(other.personNumber, RULES)
  expect(claimRules).toMatchObject({ returnsMost: 2, returnsSource: { reliability: 'ASSUMED' } })
  let now = await world.accepted(other)
  const wanted = { papers: ['OTHER'], words: '请补充材料' }
  for (let i = 0; i < claimRules.returnsMost; i += 1) {
    const returned = await world.step(CLERK, 'returnClaim', now, wanted)
    expect(returned, codes(returned)).toMatchObject({ state: 'RETURNED' })
    const papers = [{ kind: 'OTHER', document: await world.paper(other) }]
    now = await world.step(other.personNumber, 'supplyClaim', returned, { papers })
  }
  expect(codes(await world.step(CLERK, 'returnClaim', now, wanted))).toBe('RETURNED_ENOUGH; claimId RETURNED_ENOUGH')
  const accepted = await world.step(CLERK, 'acceptClaim', now)
  expect(codes(await world.step(CLERK, 'returnClaim', accepted, wanted))).toBe(
    'RETURNED_ENOUGH; claimId RETURNED_ENOUGH',
  )
  expect(await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })).toMatchObject({
    state: 'APPROVED',
  })
})

const RULES = `{ claimRules(pool: "${POOL}") { ... on ClaimRules { returnsMost returnsSource { reliability } } } }`
