import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, codes, kinds, POOL } from './claim-review-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import type { Data, WorldPerson } from './world.ts'

// Somebody was taken to the nearest hospital, which is not designated, and paid. Emergencies and rescue are claimed at the agency;
// anything else there is not.
//
// The policy of 629900 for outpatient care of employees, of which emergencies are: of what is in scope, 200 yuan a year are the
// deductible; of the rest a hospital of level 1 is paid 65 %, one of level 3 55 %.

const PAYABLE = `payable:claim:${POOL}`
const PLACE = { name: '康宁民营医院', division: '629901', level: 'LEVEL_1', designated: false }

let world: StoryClaimWorld
let person: WorldPerson
beforeAll(async () => {
  world = await storyClaimWorld()
  person = await world.employee()
}, 120_000)
afterAll(() => world.close())

const met = ({ conditions }: Data, code: string) => conditions.find((one: Data) => one.code === code)?.met

test('care at a hospital that is not designated is told at once not to be paid, and cannot be submitted', async () => {
  const care = careOf({ total: '700.00', place: PLACE, cause: 'NOT_DESIGNATED' })
  const conditions = await world.conditions(person, care)
  expect(conditions.isMet).toBe(false)
  expect(met(conditions, 'DESIGNATED')).toBe(false)
  const papers = await world.papers(person, ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION'])
  const draft = await world.draft(person, { ...care, papers })
  expect(codes(await world.submit(person, draft))).toMatch(/^CONDITIONS_NOT_MET; .*DESIGNATED/)
}, 120_000)

test('an emergency at a hospital that is not designated is claimed with its certificate, reviewed and paid', async () => {
  const care = careOf({
    total: '700.00',
    lines: ['450.00', '250.00'],
    careType: '13',
    emergency: true,
    place: PLACE,
    cause: 'NOT_DESIGNATED',
  })
  const conditions = await world.conditions(person, care)
  expect(conditions).toMatchObject({ isMet: true, kind: { code: 'EMERGENCY' } })
  expect(conditions.papers).toContainEqual({ kind: 'EMERGENCY_CERTIFICATE', need: 'REQUIRED' })
  // Until somebody has found out the level: (700.00 − 200.00) × 55 % = 275.00.
  expect(await world.estimate(person, { input: care })).toMatchObject({
    level: 'LEVEL_3',
    levelTaken: true,
    owed: '275.00',
    personal: '425.00',
  })

  const papers = await world.papers(person, ['INVOICE', 'ITEMISED_LIST'])
  const draft = await world.draft(person, { ...care, papers })
  expect(codes(await world.submit(person, draft))).toBe('PAPERS_MISSING; papers EMERGENCY_CERTIFICATE')
  const whole = [...papers, ...(await world.papers(person, ['EMERGENCY_CERTIFICATE']))]
  const resumed = await world.draft(person, { ...care, papers: whole }, { claimId: draft.id, version: draft.version })
  const claim = await world.submit(person, resumed)
  // Plain as it is, somebody has to find out about the hospital.
  expect(claim).toMatchObject({ state: 'SUBMITTED', assignee: null })
  expect(await world.look(CLERK, claim.id)).toMatchObject({ precheck: { notPlain: ['PLACE_UNCONFIRMED'] } })
  const found = { designated: false, level: 'LEVEL_1', words: '执业许可证载明一级综合医院' }
  const confirmed = await world.step(CLERK, 'confirmClaimPlace', claim, found)
  const accepted = await world.step(CLERK, 'acceptClaim', confirmed)
  // (700.00 − 200.00) × 65 % = 325.00.
  const decided = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '325.00', settlement: { total: '700.00', cash: '375.00' } })
  expect(await world.held(PAYABLE)).toBe(32_500n)
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: '325.00' })
  expect(await world.held(PAYABLE)).toBe(0n)
  const seen = await world.look(person.personNumber, claim.id)
  expect(kinds(seen).slice(-4)).toEqual(['SETTLED', 'ACCOUNT_ENTERED', 'PAYMENT_SENT', 'PAID'])
  expect((await world.told(person.personNumber, claim)).at(-1)).toBe('claim.paid')
  expect(await world.decisionPaper(person, claim)).toMatchObject({
    outcome: 'APPROVE',
    total: '700.00',
    owed: '325.00',
  })
  await world.proven()
}, 120_000)
