import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, kinds, POOL, SECOND } from './claim-review-world.ts'
import { pdf, upload } from './document-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import { APPROVE_FILING, FILE, REFUSE_FILING } from './world-queries.ts'
import type { Data, WorldPerson } from './world.ts'

// Whoever lives or works elsewhere files on the phone with the papers it asks for, and claims what they paid there. What is plain is
// decided by rule in the same moment; what is refused says why, and is filed again as it should be.
//
// The policies of 629900 for employees at a hospital of level 3, whoever has filed for long being paid as at home. Outpatient care: 200
// yuan a year are the deductible, of the rest 55 % are paid. Stays: 650 yuan, and 90 %; without any filing 20 points less.

const PAYABLE = `payable:claim:${POOL}`
const LANZHOU = 'H62010000001'
const GUIDE = `query ($pool: String!, $type: FilingKind!, $destination: String!) {
  filingGuide(pool: $pool, type: $type, destination: $destination) {
    ... on FilingGuide { decision papers { evidence name { zh } documentsMin } } } }`
const FILING = `query ($id: ID!) { filing(id: $id) { __typename ... on Filing { state evidence documents effectiveFrom dueOn
  history { action reason by { zh } } } ... on Rejection { code } } }`
const LINK = `query ($id: ID!) { documentLink(id: $id) { __typename ... on DocumentLink { path } ... on Rejection { code } } }`
const LIVES = { type: 'LONG_TERM', ground: 'RESIDENT_ELSEWHERE', destination: '620100' }
const WORKS = { ...LIVES, ground: 'WORKING_ELSEWHERE', evidence: 'WORK_CERTIFICATE' }

let world: StoryClaimWorld
let [person, other]: WorldPerson[] = []
beforeAll(async () => {
  world = await storyClaimWorld()
  person = await world.employee()
  other = await world.employee()
}, 120_000)
afterAll(() => world.close())

const paper = async ({ personNumber }: WorldPerson, text: string): Promise<string> =>
  (await upload(world, personNumber, pdf(text), { purpose: 'FILING', pool: POOL })).id
const file = ({ personNumber }: WorldPerson, input: object): Promise<Data> => world.ask(personNumber, FILE, { input })
const look = (who: string, id: string): Promise<Data> => world.ask(who, FILING, { id })
const faults = ({ problems }: Data): string[] => problems.map(({ path, code }: Data) => `${path} ${code}`)
const met = ({ conditions }: Data, code: string) => conditions.find((one: Data) => one.code === code)?.met
const templates = async (who: WorldPerson) => (await world.inbox(who)).map(({ template }) => template)

test('what the guide asks for is uploaded and filed, in force at once by rule; the plain claim under it is accepted by rule and paid', async () => {
  const me = person!
  // The guide says beforehand what it takes, and who decides.
  const { filingGuide } = (
    await world.gql(null, GUIDE, { pool: POOL, type: 'RESIDENT_ELSEWHERE', destination: '620100' })
  ).data
  expect(filingGuide.decision).toBe('BY_RULE')
  expect(filingGuide.papers[0]).toMatchObject({ evidence: 'RESIDENCE_CERTIFICATE', documentsMin: 1 })
  const evidence: string = filingGuide.papers[0].evidence

  // Without the paper, or with that of somebody else, it is refused by rule, with what to do.
  const without = await file(me, { ...LIVES, evidence })
  expect(faults(without)).toEqual(['documents MISSING'])
  expect(without.problems[0].message.zh).toBe('请上传材料，至少 1 件')
  const foreign = await file(me, { ...LIVES, evidence, documents: [await paper(other!, 'of another')] })
  expect(faults(foreign)).toEqual(['documents[0] NOT_FOUND'])
  const closed = await file(me, { ...LIVES, ground: 'RETIRED_ELSEWHERE', evidence: 'PROMISE' })
  expect([closed.code, closed.message.zh]).toEqual(['GROUND_NOT_OPEN', '该备案事由不适用于您的人员类别'])

  const certificate = await paper(me, 'certificate of residence')
  const filing = await file(me, { ...LIVES, evidence, documents: [certificate] })
  expect(filing).toMatchObject({ state: 'EFFECTIVE', dueOn: null })
  expect(await look(me.personNumber, filing.id)).toMatchObject({
    evidence,
    documents: [certificate],
    effectiveFrom: '2026-11-22T02:00:00Z',
  })
  expect(await templates(me)).toContain('filing.confirmed')

  // (900.00 − 200.00) × 55 % = 385.00.
  const care = careOf({ total: '900.00', place: { institutionCode: LANZHOU }, cause: 'PAID_ELSEWHERE' })
  const conditions = await world.conditions(me, care)
  expect([conditions.isMet, met(conditions, 'FILING')]).toEqual([true, true])
  expect(await world.estimate(me, { input: care })).toMatchObject({ filing: 'LONG_TERM', owed: '385.00' })
  const papers = await world.papers(me, ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION'])
  const claim = await world.submit(me, await world.draft(me, { ...care, filing: filing.id, papers }))
  // Nobody has looked at it, and nobody needs to.
  expect(claim).toMatchObject({ state: 'ACCEPTED', assignee: null })
  expect(await world.look(CLERK, claim.id)).toMatchObject({ precheck: { notPlain: [], findings: [], refusal: null } })
  expect(kinds(claim)).toEqual(['OPENED', 'SUBMITTED', 'ACCEPTED'])
  const decided = await world.step(CLERK, 'proposeClaimDecision', claim, { outcome: 'APPROVE' })
  await paid(me, decided, '385.00')
}, 120_000)

test('a filing that was refused says why, and filed again as it should be it counts for the stay that was paid for', async () => {
  const me = other!
  const care = careOf({
    total: '8650.00',
    lines: ['6000.00', '2650.00'],
    begin: '2026-11-02',
    end: '2026-11-09',
    careType: '21',
    place: { institutionCode: LANZHOU },
    cause: 'PAID_ELSEWHERE',
  })
  // (8650.00 − 650.00) × (90 % − 20 %) = 5600.00 as long as nothing is filed.
  expect(met(await world.conditions(me, care), 'FILING')).toBe(false)
  expect(await world.estimate(me, { input: care })).toMatchObject({ filing: 'UNFILED', owed: '5600.00' })

  const unstamped = await paper(me, 'certificate of work, no stamp')
  const first = await file(me, { ...WORKS, documents: [unstamped] })
  expect(first).toMatchObject({ state: 'UNDER_REVIEW', dueOn: '2026-11-24' })
  // Who decides reads the paper; staff of another pool and other persons neither read nor decide.
  expect(await world.ask(CLERK, LINK, { id: unstamped })).toMatchObject({ __typename: 'DocumentLink' })
  const reason = '工作证明未加盖单位公章，请加盖后重新上传'
  const asked = { filingId: first.id, reason }
  expect(await world.ask('clerk-330200', REFUSE_FILING, asked)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.ask('clerk-330200', LINK, { id: unstamped })).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.ask(CLERK, REFUSE_FILING, asked)).toMatchObject({ state: 'REFUSED' })

  const refused = await look(me.personNumber, first.id)
  expect(refused).toMatchObject({ state: 'REFUSED', effectiveFrom: null })
  expect(refused.history.at(-1)).toEqual({ action: 'REFUSED', reason, by: { zh: `统筹区 ${POOL} 经办机构` } })
  expect(await templates(me)).toContain('filing.refused')
  expect(await look(person!.personNumber, first.id)).toMatchObject({ __typename: 'NotFound' })
  expect(await world.estimate(me, { input: care })).toMatchObject({ filing: 'UNFILED', owed: '5600.00' })

  const stamped = await paper(me, 'certificate of work, stamped')
  const again = await file(me, { ...WORKS, documents: [stamped] })
  expect(await world.ask(CLERK, APPROVE_FILING, { filingId: again.id })).toMatchObject({ state: 'EFFECTIVE' })
  expect(await templates(me)).toContain('filing.confirmed')
  // (8650.00 − 650.00) × 90 % = 7200.00.
  expect(met(await world.conditions(me, care), 'FILING')).toBe(true)
  expect(await world.estimate(me, { input: care })).toMatchObject({ filing: 'LONG_TERM', owed: '7200.00' })

  const given = ['INVOICE', 'ITEMISED_LIST', 'DISCHARGE_RECORD', 'DIAGNOSIS', 'MEDICAL_RECORD']
  const whole = { ...care, filing: again.id, papers: await world.papers(me, given) }
  const claim = await world.submit(me, await world.draft(me, whole))
  expect(claim).toMatchObject({ state: 'SUBMITTED', clock: { workingDays: 15 } })
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const proposed = await world.step(CLERK, 'proposeClaimDecision', accepted, { outcome: 'APPROVE' })
  await paid(me, await world.step(SECOND, 'confirmClaimDecision', proposed), '7200.00')
}, 120_000)

/** What was approved is on the books, and paid to the person. */
async function paid(me: WorldPerson, decided: Data, owed: string): Promise<void> {
  expect(decided).toMatchObject({ state: 'APPROVED', owed })
  expect(await world.held(PAYABLE)).toBe(BigInt(owed.replace('.', '')))
  expect(await world.decisionPaper(me, decided)).toMatchObject({ outcome: 'APPROVE', owed })
  expect(await world.pay(me, decided)).toMatchObject({ state: 'PAID', paid: owed })
  expect(await world.held(PAYABLE)).toBe(0n)
  expect((await world.told(me.personNumber, decided)).at(-1)).toBe('claim.paid')
  await world.proven()
}
