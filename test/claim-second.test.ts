import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, claimReviewWorld, codes, kinds, SECOND, THIRD, type ClaimReviewWorld } from './claim-review-world.ts'
import type { Data } from './world.ts'

// Above the amount of the pool, 5,000 yuan, a second person looks at what is proposed.

const RULES = `{ claimRules(pool: "629900") { ... on ClaimRules { secondAbove secondMeasuredBy secondSource { reliability } } } }`

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(() => world.close())

const proposed = async (outcome: object = { outcome: 'APPROVE' }): Promise<[Data, string]> => {
  const person = await world.addPatient()
  const accepted = await world.accepted(person, { lines: [4000, 1001] })
  return [await world.step(CLERK, 'proposeClaimDecision', accepted, outcome), person.personNumber]
}

test('what is proposed waits for somebody else, and counts once they confirm it', async () => {
  const [claim, person] = await proposed()
  expect(claim).toMatchObject({
    state: 'PROPOSED',
    owed: '0.00',
    clock: { kind: 'DECISION', dueOn: '2026-12-11' },
    decisions: [{ outcome: 'APPROVE', proposedBy: CLERK, confirmedAt: null }],
  })
  // What is among the staff is not the person's to read yet.
  expect(await world.look(person, claim.id)).toMatchObject({ state: 'PROPOSED', decisions: [] })
  expect(await world.told(CLERK, claim)).toContain('claim.to-confirm')
  expect(codes(await world.step(CLERK, 'confirmClaimDecision', claim))).toBe('OWN_PROPOSAL; claimId OWN_PROPOSAL')
  const confirmed = await world.step(SECOND, 'confirmClaimDecision', claim)
  expect(confirmed).toMatchObject({
    state: 'APPROVED',
    assignee: CLERK,
    settlement: { total: '5001.00' },
    decisions: [{ proposedBy: CLERK, confirmedBy: SECOND, confirmedAt: expect.any(String) }],
  })
  expect((await world.look(person, claim.id)).decisions).toMatchObject([{ outcome: 'APPROVE', confirmedBy: null }])
  expect(await world.told(person, claim)).toEqual(
    expect.arrayContaining(['claim.proposed', 'claim.settling', 'claim.approved']),
  )
})

test('what is not confirmed goes back to the reviewer, who is told why, and may be proposed anew', async () => {
  const [claim, person] = await proposed()
  expect(codes(await world.step(SECOND, 'sendBackClaimDecision', claim, { words: '' }))).toBe(
    'INVALID_INPUT; words REQUIRED',
  )
  const back = await world.step(SECOND, 'sendBackClaimDecision', claim, { words: '请核对第二项' })
  expect(back).toMatchObject({ state: 'ACCEPTED', assignee: CLERK, decisions: [{ sentBackWords: '请核对第二项' }] })
  expect((await world.look(person, claim.id)).decisions).toEqual([])
  const denied = await world.step(CLERK, 'reviewClaimLines', back, {
    lines: [{ serial: '2', outcome: 'DENIED', reason: '与诊断无关' }],
  })
  // Denying a line does not make it an amount that one person decides.
  const again = await world.step(CLERK, 'proposeClaimDecision', denied, { outcome: 'PARTIAL' })
  expect(again).toMatchObject({ state: 'PROPOSED' })
  const done = await world.step(THIRD, 'confirmClaimDecision', again)
  expect(done).toMatchObject({ state: 'APPROVED', decisions: [{ confirmedAt: null }, { confirmedBy: THIRD }] })
  expect(kinds(done).slice(3)).toEqual([
    'PROPOSED',
    'SENT_BACK',
    'LINES_REVIEWED',
    'PROPOSED',
    'DECIDED_IN_PART',
    'SETTLED',
  ])
})

test('a rejection above the amount needs two persons as well', async () => {
  const why = { outcome: 'REJECT', legalGround: '《社会保险法》第三十条', words: '应由工伤保险支付' }
  const [claim, person] = await proposed(why)
  expect(claim.state).toBe('PROPOSED')
  const rejected = await world.step(SECOND, 'confirmClaimDecision', claim)
  expect(rejected).toMatchObject({
    state: 'REJECTED',
    decisions: [{ legalGround: why.legalGround, confirmedBy: SECOND }],
  })
  expect((await world.told(person, claim)).at(-1)).toBe('claim.rejected')
})

test('the second person may ask for more papers: the proposal is sent back, and the claim comes back to its reviewer', async () => {
  const [claim] = await proposed()
  const returned = await world.step(SECOND, 'returnClaim', claim, { papers: ['DIAGNOSIS'], words: '缺诊断证明' })
  expect(returned).toMatchObject({
    state: 'RETURNED',
    assignee: CLERK,
    decisions: [{ sentBackWords: '缺诊断证明', confirmedAt: null }],
  })
})

test('what is claimed counts and not what would be paid: denying lines lets nobody decide alone', async () => {
  const person = await world.addPatient()
  const accepted = await world.accepted(person, { lines: [4000, 1001] })
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, {
    lines: [{ serial: '1', outcome: 'DENIED', reason: '与诊断无关' }],
  })
  expect(await world.step(CLERK, 'proposeClaimDecision', reviewed, { outcome: 'PARTIAL' })).toMatchObject({
    state: 'PROPOSED',
  })
  const rejected = { outcome: 'REJECT', legalGround: '《社会保险法》第三十条', words: '应由第三人负担' }
  expect((await proposed(rejected))[0]).toMatchObject({ state: 'PROPOSED' })
  // The rules of the pool say so, and that no public notice does.
  const { claimRules } = await world.world.as(person.personNumber, RULES)
  expect(claimRules).toMatchObject({
    secondAbove: '5000.00',
    secondMeasuredBy: 'CLAIMED',
    secondSource: { reliability: 'ASSUMED' },
  })
})
