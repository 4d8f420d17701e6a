import { afterAll, beforeAll, expect, test } from 'vitest'
import { outpatientClaim, saveDraft, submit } from './claim-asking.ts'
import { BANK, BATCH, CARD, ENTER_ACCOUNT } from './claim-payment-world.ts'
import {
  CLERK,
  claimReviewWorld,
  codes,
  kinds,
  PAYER,
  POOL,
  SECOND,
  THIRD,
  WINDOW,
  type ClaimReviewWorld,
} from './claim-review-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// Who takes a claim in, who decides it and who pays it are others: nobody of the staff alone makes money of a claim.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(() => world.close())

const CERTIFICATE = `mutation ($requestId: ID!, $claimId: ID!) {
  requestEmployerCertificate(requestId: $requestId, claimId: $claimId) { __typename ... on Rejection { code } } }`
const OTHER_ONE = 'SECOND_PERSON; claimId SECOND_PERSON'

/** Care of a drug and of something without a code; of the drug alone where it is plain. */
async function written(person: WorldPerson, isPlain = false): Promise<object> {
  const whole = outpatientClaim({ papers: await world.papers(person) })
  const [drug, ...more] = whole['lines'] as object[]
  const [invoice] = whole['invoices'] as [object]
  const lines = [{ ...drug, code: CLASS_A }, ...(isPlain ? [] : more)]
  return isPlain
    ? { ...whole, lines, total: '100.00', invoices: [{ ...invoice, amount: '100.00' }] }
    : { ...whole, lines }
}

/** A claim the window has written and submitted for somebody. */
async function atWindow(isPlain = false): Promise<Data> {
  const person = await world.addPatient()
  const draft = await saveDraft(world, WINDOW, await written(person, isPlain), { insuredId: person.insuredId })
  return world.look(WINDOW, (await submit(world, WINDOW, draft)).id)
}

const enter = async (who: string, claim: Data): Promise<Data> => {
  const input = { claim: claim.id, holder: '故事人物', number: CARD, bankName: BANK }
  return (await world.as(who, ENTER_ACCOUNT, { requestId: `account-${who}-${claim.id}`, input })).enterClaimAccount
}

const pay = async (
  who: string,
  claims: readonly Data[],
  requestId = `batch-${who}-${claims[0]?.id}`,
): Promise<Data> => {
  const input = { claims: claims.map(({ id }) => id) }
  return (await world.as(who, BATCH, { requestId, input })).createClaimPaymentBatch
}

test('who has taken a claim in at the window takes no step of its review, nor is it given to them', async () => {
  const claim = await atWindow()
  expect(claim).toMatchObject({ state: 'SUBMITTED' })
  const ground = { legalGround: '《社会保险法》第三十条', words: '应由第三人负担' }
  expect(codes(await world.step(WINDOW, 'acceptClaim', claim))).toBe(OTHER_ONE)
  expect(codes(await world.step(WINDOW, 'refuseAcceptance', claim, ground))).toBe(OTHER_ONE)
  expect(codes(await world.step(WINDOW, 'returnClaim', claim, { papers: ['OTHER'], words: '缺材料' }))).toBe(OTHER_ONE)
  expect(codes(await world.step(WINDOW, 'assignClaim', claim))).toBe('SECOND_PERSON; to SECOND_PERSON')
  expect(codes(await world.step(CLERK, 'assignClaim', claim, { to: WINDOW }))).toBe('SECOND_PERSON; to SECOND_PERSON')

  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  expect(accepted).toMatchObject({ state: 'ACCEPTED', assignee: CLERK })
  const lines = { lines: [{ serial: '2', outcome: 'DENIED', reason: '与诊断无关' }] }
  expect(codes(await world.step(WINDOW, 'reviewClaimLines', accepted, lines))).toBe(OTHER_ONE)
  expect(codes(await world.step(WINDOW, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' }))).toBe(OTHER_ONE)
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, lines)
  expect(await world.step(CLERK, 'proposeClaimDecision', reviewed, { outcome: 'PARTIAL' })).toMatchObject({
    state: 'APPROVED',
  })
})

test('who has written over a draft of another clerk stands in its history and reviews it no more than the other', async () => {
  const person = await world.addPatient()
  const whole = await written(person)
  const opened = await saveDraft(world, WINDOW, {}, { insuredId: person.insuredId })
  const first = await saveDraft(world, THIRD, whole, { claimId: opened.id, version: opened.version })
  const again = await saveDraft(world, THIRD, whole, { claimId: opened.id, version: first.version })
  const { id } = await submit(world, WINDOW, again)
  const claim = await world.look(THIRD, id)
  expect(kinds(claim)).toEqual(['OPENED', 'WRITTEN', 'SUBMITTED'])
  expect(codes(await world.step(THIRD, 'acceptClaim', claim))).toBe(OTHER_ONE)
})

test('who has asked an employer to certify a draft, and writes over it then, stands in its history as its writer too', async () => {
  const employed = { pool: POOL, insuranceType: '310', personType: '1101', beginOn: '2020-01-01' } as const
  const person = await world.addPerson({ enrolments: [{ ...employed, employer: '91629900DEM000001P' }] })
  const days = { begin: '2026-11-20', end: '2026-11-20' }
  const opened = await saveDraft(world, WINDOW, days, { insuredId: person.insuredId })
  const asked = await world.as(CLERK, CERTIFICATE, { requestId: `certificate-${opened.id}`, claimId: opened.id })
  expect(asked.requestEmployerCertificate).toMatchObject({ __typename: 'Claim' })
  const now = await world.look(CLERK, opened.id)
  const over = await saveDraft(world, CLERK, await written(person), { claimId: opened.id, version: now.version })
  const { id } = await submit(world, WINDOW, over)
  const claim = await world.look(CLERK, id)
  expect(kinds(claim)).toContain('WRITTEN')
  expect(codes(await world.step(CLERK, 'acceptClaim', claim))).toBe(OTHER_ONE)
})

test('a claim of the window that is plain is accepted by rule, and decided by somebody else all the same', async () => {
  const claim = await atWindow(true)
  expect(claim).toMatchObject({ state: 'ACCEPTED', precheck: { notPlain: [] } })
  expect(codes(await world.step(WINDOW, 'proposeClaimDecision', claim, { outcome: 'APPROVE' }))).toBe(OTHER_ONE)
  expect(await world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE' })).toMatchObject({
    state: 'APPROVED',
  })
})

test('who has a claim under review neither supplies it nor enters its account, and who did reviews it no longer', async () => {
  const person = await world.addPatient()
  const claim = await world.claimed(person, { uncoded: [1] })
  const returned = await world.step(CLERK, 'returnClaim', claim, { papers: ['OTHER'], words: '缺处方底方' })
  const papers = { papers: [{ kind: 'OTHER', document: await world.paper(person) }] }
  expect(codes(await world.step(CLERK, 'supplyClaim', returned, papers))).toBe(OTHER_ONE)
  expect(codes(await enter(CLERK, claim))).toBe('SECOND_PERSON; input.claim SECOND_PERSON')
  const supplied = await world.step(WINDOW, 'supplyClaim', returned, papers)
  expect(supplied).toMatchObject({ state: 'SUBMITTED', assignee: CLERK })
  expect(codes(await world.step(WINDOW, 'assignClaim', supplied, { reason: '接手' }))).toBe(
    'SECOND_PERSON; to SECOND_PERSON',
  )

  const other = await world.claimed(await world.addPatient(), { uncoded: [1] })
  expect(await enter(SECOND, other)).toMatchObject({ __typename: 'Claim' })
  expect(codes(await world.step(SECOND, 'acceptClaim', await world.look(SECOND, other.id)))).toBe(OTHER_ONE)
})

test('who has entered the account between proposal and confirmation does not confirm it', async () => {
  const claim = await world.accepted(await world.addPatient(), { lines: [6000] })
  const proposed = await world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE' })
  expect(await enter(SECOND, proposed)).toMatchObject({ __typename: 'Claim' })
  const changed = await world.look(SECOND, claim.id)
  expect(codes(await world.step(SECOND, 'confirmClaimDecision', changed))).toBe(OTHER_ONE)
  expect(codes(await world.step(SECOND, 'sendBackClaimDecision', changed, { words: '请再核' }))).toBe(OTHER_ONE)
  expect(await world.step(THIRD, 'confirmClaimDecision', changed)).toMatchObject({ state: 'APPROVED' })
})

test('a claim is paid by who has neither decided it nor entered its account; in a batch of all it is left for another', async () => {
  const decide = async (who: string): Promise<Data> => {
    const person = await world.addPatient()
    const claim = await world.step(who, 'acceptClaim', await world.claimed(person))
    const decided = await world.step(who, 'proposeClaimDecision', claim, { outcome: 'APPROVE' })
    expect(await enter(person.personNumber, decided)).toMatchObject({ __typename: 'Claim' })
    return decided
  }
  const mine = await decide(CLERK)
  const refused = await pay(CLERK, [mine])
  expect(codes(refused)).toBe('SECOND_PERSON; input.claims SECOND_PERSON')
  expect(refused.message).toMatchObject({
    zh: expect.stringContaining(mine.number),
    en: expect.stringContaining(mine.number),
  })
  expect(codes(await pay(CLERK, [], 'none-but-mine'))).toBe('SECOND_PERSON; input.claims SECOND_PERSON')

  const theirs = await decide(SECOND)
  expect(await pay(CLERK, [], 'all-but-mine')).toMatchObject({
    rows: 1,
    payments: { edges: [{ node: { claim: { id: theirs.id } } }] },
  })
  expect(await pay(PAYER, [mine])).toMatchObject({ rows: 1, amount: mine.owed })

  const entered = await world.accepted(await world.addPatient())
  const decided = await world.step(CLERK, 'proposeClaimDecision', entered, { outcome: 'APPROVE' })
  expect(await enter(WINDOW, decided)).toMatchObject({ __typename: 'Claim' })
  expect(codes(await pay(WINDOW, [decided]))).toBe('SECOND_PERSON; input.claims SECOND_PERSON')
  expect(await pay(PAYER, [decided])).toMatchObject({ rows: 1 })
})

test('an appeal is decided by nobody who has said a word about a line', async () => {
  const person = await world.addPatient()
  const accepted = await world.accepted(person, { lines: [1000, 500] })
  const lines = { lines: [{ serial: '2', outcome: 'DENIED', reason: '与诊断无关' }] }
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, lines)
  const taken = await world.step(SECOND, 'assignClaim', reviewed, { reason: '原经办人休假' })
  const decided = await world.step(SECOND, 'proposeClaimDecision', taken, { outcome: 'PARTIAL' })
  const appealed = await world.step(person.personNumber, 'appealClaim', decided, { words: '第二项为必需用药' })
  const answer = { upheld: true, answer: '第二项确属必需' }
  for (const who of [CLERK, SECOND])
    expect(codes(await world.step(who, 'decideClaimAppeal', appealed, answer))).toBe(
      'DECIDED_BEFORE; claimId DECIDED_BEFORE',
    )
  expect(await world.step(THIRD, 'decideClaimAppeal', appealed, answer)).toMatchObject({ state: 'ACCEPTED' })
})
