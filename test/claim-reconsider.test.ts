import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fresh } from './claim-asking.ts'
import { claimBankWorld, type ClaimBankWorld } from './claim-bank-world.ts'
import { BATCH, CHECK } from './claim-payment-world.ts'
import { CLERK, codes, kinds, PAYER, SECOND, STRANGER, THIRD } from './claim-review-world.ts'
import { bill, CLASS_A, SETTLE } from './world-bill.ts'
import type { Data, WorldPerson } from './world.ts'

// A claim was settled, and then care that may be the same is settled directly: no batch pays it unseen, and staff decide it anew
// though nobody has appealed.

let world: ClaimBankWorld
beforeAll(async () => {
  world = await claimBankWorld()
}, 120_000)
afterAll(() => world.close())
afterEach(() => world.proven())

const WORDS = { words: '医院已就同一次就诊直接结算' }
const reconsider = (claim: Data, who = SECOND, words: object = WORDS): Promise<Data> =>
  world.steps(who, 'reconsiderClaim', claim, words)
/** What the hospital settles of a person on the day of the claims, which is not the total of any. */
async function settleBeside({ cardNumber: card }: WorldPerson, price = 150): Promise<Data> {
  const input = bill({ card, begin: '2026-11-20T08:00:00+08:00', lines: [{ code: CLASS_A, price, quantity: 2 }] })
  const { settle } = await world.as('H62990000001', SETTLE, { requestId: fresh('beside'), input })
  expect(settle).toMatchObject({ __typename: 'Settlement' })
  return settle
}
/** A claim that can be paid, of somebody. */
async function payable(): Promise<{ readonly person: WorldPerson; readonly claim: Data }> {
  const person = await world.addPatient()
  const claim = await world.approved(person)
  expect(claim).toMatchObject({ state: 'APPROVED' })
  await world.enter(person, claim)
  return { person, claim }
}
/** Decided anew, by somebody else, with half of it denied. */
async function halve(claim: Data): Promise<Data> {
  const lines = [{ serial: '1', outcome: 'REDUCED', amount: '600.00', reason: '其余已直接结算' }]
  await world.steps(THIRD, 'reviewClaimLines', claim, { lines })
  return world.decideAnew(claim, { outcome: 'PARTIAL', words: '已核对，其余系另一次就诊' })
}

test('what was settled is taken back without an appeal, decided anew by somebody else, and paid what comes out of it, once', async () => {
  const { person, claim } = await payable()
  const paper = await world.decisionPaper(person, claim)
  await settleBeside(person)
  const anew = await reconsider(claim)
  expect(anew, codes(anew)).toMatchObject({ state: 'ACCEPTED', owed: '0.00', settlement: null, assignee: null })
  expect(anew.clock).toMatchObject({ kind: 'DECISION', dueOn: expect.any(String) })
  expect(anew.history.at(-1)).toMatchObject({ kind: 'RECONSIDERED', words: { zh: WORDS.words } })
  expect((await world.told(person.personNumber, claim)).at(-1)).toBe('claim.reconsidered')
  expect(await world.ask(person.personNumber, CHECK, { code: paper.code })).toMatchObject({ stands: false })
  expect(await world.batch(claim)).toMatchObject({ code: 'NOT_PAYABLE' })
  expect(codes(await world.decideAnew(claim, { outcome: 'APPROVE' }, CLERK))).toMatch(/DECIDED_BEFORE/)
  const decided = await halve(claim)
  expect(decided).toMatchObject({ state: 'APPROVED' })
  expect(Number(decided.owed)).toBeLessThan(Number(claim.owed))
  const batch = await world.batch(claim)
  expect(batch).toMatchObject({ rows: 1, amount: decided.owed })
  await world.answer({ person, claim, batch }, 'PAID')
  expect(await world.money(PAYER, claim)).toMatchObject({ state: 'PAID', paid: decided.owed, recoveries: [] })
  expect(await world.batch(claim)).toMatchObject({ code: 'NOT_PAYABLE' })
})

test('whoever takes a decision back reviews no line of what comes after it, nor proposes it, nor is given it', async () => {
  const { claim } = await payable()
  expect(await reconsider(claim)).toMatchObject({ state: 'ACCEPTED' })
  const lines = [{ serial: '1', outcome: 'REDUCED', amount: '600.00', reason: '其余已直接结算' }]
  expect(codes(await world.steps(SECOND, 'reviewClaimLines', claim, { lines }))).toMatch(/DECIDED_BEFORE/)
  expect(codes(await world.decideAnew(claim, { outcome: 'APPROVE' }, SECOND))).toMatch(/DECIDED_BEFORE/)
  expect(codes(await world.steps(THIRD, 'assignClaim', claim, { to: SECOND }))).toBe(
    'DECIDED_BEFORE; to DECIDED_BEFORE',
  )
  expect(await world.decideAnew(claim)).toMatchObject({ state: 'APPROVED' })
})

test('the agency is told which later settlements were reckoned on what is taken back, and the history names them', async () => {
  const [later, none] = [await payable(), await payable()]
  const direct = await settleBeside(later.person)
  expect((await reconsider(later.claim)).history.at(-1)).toMatchObject({
    kind: 'RECONSIDERED',
    reckonedOn: [direct.number],
  })
  expect(await world.told(CLERK, later.claim)).toContain('claim.reckoned-on')
  expect((await reconsider(none.claim)).history.at(-1)).toMatchObject({ kind: 'RECONSIDERED', reckonedOn: [] })
  expect(await world.told(CLERK, none.claim)).not.toContain('claim.reckoned-on')
})

test('what was paid already and is decided to be less is owed back', async () => {
  const one = await world.sent()
  await world.answer(one, 'PAID')
  await settleBeside(one.person)
  expect(await reconsider(one.claim)).toMatchObject({ state: 'ACCEPTED', owed: '0.00', paid: one.claim.owed })
  const decided = await halve(one.claim)
  await world.balance()
  const over = (Number(one.claim.owed) - Number(decided.owed)).toFixed(2)
  expect(await world.money(PAYER, one.claim)).toMatchObject({
    state: 'PAID',
    owed: decided.owed,
    paid: decided.owed,
    recoveries: [{ amount: over, left: over, cause: 'DECIDED_ANEW' }],
  })
  // That it came back is noted by somebody who had no part in that.
  const [{ id }] = (await world.money(PAYER, one.claim)).recoveries
  for (const who of [CLERK, SECOND, THIRD])
    expect(codes(await world.receive(id, over, who))).toBe('SECOND_PERSON; input.recovery SECOND_PERSON')
  expect(await world.receive(id, over)).toMatchObject({ left: '0.00' })
})

test('nobody takes back their own decision, one of another pool, one under appeal or at the bank, or what was not settled', async () => {
  const { person, claim } = await payable()
  expect(codes(await reconsider(claim, CLERK))).toBe('DECIDED_BEFORE; claimId DECIDED_BEFORE')
  const { version } = await world.look(SECOND, claim.id)
  const foreign = await world.step(STRANGER, 'reconsiderClaim', { ...claim, version }, WORDS)
  expect(foreign).toMatchObject({ code: 'NOT_FOUND' })
  expect(codes(await reconsider(claim, SECOND, { words: '' }))).toBe('INVALID_INPUT; words REQUIRED')
  await world.steps(person.personNumber, 'appealClaim', claim, { words: '计算有误，请重新审核' })
  const appealed = await reconsider(claim)
  expect(codes(appealed)).toBe('APPEAL_OPEN; claimId APPEAL_OPEN')
  for (const language of ['zh', 'en']) expect(appealed.message[language]).toMatch(/申诉|appeal/)

  const sent = await world.sent()
  const waiting = await reconsider(sent.claim)
  expect(codes(waiting)).toBe('PAYMENT_UNDER_WAY; claimId PAYMENT_UNDER_WAY')
  await world.answer(sent, 'REJECTED')
  expect(await reconsider(sent.claim)).toMatchObject({ state: 'ACCEPTED' })
  // There is nothing left to take back.
  expect(codes(await reconsider(sent.claim, THIRD))).toMatch(/^CLAIM_STATE/)
})

test('a batch that names no claims leaves out one beside which care was settled directly since, says why, and pays it once named', async () => {
  const [held, other] = [await payable(), await payable()]
  const direct = await settleBeside(held.person)
  const batch = await world.ask(PAYER, BATCH, { input: {} })
  const paid = batch.payments.edges.map(({ node }: Data) => node.claim.id)
  expect(paid).toContain(other.claim.id)
  expect(paid).not.toContain(held.claim.id)
  const nothing = await world.ask(PAYER, BATCH, { input: {} })
  expect(nothing).toMatchObject({ code: 'NOTHING_TO_PAY', message: { zh: expect.stringContaining('直接结算') } })
  const { history } = await world.look(PAYER, held.claim.id)
  expect(history.at(-1)).toMatchObject({
    kind: 'SETTLED_BESIDE',
    words: { zh: expect.stringMatching(new RegExp(`${direct.number}.*指明`)) },
  })
  const named = await world.batch(held.claim)
  expect(named).toMatchObject({ rows: 1, amount: held.claim.owed })
  // Whoever named it has looked; what the bank gives back is paid like any other.
  await world.answer({ ...held, batch: named }, 'REJECTED')
  await world.enter(held.person, held.claim)
  expect(await world.ask(PAYER, BATCH, { input: {} })).toMatchObject({ rows: 1, amount: held.claim.owed })
})

test('a claim is held by a direct settlement beside it, or what a refund left of that, as long as it stands', async () => {
  const { person, claim } = await payable()
  const direct = await settleBeside(person)
  const take = async (text: string, variables: object): Promise<Data> =>
    Object.values(await world.as('H62990000001', text, { requestId: fresh('back'), ...variables }))[0]
  const input = { lines: [{ serial: '1', quantity: '1' }], chargeBatch: fresh('R'), invoice: fresh('RF') }
  const { settlement: rest, ...other } = await take(REFUND, { settlement: direct.id, input })
  expect(other).toMatchObject({ __typename: 'Refund' })
  expect(await world.ask(PAYER, BATCH, { input: {} })).toMatchObject({ code: 'NOTHING_TO_PAY' })
  expect(await take(REVERSE, { settlement: rest.id })).toMatchObject({ __typename: 'Settlement' })
  expect(await world.ask(PAYER, BATCH, { input: {} })).toMatchObject({ rows: 1, amount: claim.owed })
})
const REFUND = `mutation ($requestId: ID!, $settlement: ID!, $input: RefundInput!) {
  refund(requestId: $requestId, settlement: $settlement, input: $input) { __typename
    ... on Refund { settlement { id } } ... on Rejection { code problems { path code } } } }`
const REVERSE = `mutation ($requestId: ID!, $settlement: ID!) {
  reverse(requestId: $requestId, settlement: $settlement) { __typename ... on Rejection { code problems { path code } } } }`

test('a claim that was decided anew after the direct settlement is in a batch that names none', async () => {
  const { person, claim } = await payable()
  await settleBeside(person)
  await reconsider(claim)
  const decided = await halve(claim)
  const batch = await world.ask(PAYER, BATCH, { input: {} })
  expect(batch.payments.edges).toMatchObject([{ node: { amount: decided.owed, claim: { id: claim.id } } }])
})

test('every direct settlement beside a settled claim is told, each once', async () => {
  const { person, claim } = await payable()
  const [first, second] = [await settleBeside(person, 150), await settleBeside(person, 151)]
  const { history } = await world.look(CLERK, claim.id)
  const told = history.filter(({ kind }: Data) => kind === 'SETTLED_BESIDE').map(({ words }: Data) => words.zh)
  expect(told).toEqual([expect.stringContaining(first.number), expect.stringContaining(second.number)])
})

test('a claim is taken back while a batch is made: it is either paid or decided anew, never both', async () => {
  for (let round = 0; round < 6; round += 1) {
    const { claim } = await payable()
    const seen = await world.look(SECOND, claim.id)
    const [batch, anew] = await Promise.all([world.batch(claim), world.step(SECOND, 'reconsiderClaim', seen, WORDS)])
    const after = await world.money(PAYER, claim)
    if (after.state === 'PAYING') {
      expect(batch).toMatchObject({ rows: 1, amount: claim.owed })
      expect(['CLAIM_CHANGED', 'PAYMENT_UNDER_WAY']).toContain(anew.code)
      expect(kinds(after)).not.toContain('RECONSIDERED')
    } else {
      expect([batch.code, anew.state]).toEqual(['NOT_PAYABLE', 'ACCEPTED'])
      expect(after).toMatchObject({ state: 'ACCEPTED', owed: '0.00', payments: [] })
    }
  }
})
