import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, codes, kinds, POOL } from './claim-review-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import { SETTLEMENTS } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// Somebody without their card paid for outpatient care at a hospital of level 3 of their own pool. They learn on the phone what to
// expect and how far the cap goes, apply, and have the money within fifteen working days.
//
// The policy of 629900 for outpatient care of employees: of what is in scope, 200 yuan a year are the deductible; of the rest a
// hospital of level 3 is paid 55 %, at most 2500 yuan a year.

const HOSPITAL = 'H62990000001'
const PAYABLE = `payable:claim:${POOL}`
const KINDS = ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION']

let world: StoryClaimWorld
let person: WorldPerson
beforeAll(async () => {
  world = await storyClaimWorld()
  person = await world.employee()
}, 120_000)
afterAll(() => world.close())

test('applied for on the phone with amount and cap known before, paid within fifteen working days, each step seen', async () => {
  // Settled directly this year: (1200.00 − 200.00) × 55 % = 550.00, so the deductible is used up and 1950.00 are left.
  const direct = bill({ card: person.cardNumber, lines: [{ code: CLASS_A, price: 1200 }], useAccount: false })
  const { settle } = await world.as(HOSPITAL, SETTLE, { requestId: randomUUID(), input: direct })
  expect(settle).toMatchObject({ __typename: 'Settlement', fundTotal: '550.00' })

  // First the conditions and the days, then the amount; nothing is uploaded yet.
  const care = careOf({ total: '1300.00', lines: ['1200.30', '99.70'] })
  const conditions = await world.conditions(person, care)
  expect(conditions).toMatchObject({ isMet: true, kind: { code: 'OUTPATIENT' }, decidedBy: '2026-12-11' })
  expect(conditions.conditions.map(({ met }: Data) => met)).not.toContain(false)
  const needed = conditions.papers.filter(({ need }: Data) => need === 'REQUIRED').map(({ kind }: Data) => kind)
  expect(needed.toSorted()).toEqual(KINDS)
  // 1300.00 × 55 % = 715.00.
  expect(await world.estimate(person, { input: { ...care, lines: null } })).toMatchObject({
    benefitYear: '2026',
    owed: '715.00',
    personal: '585.00',
    payers: [
      { payer: 'basic', standard: '200.00', deductible: '0.00', cap: '2500.00', used: '550.00', left: '1950.00' },
    ],
  })

  // A draft is left, resumed, and told what it lacks.
  const draft = await world.draft(person, care)
  expect(codes(await world.submit(person, draft))).toMatch(/^PAPERS_MISSING; .*INVOICE/)
  const papers = await world.papers(person, KINDS)
  const whole = await world.draft(person, { ...care, papers }, { claimId: draft.id, version: draft.version })
  const claim = await world.submit(person, whole)
  expect(claim).toMatchObject({
    state: 'SUBMITTED',
    clock: { kind: 'DECISION', workingDays: 15, dueOn: '2026-12-11', daysLeft: 15, colour: 'GREEN' },
  })

  // Days pass; the person sees how many are left, and staff are warned before it is late.
  world.on('2026-12-07')
  await world.watch()
  expect((await world.look(person.personNumber, claim.id)).clock).toMatchObject({ daysLeft: 4, dueOn: '2026-12-11' })
  expect(await world.told(CLERK, claim)).toContain('claim.due-soon')

  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const lines = [
    { serial: '1', outcome: 'APPROVED' },
    { serial: '2', outcome: 'DENIED', reason: '与本次诊断无关' },
  ]
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, { lines })
  const words = '第二行与本次诊断无关'
  const decided = await world.step(CLERK, 'proposeClaimDecision', reviewed, { outcome: 'PARTIAL', words })
  // 1200.30 × 55 % = 660.165, rounded to 660.17; with the person stay 1300.00 − 660.17 = 639.83.
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '660.17' })
  expect(decided.settlement).toMatchObject({ total: '1300.00', fundTotal: '660.17', cash: '639.83' })
  expect(await world.held(PAYABLE)).toBe(66_017n)

  world.on('2026-12-10')
  const paid = await world.pay(person, decided)
  expect(paid).toMatchObject({ state: 'PAID', owed: '660.17', paid: '660.17', payments: [{ state: 'PAID' }] })
  expect(paid.paidAt.slice(0, 10) <= claim.clock.dueOn).toBe(true)
  expect(await world.held(PAYABLE)).toBe(0n)
  await world.watch()
  expect((await world.breaches(CLERK)).edges).toEqual([])

  const seen = await world.look(person.personNumber, claim.id)
  expect(kinds(seen)).toEqual([
    'OPENED',
    'SUBMITTED',
    'ACCEPTED',
    'LINES_REVIEWED',
    'DECIDED_IN_PART',
    'SETTLED',
    'ACCOUNT_ENTERED',
    'PAYMENT_SENT',
    'PAID',
  ])
  expect(seen.clocks.every(({ stoppedAt }: Data) => stoppedAt !== null)).toBe(true)
  expect(await world.told(person.personNumber, claim)).toEqual([
    'claim.submitted',
    'claim.accepted',
    'claim.settling',
    'claim.account-needed',
    'claim.approved',
    'claim.paying',
    'claim.paid',
  ])
  const paper = await world.decisionPaper(person, claim)
  expect(paper).toMatchObject({ outcome: 'PARTIAL', total: '1300.00', owed: '660.17', words: { zh: words } })
  expect(paper.lines[1]).toMatchObject({ outcome: 'DENIED', reason: '与本次诊断无关' })

  // The records of the person have what was settled directly and what was claimed.
  const { edges } = await world.ask(person.personNumber, SETTLEMENTS, { first: 10 })
  const recorded = edges.map(({ node }: Data) => `${node.total} ${node.fundTotal}`)
  expect(recorded.toSorted()).toEqual(['1200.00 550.00', '1300.00 660.17'])

  // Of the cap is used what was settled directly and what was claimed: 550.00 + 660.17 = 1210.17.
  expect(await world.estimate(person, { input: careOf({ total: '100.00' }) })).toMatchObject({
    owed: '55.00',
    payers: [{ used: '1210.17', left: '1289.83' }],
  })
  await world.proven()
}, 120_000)
