import { afterAll, beforeAll, expect, test } from 'vitest'
import { verify } from '@yibao/settlement/commands/verify'
import { CLERK, claimReviewWorld, codes, kinds, SECOND, THIRD, type ClaimReviewWorld } from './claim-review-world.ts'
import type { Data, WorldPerson } from './world.ts'

// What was decided of a claim is appealed against, and somebody who took no part in it answers.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(() => world.close())

const WHY = { outcome: 'REJECT', legalGround: '《社会保险法》第三十条', words: '应由第三人负担' }
const WORDS = '未获第三人赔偿，有法院裁定'

/** A claim the clerk has rejected. */
async function rejected(): Promise<[Data, WorldPerson, object[]]> {
  const person = await world.addPatient()
  const papers = await world.papers(person)
  const accepted = await world.accepted(person, { papers })
  return [await world.step(CLERK, 'proposeClaimDecision', accepted, WHY), person, papers]
}

test('an appeal that is upheld lets the claim be reviewed anew by somebody else, with its invoices and a new clock', async () => {
  const [claim, person, papers] = await rejected()
  world.on('2026-11-30')
  const document = await world.paper(person)
  const appealed = await world.step(person.personNumber, 'appealClaim', claim, { words: WORDS, documents: [document] })
  expect(appealed).toMatchObject({
    state: 'REJECTED',
    appeals: [{ state: 'OPEN', words: WORDS, documents: [document], answer: null }],
    clock: { kind: 'APPEAL', workingDays: 30, dueOn: '2027-01-12', provisional: true },
  })
  expect(await world.told(person.personNumber, claim)).toContain('claim.appealed')
  expect(await world.told(CLERK, claim)).toContain('claim.appeal-waiting')
  expect((await world.queue(SECOND)).edges.map((one: Data) => one.node.id)).toContain(claim.id)

  const answer = { upheld: true, answer: '经核实未获赔偿，应予受理' }
  expect(codes(await world.step(CLERK, 'decideClaimAppeal', appealed, answer))).toBe(
    'DECIDED_BEFORE; claimId DECIDED_BEFORE',
  )
  const upheld = await world.step(SECOND, 'decideClaimAppeal', appealed, answer)
  expect(upheld).toMatchObject({
    state: 'ACCEPTED',
    assignee: null,
    decidedAt: null,
    appeals: [{ state: 'UPHELD', decidedBy: SECOND, answer: answer.answer }],
    clock: { kind: 'DECISION', dueOn: '2026-12-21' },
  })
  expect((await world.told(person.personNumber, claim)).at(-1)).toBe('claim.appeal-upheld')
  // It holds its papers and invoices once more.
  expect(await world.claimed(person, { papers })).toMatchObject({ code: 'INVALID_INPUT' })
  // Who decided it before neither decides it anew nor is given it.
  const before = 'DECIDED_BEFORE; claimId DECIDED_BEFORE'
  expect(codes(await world.step(CLERK, 'proposeClaimDecision', upheld, WHY))).toBe(before)
  const lines = { lines: [{ serial: '1', outcome: 'DENIED', reason: '与诊断无关' }] }
  expect(codes(await world.step(CLERK, 'reviewClaimLines', upheld, lines))).toBe(before)
  expect(codes(await world.step(SECOND, 'assignClaim', upheld, { to: CLERK }))).toBe(
    'DECIDED_BEFORE; to DECIDED_BEFORE',
  )
  const decided = await world.step(THIRD, 'proposeClaimDecision', upheld, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', settlement: { total: '1200.00' } })
  world.now()
})

test('an appeal that is dismissed changes nothing, and there is none other against the same decision', async () => {
  const [claim, { personNumber }] = await rejected()
  const appealed = await world.step(personNumber, 'appealClaim', claim, { words: WORDS })
  expect(codes(await world.step(personNumber, 'appealClaim', appealed, { words: WORDS }))).toMatch(/^APPEALED_ALREADY/)
  const dismissed = await world.step(SECOND, 'decideClaimAppeal', appealed, { upheld: false, answer: '原处理正确' })
  expect(dismissed).toMatchObject({ state: 'REJECTED', appeals: [{ state: 'DISMISSED' }], clock: null })
  expect((await world.told(personNumber, claim)).at(-1)).toBe('claim.appeal-dismissed')
  expect(codes(await world.step(personNumber, 'appealClaim', dismissed, { words: WORDS }))).toMatch(/^APPEALED_ALREADY/)
  expect(codes(await world.step(THIRD, 'decideClaimAppeal', dismissed, { upheld: true, answer: '再议' }))).toBe(
    'NO_OPEN_APPEAL; claimId NO_OPEN_APPEAL',
  )
})

test('an upheld appeal against what was settled takes the settlement back first, and it is settled anew', async () => {
  const person = await world.addPatient()
  const accepted = await world.accepted(person, { lines: [1000, 500] })
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, {
    lines: [{ serial: '2', outcome: 'DENIED', reason: '与诊断无关' }],
  })
  const decided = await world.step(CLERK, 'proposeClaimDecision', reviewed, { outcome: 'PARTIAL' })
  expect(decided.state).toBe('APPROVED')
  const appealed = await world.step(person.personNumber, 'appealClaim', decided, { words: '第二项为必需用药' })
  expect(appealed).toMatchObject({ state: 'APPROVED' })
  const upheld = await world.step(SECOND, 'decideClaimAppeal', appealed, { upheld: true, answer: '第二项确属必需' })
  expect(upheld).toMatchObject({ state: 'ACCEPTED', owed: '0.00', settlement: null })
  const again = await world.step(THIRD, 'reviewClaimLines', upheld, { lines: [{ serial: '2', outcome: 'APPROVED' }] })
  const anew = await world.step(THIRD, 'proposeClaimDecision', again, { outcome: 'APPROVE' })
  expect(anew).toMatchObject({ state: 'APPROVED', settlement: { total: '1500.00' } })
  expect(Number(anew.owed)).toBeGreaterThan(Number(decided.owed))
  expect(anew.settlement.number).not.toBe(decided.settlement.number)
  expect(kinds(anew).slice(-5)).toEqual(['APPEALED', 'APPEAL_UPHELD', 'LINES_REVIEWED', 'DECIDED', 'SETTLED'])
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})

test('what was claimed by somebody meanwhile stands in the way of taking a claim up again', async () => {
  const [claim, person, papers] = await rejected()
  const other = await world.claimed(person, { papers })
  expect(other).toMatchObject({ state: 'SUBMITTED' })
  const appealed = await world.step(person.personNumber, 'appealClaim', claim, { words: WORDS })
  const answered = await world.step(SECOND, 'decideClaimAppeal', appealed, { upheld: true, answer: '成立' })
  expect(answered).toMatchObject({ code: 'INVALID_INPUT', problems: [{ code: 'DOCUMENT_TWICE' }, {}, {}] })
  expect(await world.look(SECOND, claim.id)).toMatchObject({ state: 'REJECTED', appeals: [{ state: 'OPEN' }] })
})

test('after the last day there is no appeal, and none against what is not decided', async () => {
  const [claim, { personNumber }] = await rejected()
  const open = await world.claimed(await world.addPatient())
  expect(await world.step(CLERK, 'proposeClaimDecision', open, WHY)).toMatchObject({ code: 'CLAIM_STATE' })
  world.on('2027-02-18')
  expect(codes(await world.step(personNumber, 'appealClaim', claim, { words: WORDS }))).toBe(
    'APPEAL_TOO_LATE; claimId APPEAL_TOO_LATE',
  )
  world.on('2027-02-17')
  expect(codes(await world.step(personNumber, 'appealClaim', claim, { words: '' }))).toBe(
    'INVALID_INPUT; words REQUIRED',
  )
  expect(codes(await world.step(personNumber, 'appealClaim', claim, { words: WORDS, documents: [claim.id] }))).toBe(
    'INVALID_INPUT; documents[0] NOT_FOUND',
  )
  expect(await world.step(personNumber, 'appealClaim', claim, { words: WORDS })).toMatchObject({
    clock: { kind: 'APPEAL' },
  })
  world.now()
})
