import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLERK, claimReviewWorld, codes, kinds, SECOND, STRANGER, type ClaimReviewWorld } from './claim-review-world.ts'
import { CLASS_A } from './world-bill.ts'
import type { WorldPerson } from './world.ts'

// Staff of the pool review a claim line by line; what they decide is settled.

let world: ClaimReviewWorld
let person: WorldPerson
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
beforeEach(async () => {
  person = await world.addPatient()
})
afterAll(() => world.close())

test('a claim is accepted, approved and settled, and the person is told of every step', async () => {
  const submitted = await world.claimed(person)
  expect(submitted).toMatchObject({
    state: 'SUBMITTED',
    assignee: null,
    clock: {
      kind: 'DECISION',
      workingDays: 15,
      dueOn: '2026-12-11',
      daysLeft: 15,
      colour: 'GREEN',
      provisional: false,
    },
  })
  const accepted = await world.step(CLERK, 'acceptClaim', submitted)
  expect(accepted).toMatchObject({ state: 'ACCEPTED', assignee: CLERK, acceptedAt: expect.any(String) })
  const decided = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({
    state: 'APPROVED',
    settlement: { total: '1200.00' },
    decisions: [{ outcome: 'APPROVE', proposedBy: CLERK, confirmedBy: null, confirmedAt: expect.any(String) }],
  })
  expect(Number(decided.owed)).toBeGreaterThan(0)
  expect(decided.owed).toBe(decided.settlement.fundTotal)
  expect(kinds(decided)).toEqual(['OPENED', 'SUBMITTED', 'ACCEPTED', 'DECIDED', 'SETTLED'])
  expect(decided.clocks[0]).toMatchObject({ kind: 'DECISION', stoppedAt: expect.any(String) })
  expect(await world.told(person.personNumber, decided)).toEqual([
    'claim.submitted',
    'claim.accepted',
    'claim.settling',
    'claim.account-needed',
    'claim.approved',
  ])
  expect(await world.told(CLERK, decided)).toContain('claim.waiting')
})

test('a reviewer says of each line what is paid and why not all, which the person reads once it is decided', async () => {
  const accepted = await world.accepted(person, { lines: [900, 300, 100] })
  const lines = [
    { serial: '1', outcome: 'APPROVED' },
    { serial: '2', outcome: 'REDUCED', amount: '200.00', reason: '超出规定用量' },
    { serial: '3', outcome: 'DENIED', reason: '与本次诊断无关' },
  ]
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, { lines })
  expect(reviewed.lineReviews).toMatchObject([
    { serial: '1', outcome: 'APPROVED', amount: '900.00', reason: null },
    { serial: '2', outcome: 'REDUCED', amount: '200.00', reason: '超出规定用量' },
    { serial: '3', outcome: 'DENIED', amount: '0.00', reason: '与本次诊断无关' },
  ])
  expect((await world.look(person.personNumber, accepted.id)).lineReviews).toEqual([])

  expect(codes(await world.step(CLERK, 'proposeClaimDecision', reviewed, { outcome: 'APPROVE' }))).toBe(
    'OUTCOME_OF_LINES; outcome OUTCOME_OF_LINES',
  )
  const words = '部分费用不予支付'
  const decided = await world.step(CLERK, 'proposeClaimDecision', reviewed, { outcome: 'PARTIAL', words })
  expect(decided).toMatchObject({ state: 'APPROVED', decisions: [{ outcome: 'PARTIAL', words: { zh: words } }] })
  expect(decided.settlement.lines.map((one: { selfPaid: string }) => one.selfPaid)).toEqual([
    '0.00',
    '100.00',
    '100.00',
  ])
  const seen = await world.look(person.personNumber, accepted.id)
  expect(seen.lineReviews).toHaveLength(3)
  expect(seen.history.find((one: { kind: string }) => one.kind === 'DECIDED_IN_PART').words.zh).toBe(words)
})

test('a line without a code is mapped or denied before the claim is approved', async () => {
  const accepted = await world.accepted(person, { lines: [1200, 100], uncoded: [2] })
  expect(accepted.precheck.notPlain).toEqual(['ABOVE_LIMIT', 'UNCODED_LINES'])
  expect(codes(await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' }))).toBe(
    'LINES_UNREVIEWED; lines.2 LINE_UNREVIEWED',
  )
  const lines = [{ serial: '2', outcome: 'APPROVED', code: CLASS_A }]
  const mapped = await world.step(CLERK, 'reviewClaimLines', accepted, { lines })
  const decided = await world.step(CLERK, 'proposeClaimDecision', mapped, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', settlement: { total: '1300.00' } })
})

test('a line mapped to what the catalogue does not have brings the claim back with the reason, its clock running on', async () => {
  const accepted = await world.accepted(person, { lines: [1200, 100], uncoded: [2] })
  const lines = [{ serial: '2', outcome: 'APPROVED', code: 'NO-SUCH-ITEM' }]
  const mapped = await world.step(CLERK, 'reviewClaimLines', accepted, { lines })
  const back = await world.step(CLERK, 'proposeClaimDecision', mapped, { outcome: 'APPROVE' })
  expect(back).toMatchObject({
    state: 'ACCEPTED',
    assignee: CLERK,
    owed: '0.00',
    clock: { kind: 'DECISION', dueOn: '2026-12-11', stoppedAt: null },
  })
  expect(kinds(back).slice(-2)).toEqual(['DECIDED', 'NOT_SETTLED'])
  expect(await world.told(person.personNumber, back)).toContain('claim.not-settled')
})

describe('a claim that is refused', () => {
  const why = { legalGround: '《中华人民共和国社会保险法》第三十条', words: '费用应由第三人负担' }

  test('says by which law and why, lets go of its invoices, and is told with the day it can be appealed to', async () => {
    const papers = await world.papers(person)
    const accepted = await world.accepted(person, { papers })
    expect(codes(await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'REJECT' }))).toBe(
      'INVALID_INPUT; legalGround REQUIRED; words REQUIRED',
    )
    const rejected = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'REJECT', ...why })
    expect(rejected).toMatchObject({
      state: 'REJECTED',
      owed: '0.00',
      settlement: null,
      clock: null,
      decisions: [{ outcome: 'REJECT', legalGround: why.legalGround, words: { zh: why.words } }],
    })
    expect(rejected.decisions[0].appealUntil).toBe('2027-02-17')
    expect((await world.told(person.personNumber, rejected)).at(-1)).toBe('claim.rejected')
    expect(await world.claimed(person, { papers })).toMatchObject({ state: 'SUBMITTED' })
  })

  test('before it is accepted is not accepted (不予受理), by law and in words too', async () => {
    const submitted = await world.claimed(person)
    expect(codes(await world.step(CLERK, 'refuseAcceptance', submitted, { legalGround: '不行', words: '无' }))).toBe(
      'INVALID_INPUT; legalGround MALFORMED',
    )
    const refused = await world.step(CLERK, 'refuseAcceptance', submitted, why)
    expect(refused).toMatchObject({ state: 'NOT_ACCEPTED', decisions: [{ outcome: 'NOT_ACCEPT' }], clock: null })
    expect((await world.told(person.personNumber, refused)).at(-1)).toBe('claim.not-accepted')
    expect(codes(await world.step(CLERK, 'acceptClaim', refused))).toBe('CLAIM_STATE; claimId CLAIM_STATE')
  })
})

describe('the rules look at a claim first', () => {
  test('and accept a plain one at once, which a person decides', async () => {
    const plain = await world.claimed(person, { lines: [1000] })
    expect(plain).toMatchObject({ state: 'ACCEPTED', assignee: null, precheck: null })
    expect(kinds(plain)).toEqual(['OPENED', 'SUBMITTED', 'ACCEPTED'])
    expect((await world.look(CLERK, plain.id)).precheck).toEqual({ notPlain: [], refusal: null, findings: [] })
    expect((await world.told(person.personNumber, plain)).at(-1)).toBe('claim.accepted')
    const decided = await world.step(CLERK, 'proposeClaimDecision', plain, { outcome: 'APPROVE' })
    expect(decided).toMatchObject({ state: 'APPROVED', assignee: CLERK })
  })

  test('and leave what is above the amount, without codes or of an injury to the staff', async () => {
    expect((await world.look(CLERK, (await world.claimed(person, { lines: [1001] })).id)).precheck).toMatchObject({
      notPlain: ['ABOVE_LIMIT'],
    })
    const uncoded = await world.claimed(await world.addPatient(), { lines: [500], uncoded: [1] })
    expect((await world.look(CLERK, uncoded.id)).precheck).toMatchObject({ notPlain: ['UNCODED_LINES'] })
  })
})

test('staff of another pool, and other persons, neither see a claim nor take a step of it', async () => {
  const submitted = await world.claimed(person)
  const other = await world.addPatient()
  for (const who of [STRANGER, other.personNumber]) {
    expect(await world.look(who, submitted.id)).toMatchObject({ code: 'NOT_FOUND' })
  }
  expect(await world.step(STRANGER, 'acceptClaim', submitted)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.step(other.personNumber, 'supplyClaim', submitted, { papers: [] })).toMatchObject({
    code: 'NOT_FOUND',
  })
  expect(await world.step(other.personNumber, 'appealClaim', submitted, { words: '不服' })).toMatchObject({
    code: 'NOT_FOUND',
  })
})

test('a claim is with one reviewer; another takes it over with a reason, and gives it to a third', async () => {
  const accepted = await world.accepted(person)
  expect(
    codes(await world.step(SECOND, 'reviewClaimLines', accepted, { lines: [{ serial: '1', outcome: 'APPROVED' }] })),
  ).toBe('CLAIM_OF_ANOTHER; claimId CLAIM_OF_ANOTHER')
  expect(codes(await world.step(SECOND, 'assignClaim', accepted))).toBe('INVALID_INPUT; reason REQUIRED')
  const taken = await world.step(SECOND, 'assignClaim', accepted, { reason: '原经办人休假' })
  expect(taken).toMatchObject({ assignee: SECOND, state: 'ACCEPTED' })
  expect(codes(await world.step(SECOND, 'assignClaim', taken))).toBe('ASSIGNED_ALREADY; to ASSIGNED_ALREADY')
  for (const to of ['nobody-629900', STRANGER, person.personNumber])
    expect(codes(await world.step(SECOND, 'assignClaim', taken, { to }))).toBe('UNKNOWN_STAFF; to UNKNOWN_STAFF')
  expect(await world.step(SECOND, 'assignClaim', taken, { to: CLERK })).toMatchObject({ assignee: CLERK })
  expect((await world.look(person.personNumber, accepted.id)).assignee).toBeNull()
})
