import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLAIM, fresh } from './claim-asking.ts'
import { CLERK, POOL } from './claim-review-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import { storyHospital } from './story-steps.ts'
import { admission, chargesOf, settlementOf, visitsThrough } from './visit-gateway.ts'
import { bill, CLASS_A } from './world-bill.ts'
import { AGREEMENTS, FILE, SUSPEND } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// The window cannot settle: the hospital is not designated, was suspended meanwhile, or the person has filed for nothing. The refusal
// says where the money is claimed instead, and how; the person follows it to the money.
//
// The policy of 629900 for outpatient care of employees, of which emergencies are: of what is in scope, 200 yuan a year are the
// deductible; of the rest a hospital of level 2 is paid 60 %, one of level 3 55 %. Filed for a journey within the province, 10 % are
// paid oneself first; without any filing the policy says nothing.

const PAYABLE = `payable:claim:${POOL}`
const [LATE, STOPPED, LANZHOU] = ['H62990009005', 'H62990009006', 'H62010000001']
const AGENCY = {
  name: { zh: '甘肃示范统筹区医疗保障服务中心' },
  phone: '12393',
  address: { zh: '示范市政务服务中心医保窗口' },
}
const WAY = `__typename ... on Rejection { code message { zh en } problems { path code } }
  ... on NotSettledDirectly { cause claimRules { poolCode notDesignated window { zh } kinds { code } decision { workingDays }
    agency { name { zh } phone address { zh } source { reliability } } } }`
const SETTLE = `mutation ($requestId: ID!, $input: SettleInput!) { settle(requestId: $requestId, input: $input) { ${WAY} } }`
const TRIAL = `query ($input: SettleInput!) { trial(input: $input) { ${WAY} } }`
const OPEN = `mutation ($requestId: ID!, $input: OpenVisitInput!) { openVisit(requestId: $requestId, input: $input) { ${WAY} } }`
const SETTLE_VISIT = `mutation ($requestId: ID!, $input: SettleVisitInput!) {
  settleVisit(requestId: $requestId, input: $input) { ${WAY} } }`
const START = `mutation ($requestId: ID!, $cause: ClaimCause!, $institutionCode: String, $visit: String) {
  startClaimFromBill(requestId: $requestId, cause: $cause, institutionCode: $institutionCode, visit: $visit) {
    ${CLAIM} ... on Claim { begin end visit careType place { institutionCode } lines { serial amount } } } }`

let world: StoryClaimWorld
let person: WorldPerson
beforeAll(async () => {
  const late = { ...storyHospital(LATE, 'LEVEL_2'), agreedFrom: '2026-12-01' }
  world = await storyClaimWorld({ institutions: [late, storyHospital(STOPPED, 'LEVEL_2')] })
}, 120_000)
afterAll(() => world.close())

/** What a window is told that cannot settle: why, and where and how it is claimed. */
function theWay(refused: Data, code: string, cause: string) {
  expect(refused).toMatchObject({
    __typename: 'NotSettledDirectly',
    code,
    cause,
    claimRules: { poolCode: POOL, agency: AGENCY, decision: { workingDays: 15 }, notDesignated: 'EMERGENCY_ONLY' },
  })
  expect(refused.message.zh).toContain(`到参保统筹区 ${POOL} 医保经办机构申请零星报销`)
  expect(refused.message.en).toContain(`the agency of the pool ${POOL}`)
}

test('a hospital that is not designated is told where its emergency is claimed, and the person claims it and is paid', async () => {
  person = await world.employee()
  const lines = [{ code: CLASS_A, price: 700, time: '2026-11-20T10:00:00+08:00' }]
  const begin = '2026-11-20T09:00:00+08:00'
  const end = '2026-11-20T12:00:00+08:00'
  const input = bill({ card: person.cardNumber, careType: '13', begin, end, lines })
  theWay(await world.ask(LATE, TRIAL, { input }), 'INSTITUTION_NOT_DESIGNATED', 'NOT_DESIGNATED')
  const refused = await world.ask(LATE, SETTLE, { input })
  theWay(refused, 'INSTITUTION_NOT_DESIGNATED', 'NOT_DESIGNATED')
  // It admits nobody either; who comes nobody has looked up yet, so that the frame of the country is what it is told.
  const admitted = await world.ask(LATE, OPEN, { input: admission(fresh('W'), person.cardNumber) })
  expect(admitted).toMatchObject({
    __typename: 'NotSettledDirectly',
    code: 'INSTITUTION_NOT_DESIGNATED',
    claimRules: { poolCode: '100000', agency: { phone: '12393', address: null } },
  })

  const care = careOf({
    total: '700.00',
    careType: '13',
    emergency: true,
    place: { institutionCode: LATE },
    cause: refused.cause,
  })
  const conditions = await world.conditions(person, care)
  expect(conditions).toMatchObject({ isMet: true, kind: { code: 'EMERGENCY' }, agency: AGENCY })
  // (700.00 − 200.00) × 60 % = 300.00: the level of the hospital is known, its agreement lies ahead.
  expect(await world.estimate(person, { input: care })).toMatchObject({ level: 'LEVEL_2', owed: '300.00' })
  const papers = await world.papers(person, ['INVOICE', 'ITEMISED_LIST', 'EMERGENCY_CERTIFICATE'])
  const claim = await world.submit(person, await world.draft(person, { ...care, papers }))
  await paid(claim, '300.00')
}, 120_000)

test('a visit the window could not settle, since its hospital was suspended, is the claim of the person without writing it again', async () => {
  person = await world.employee()
  const { write } = visitsThrough(world, STOPPED)
  const visit = fresh('W')
  await write('openVisit', admission(visit, person.cardNumber, { careType: '13' }))
  await write('uploadLines', { visit, chargeBatch: 'B1', lines: chargesOf(500, 150) })
  await write('discharge', { visit, end: '2026-11-11T12:00:00+08:00', way: 'ON_ORDER' })
  const { institution } = await world.as(CLERK, AGREEMENTS, { code: STOPPED })
  const suspension = { agreement: institution.agreements[0].id, reason: '数据造假', legalGround: '条例第十五条' }
  await world.ask(CLERK, SUSPEND, { input: suspension })

  const input = settlementOf(visit, person.cardNumber, '650.00')
  const refused = await world.ask(STOPPED, SETTLE_VISIT, { input })
  theWay(refused, 'INSTITUTION_SUSPENDED', 'NOT_DESIGNATED')
  expect(refused.problems).toEqual([{ path: 'institution', code: 'INSTITUTION_SUSPENDED' }])

  const { cause } = refused
  const draft = await world.ask(person.personNumber, START, { cause, institutionCode: STOPPED, visit })
  expect(draft).toMatchObject({
    state: 'DRAFT',
    cause,
    total: '650.00',
    begin: '2026-11-10',
    careType: '13',
    place: { institutionCode: STOPPED },
    lines: [{ amount: '500.00' }, { amount: '150.00' }],
  })
  // (650.00 − 200.00) × 60 % = 270.00, before anything is uploaded.
  expect(await world.estimate(person, { claimId: draft.id })).toMatchObject({ owed: '270.00', personal: '380.00' })
  const { place, begin, end } = { place: { institutionCode: STOPPED }, begin: '2026-11-10', end: '2026-11-11' }
  const written = { total: '650.00', lines: ['500.00', '150.00'], begin, end, careType: '13', visit, place, cause }
  const papers = await world.papers(person, ['INVOICE', 'ITEMISED_LIST', 'EMERGENCY_CERTIFICATE'])
  const { id: claimId, version } = draft
  const whole = await world.draft(person, careOf({ ...written, papers }), { claimId, version })
  const claim = await world.submit(person, whole)
  await world.proven()
  await paid(claim, '270.00')
}, 120_000)

test('whoever had filed for nothing is told at the window to file and claim, files afterwards, and is accepted by rule and paid', async () => {
  person = await world.employee()
  const begin = '2026-11-20T08:00:00+08:00'
  const lines = [{ code: CLASS_A, price: 900, time: begin }]
  const input = bill({ card: person.cardNumber, begin, lines })
  const refused = await world.ask(LANZHOU, SETTLE, { input })
  theWay(refused, 'CROSS_AREA_NOT_STATED', 'NOT_FILED')
  expect(refused.message.zh).toContain('诊疗结束后也可补办')

  const care = careOf({ total: '900.00', place: { institutionCode: LANZHOU }, cause: refused.cause })
  const before = await world.conditions(person, care)
  const unmet = before.conditions.filter(({ met }: Data) => met === false).map(({ code }: Data) => code)
  expect([before.isMet, unmet]).toEqual([false, ['FILING', 'POLICY']])
  const filing = await world.ask(person.personNumber, FILE, {
    input: { type: 'OTHER_TEMPORARY', destination: '620100' },
  })
  expect(filing).toMatchObject({ state: 'EFFECTIVE' })
  expect(await world.conditions(person, care)).toMatchObject({ isMet: true, agency: AGENCY })
  // 900.00 × 10 % = 90.00; (900.00 − 90.00 − 200.00) × 55 % = 335.50.
  expect(await world.estimate(person, { input: care })).toMatchObject({ owed: '335.50', personal: '564.50' })
  const papers = await world.papers(person, ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION'])
  const claim = await world.submit(person, await world.draft(person, { ...care, papers }))
  expect(claim).toMatchObject({ state: 'ACCEPTED', assignee: null })
  await paid(claim, '335.50')
}, 120_000)

/** The reviewer approves it, and the person has the money. */
async function paid(claim: Data, owed: string): Promise<void> {
  const accepted = claim.state === 'ACCEPTED' ? claim : await world.step(CLERK, 'acceptClaim', claim)
  const decided = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  expect(decided).toMatchObject({ state: 'APPROVED', owed })
  expect(await world.held(PAYABLE)).toBe(BigInt(owed.replace('.', '')))
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: owed })
  expect(await world.held(PAYABLE)).toBe(0n)
  expect((await world.told(person.personNumber, claim)).at(-1)).toBe('claim.paid')
  await world.proven()
}
