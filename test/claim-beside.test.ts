import { afterAll, beforeAll, expect, test } from 'vitest'
import { fresh } from './claim-asking.ts'
import { CLERK, claimReviewWorld, codes, type ClaimReviewWorld } from './claim-review-world.ts'
import { bill, SETTLE } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// Care that was settled directly is not paid by hand as well, whichever comes first; that it is another visit a reviewer says.

let world: ClaimReviewWorld
beforeAll(async () => {
  world = await claimReviewWorld()
}, 60_000)
afterAll(() => world.close())

/** What the hospital settles of a person on the day of the claims. */
async function settledBeside({ cardNumber: card }: WorldPerson, visit = fresh('V')): Promise<void> {
  const input = bill({ card, begin: '2026-11-20T08:00:00+08:00', visit })
  const { settle } = await world.as('H62990000001', SETTLE, { requestId: fresh('beside'), input })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
}
const propose = (claim: Data, more: object = {}) =>
  world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE', ...more })
const SAID = { words: '已核对门诊日志，系另一次就诊' }

test('settled directly after the claim was accepted, the claim goes back, until its reviewer says that it is another visit', async () => {
  const person = await world.addPatient()
  const claim = await world.accepted(person)
  await settledBeside(person)
  // Words that were said before anybody was told of it say nothing of it.
  const back = await propose(claim, SAID)
  expect(back).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(back.history.at(-1)).toMatchObject({ kind: 'NOT_SETTLED', words: { zh: expect.stringContaining('直接结算') } })
  expect(await propose(back)).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  const seen = await world.look(CLERK, claim.id)
  expect(await propose(seen, SAID)).toMatchObject({ state: 'APPROVED' })
})

test('beside a direct settlement a visit nobody knows is looked at by a reviewer, however small, and passes by their words', async () => {
  const person = await world.addPatient()
  await settledBeside(person)
  const submitted = await world.claimed(person, {
    lines: [50],
    change: { visit: 'V-INVENTED', chargeBatch: 'B-INVENTED' },
  })
  expect(submitted).toMatchObject({ state: 'SUBMITTED' })
  const claim = await world.look(CLERK, submitted.id)
  expect(claim.precheck.notPlain).toContain('FINDINGS')
  expect(claim.precheck.findings).toContainEqual({ rule: 'SETTLED_BESIDE', lines: [], action: 'WARN' })
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const back = await propose(accepted)
  expect(back).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(await propose(back, SAID)).toMatchObject({ state: 'APPROVED' })
})

test('the visit that was settled is not claimed in other letters', async () => {
  const person = await world.addPatient()
  await settledBeside(person, 'V-LETTERS')
  const change = { visit: 'v-letters', chargeBatch: 'other' }
  expect(codes(await world.claimed(person, { change }))).toBe('SETTLED_DIRECTLY; begin SETTLED_DIRECTLY')
})
