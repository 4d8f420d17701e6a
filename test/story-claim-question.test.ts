import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, codes, kinds, POOL, SECOND, THIRD } from './claim-review-world.ts'
import { BOSS, EMPLOYER, questionWorld, thread, type QuestionWorld } from './question-world.ts'
import { careOf, storyClaimWorld, type StoryClaimWorld } from './story-claim-world.ts'
import type { Data, WorldPerson } from './world.ts'

// Somebody employed claims, and does not understand what came of it. They ask about the line itself, the answer is tracked to its
// day, and what they learn leads to the rest of the money. Their company asks as well, about what is its own.
//
// The policy of 629900 for outpatient care of employees: 200 yuan a year are the deductible; of the rest a hospital of level 3 is
// paid 55 %.

const PAYABLE = `payable:claim:${POOL}`
const KINDS = ['INVOICE', 'ITEMISED_LIST', 'PRESCRIPTION']
const SETTLED = '{ settlements(first: 10) { ... on SettlementConnection { edges { node { id total fundTotal } } } } }'

let world: StoryClaimWorld
let asking: QuestionWorld
let person: WorldPerson
beforeAll(async () => {
  world = await storyClaimWorld()
  asking = await questionWorld(world.reviewing)
  person = await world.employee(EMPLOYER)
}, 120_000)
afterAll(() => world.close())

test('a question about a denied line of a paid claim is answered by its day, and the appeal it leads to is paid', async () => {
  const { personNumber } = person
  const care = careOf({ total: '1200.00', lines: ['700.00', '500.00'] })
  expect(await world.conditions(person, care)).toMatchObject({ isMet: true, kind: { code: 'OUTPATIENT' } })
  // (1200.00 − 200.00) × 55 % = 550.00.
  expect(await world.estimate(person, { input: care })).toMatchObject({ owed: '550.00', personal: '650.00' })

  const papers = await world.papers(person, KINDS)
  const claim = await world.submit(person, await world.draft(person, { ...care, papers }))
  const accepted = await world.step(CLERK, 'acceptClaim', claim)
  const lines = [{ serial: '2', outcome: 'DENIED', reason: '处方中未见此药' }]
  const reviewed = await world.step(CLERK, 'reviewClaimLines', accepted, { lines })
  const decided = await world.step(CLERK, 'proposeClaimDecision', reviewed, { outcome: 'PARTIAL' })
  // (700.00 − 200.00) × 55 % = 275.00, half of what was expected.
  expect(decided).toMatchObject({ state: 'APPROVED', owed: '275.00' })
  expect(await world.pay(person, decided)).toMatchObject({ state: 'PAID', paid: '275.00' })

  // About the line itself, as it stands in the person's records.
  const { edges } = await world.ask(personNumber, SETTLED, {})
  const [{ node: settlement }] = edges
  expect(settlement).toMatchObject({ total: '1200.00', fundTotal: '275.00' })
  const asked = await asking.ask(personNumber, { settlementId: settlement.id, line: '2' }, '第二项为何全部自付？')
  expect(asked).toMatchObject({
    state: 'OPEN',
    about: 'SETTLEMENT',
    line: '2',
    insuredPool: POOL,
    clock: { workingDays: 7, dueOn: '2026-12-01', colour: 'GREEN' },
  })
  expect((await asking.list(CLERK)).edges.map(({ node }: Data) => node.id)).toContain(asked.id)
  expect(await world.told(CLERK, asked)).toEqual(['question.waiting'])
  world.on('2026-12-01')
  await asking.watchAsked()
  expect(await world.told(CLERK, asked)).toEqual(['question.waiting', 'question.due-soon'])
  const answered = await asking.go(CLERK, 'answerQuestion', asked, { words: '处方中未见此药，可凭处方申诉' })
  expect(answered).toMatchObject({ state: 'ANSWERED', clock: { dueOn: null } })
  expect(await world.told(personNumber, asked)).toEqual(['question.answered'])
  const further = await asking.go(personNumber, 'followUpQuestion', answered, { words: '补充处方后由谁重新审核？' })
  const again = await asking.go(CLERK, 'answerQuestion', further, { words: '由未参与原审核的人员办理' })
  const closed = await asking.go(personNumber, 'closeQuestion', again)
  expect(thread(await asking.show(personNumber, closed.id))).toEqual([
    'ASKED 第二项为何全部自付？',
    'ANSWERED 处方中未见此药，可凭处方申诉',
    'FOLLOWED_UP 补充处方后由谁重新审核？',
    'ANSWERED 由未参与原审核的人员办理',
    'CLOSED',
  ])

  const paid = await world.look(personNumber, claim.id)
  const documents = [await world.paper(person)]
  const appealed = await world.step(personNumber, 'appealClaim', paid, { words: '附第二项的处方', documents })
  const upheld = await world.step(SECOND, 'decideClaimAppeal', appealed, { upheld: true, answer: '处方属实' })
  const mended = await world.step(THIRD, 'reviewClaimLines', upheld, { lines: [{ serial: '2', outcome: 'APPROVED' }] })
  const anew = await world.step(THIRD, 'proposeClaimDecision', mended, { outcome: 'APPROVE' })
  expect(anew).toMatchObject({ state: 'APPROVED', owed: '550.00', paid: '275.00' })
  expect(await world.held(PAYABLE)).toBe(27_500n)
  const whole = await world.pay(person, anew, { paid: '275.00', amount: '275.00' })
  expect(whole).toMatchObject({ state: 'PAID', owed: '550.00', paid: '550.00' })
  expect(await world.held(PAYABLE)).toBe(0n)
  expect(kinds(await world.look(personNumber, claim.id)).filter((kind) => kind === 'PAID')).toHaveLength(2)
  await asking.watchAsked()
  expect((await asking.show(CLERK, asked.id)).clock).toBeNull()
  await world.proven()
}, 120_000)

test('the company asks about the contribution it pays and is answered, and of the claim and its question it learns nothing', async () => {
  world.now()
  const contributionId = await asking.billed(person, EMPLOYER)
  const asked = await asking.ask(BOSS, { contributionId }, '该月单位部分如何计算？')
  expect(asked).toMatchObject({ asker: 'EMPLOYER', employer: EMPLOYER, state: 'OPEN', clock: { workingDays: 7 } })
  const words = '按申报基数的百分之六'
  expect(await asking.go(CLERK, 'answerQuestion', asked, { words })).toMatchObject({ state: 'ANSWERED' })
  expect(await world.told(BOSS, asked)).toEqual(['question.answered'])
  expect(thread(await asking.show(BOSS, asked.id))).toEqual(['ASKED 该月单位部分如何计算？', `ANSWERED ${words}`])
  expect((await asking.list(BOSS)).edges.map(({ node }: Data) => node.id)).toEqual([asked.id])

  const { edges } = await world.ask(person.personNumber, SETTLED, {})
  for (const { node } of edges)
    expect(codes(await asking.ask(BOSS, { settlementId: node.id, line: '2' }))).toMatch(/^NOT_FOUND/)
  for (const { node } of (await asking.list(person.personNumber)).edges)
    expect(codes(await asking.show(BOSS, node.id))).toBe('NOT_FOUND; id NOT_FOUND')
}, 120_000)
