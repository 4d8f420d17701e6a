import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, claimReviewWorld, kinds, SECOND, THIRD, type ClaimReviewWorld } from './claim-review-world.ts'
import { fresh } from './claim-asking.ts'
import type { Data } from './world.ts'

// Several open the same claim: what one of them does counts, and the others learn how it stands.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(() => world.close())

const typesOf = (answers: Data[]) =>
  answers.map((one) => one.__typename).toSorted((a: string, b: string) => a.localeCompare(b))

test('two reviewers accept a claim at once: one has it, the other gets it as it is now', async () => {
  const claim = await world.claimed(await world.addPatient())
  const answers = await Promise.all([CLERK, SECOND].map((who) => world.step(who, 'acceptClaim', claim)))
  expect(typesOf(answers)).toEqual(['Claim', 'ClaimChanged'])
  const won = answers.find((one) => one.__typename === 'Claim')
  const lost = answers.find((one) => one.__typename === 'ClaimChanged')
  expect(lost).toMatchObject({
    code: 'CLAIM_CHANGED',
    claim: { id: claim.id, state: 'ACCEPTED', version: won.version },
  })
  expect(lost.claim.assignee).toBe(won.assignee)
  expect(kinds(await world.look(CLERK, claim.id)).filter((one) => one === 'ACCEPTED')).toHaveLength(1)
})

test('a claim is accepted and returned at once by two: exactly one of both happens', async () => {
  const claim = await world.claimed(await world.addPatient())
  const answers = await Promise.all([
    world.step(CLERK, 'acceptClaim', claim),
    world.step(SECOND, 'returnClaim', claim, { papers: ['DIAGNOSIS'], words: '缺诊断证明' }),
  ])
  expect(typesOf(answers)).toEqual(['Claim', 'ClaimChanged'])
  const { state, version, clocks } = await world.look(CLERK, claim.id)
  expect(version).toBe(claim.version + 1)
  expect(clocks).toHaveLength(state === 'RETURNED' ? 2 : 1)
})

test('the person withdraws while the reviewer decides: it is either withdrawn or settled, and paid for once at most', async () => {
  const person = await world.addPatient()
  const accepted = await world.accepted(person)
  const answers = await Promise.all([
    world.step(person.personNumber, 'withdrawClaim', accepted),
    world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' }),
  ])
  expect(typesOf(answers)).toEqual(['Claim', 'ClaimChanged'])
  const { state, owed } = await world.look(CLERK, accepted.id)
  expect(state === 'WITHDRAWN' ? owed === '0.00' : state === 'APPROVED' && Number(owed) > 0).toBe(true)
})

test('two confirm what a third proposed, at once: it is settled once', async () => {
  const accepted = await world.accepted(await world.addPatient(), { lines: [5001] })
  const proposed = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  const answers = await Promise.all([SECOND, THIRD].map((who) => world.step(who, 'confirmClaimDecision', proposed)))
  expect(typesOf(answers)).toEqual(['Claim', 'ClaimChanged'])
  const { rows } = await world.admin.query('select from settlement.settlement where claim_id = $1', [accepted.id])
  expect(rows).toHaveLength(1)
})

test('the same request again does nothing more and gets the same answer', async () => {
  const claim = await world.claimed(await world.addPatient())
  const requestId = fresh('again')
  const first = await world.step(CLERK, 'acceptClaim', claim, {}, requestId)
  expect(await world.step(CLERK, 'acceptClaim', claim, {}, requestId)).toEqual(first)
  expect(await world.step(CLERK, 'acceptClaim', first, {}, requestId)).toMatchObject({ code: 'REQUEST_REUSED' })
  expect(await world.step(SECOND, 'assignClaim', claim, { reason: '旧页面' })).toMatchObject({ code: 'CLAIM_CHANGED' })
})
