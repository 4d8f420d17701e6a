import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { claimBankWorld, type AtBank, type ClaimBankWorld } from './claim-bank-world.ts'
import { codes, PAYER, POOL, SECOND, THIRD } from './claim-review-world.ts'
import type { Data } from './world.ts'

// A decision is appealed against while its money is on the way, and what is decided anew is paid as it is decided: once, and never
// by what was sent before.

let world: ClaimBankWorld
beforeAll(async () => {
  world = await claimBankWorld()
}, 120_000)
afterAll(() => world.close())
afterEach(() => world.proven())

const WORDS = { words: '计算有误，请重新审核' }
const UPHELD = { upheld: true, answer: '成立，重新审核' }
const appeal = ({ person, claim }: Pick<AtBank, 'person' | 'claim'>): Promise<Data> =>
  world.steps(person.personNumber, 'appealClaim', claim, WORDS)
const uphold = ({ claim }: Pick<AtBank, 'claim'>): Promise<Data> =>
  world.steps(SECOND, 'decideClaimAppeal', claim, UPHELD)
/** Decided anew with half of it denied. */
async function halve(claim: Data): Promise<Data> {
  const lines = [{ serial: '1', outcome: 'REDUCED', amount: '600.00', reason: '超量' }]
  await world.steps(THIRD, 'reviewClaimLines', claim, { lines })
  return world.decideAnew(claim, { outcome: 'PARTIAL' })
}

test('an appeal against what is approved and not sent yet is upheld at once, and no batch pays it before it is decided anew', async () => {
  const person = await world.addPatient()
  const claim = await world.approved(person)
  await world.enter(person, claim)
  await appeal({ person, claim })
  expect(await uphold({ claim })).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(await world.batch(claim)).toMatchObject({ code: 'NOT_PAYABLE' })
  const anew = await halve(claim)
  expect(Number(anew.owed)).toBeLessThan(Number(claim.owed))
  const batch = await world.batch(claim)
  expect(batch).toMatchObject({ amount: anew.owed })
  await world.answer({ person, claim, batch }, 'PAID')
  expect(await world.money(PAYER, claim)).toMatchObject({ state: 'PAID', owed: anew.owed, paid: anew.owed })
})

test('an appeal is made while the bank has the money; upheld it is once the bank has answered, and whoever upholds is told so', async () => {
  const one = await world.sent()
  expect(await appeal(one)).toMatchObject({ state: 'PAYING', appeals: [{ state: 'OPEN' }] })
  const waiting = await uphold(one)
  expect(codes(waiting)).toBe('PAYMENT_UNDER_WAY; claimId PAYMENT_UNDER_WAY')
  expect(waiting.message.zh).toContain('银行')
  expect(await world.look(SECOND, one.claim.id)).toMatchObject({ state: 'PAYING', appeals: [{ state: 'OPEN' }] })
  await world.answer(one, 'REJECTED')
  expect(await uphold(one)).toMatchObject({ state: 'ACCEPTED', owed: '0.00', appeals: [{ state: 'UPHELD' }] })
  expect((await world.money(PAYER, one.claim)).payments).toMatchObject([{ state: 'REJECTED' }])
})

test('an appeal against what is with the bank may be dismissed at any time, and the money goes on', async () => {
  const one = await world.sent()
  await appeal(one)
  const dismissed = { upheld: false, answer: '原处理正确' }
  expect(await world.steps(SECOND, 'decideClaimAppeal', one.claim, dismissed)).toMatchObject({ state: 'PAYING' })
  await world.answer(one, 'PAID')
  expect(await world.money(PAYER, one.claim)).toMatchObject({ state: 'PAID', paid: one.claim.owed })
})

test('an appeal is made and upheld after the bank gave the money back, and the old transfer pays nothing of what is decided anew twice', async () => {
  const one = await world.sent()
  await world.answer(one, 'REJECTED')
  expect(await appeal(one)).toMatchObject({ state: 'PAYMENT_RETURNED' })
  expect(await uphold(one)).toMatchObject({ state: 'ACCEPTED', owed: '0.00' })
  expect(await world.batch(one.claim)).toMatchObject({ code: 'NOT_PAYABLE' })
  // The bank says of the old transfer that it was paid after all.
  expect(await world.answer(one, 'PAID')).toMatchObject({ paid: 0, problems: [{ code: 'PAID_AFTER_REJECTED' }] })
  const anew = await halve(one.claim)
  await world.enter(one.person, one.claim)
  // Until staff have decided that, nothing is paid.
  expect(await world.batch(one.claim)).toMatchObject({ code: 'NOT_PAYABLE' })
  expect(await world.decide(one)).toMatchObject({ state: 'CONFIRMED' })
  const over = (Number(one.claim.owed) - Number(anew.owed)).toFixed(2)
  expect(await world.money(PAYER, one.claim)).toMatchObject({
    state: 'PAID',
    owed: anew.owed,
    paid: anew.owed,
    payments: [{ state: 'PAID' }],
    recoveries: [{ amount: over, left: over }],
  })
})

test('decided anew with the account the bank has refused, it waits for another and its time stands still', async () => {
  const one = await world.sent()
  await world.answer(one, 'REJECTED')
  await world.upheld(one.person, one.claim)
  await world.decideAnew(one.claim)
  const waiting = await world.money(one.person.personNumber, one.claim)
  expect(waiting).toMatchObject({ state: 'APPROVED', clock: { kind: 'PAYMENT', dueOn: null } })
  expect(waiting.clock.pauseReason.zh).toContain('银行未接受')
  expect((await world.told(one.person.personNumber, one.claim)).slice(-2)).toContain('claim.account-needed')
  expect(await world.enter(one.person, one.claim)).toMatchObject({ account: { number: 2 } })
  expect(await world.money(PAYER, one.claim)).toMatchObject({ clock: { kind: 'PAYMENT', pausedAt: null } })
  await world.answer(one, 'PAID', await world.batch(one.claim))
  expect(await world.money(PAYER, one.claim)).toMatchObject({ state: 'PAID', paid: one.claim.owed })
})

test('the time to pay stands still while no account was given, says so, and goes on with all its days once one is', async () => {
  const person = await world.addPatient()
  const claim = await world.approved(person)
  const { clock } = await world.money(person.personNumber, claim)
  expect(clock).toMatchObject({ kind: 'PAYMENT', dueOn: null, pausedAt: expect.any(String) })
  expect(clock.pauseReason.zh).toContain('等待填写收款账户')
  // Weeks pass, and nobody is late.
  world.on('2026-12-21')
  await world.watch()
  expect((await world.breaches(PAYER)).edges.map(({ node }: Data) => node.claim.id)).not.toContain(claim.id)
  await world.enter(person, claim)
  const running = (await world.money(person.personNumber, claim)).clock
  expect(running).toMatchObject({ kind: 'PAYMENT', pausedAt: null, pauseReason: null })
  expect(running.dueOn > '2026-12-21').toBe(true)
  world.now()
})

test('rejected after it was paid, and given back by the bank: nothing is owed back any more', async () => {
  const one = await world.sent()
  await world.answer(one, 'PAID')
  await world.upheld(one.person, one.claim)
  expect(await world.rejectAnew(one.claim)).toMatchObject({ state: 'REJECTED' })
  await world.balance()
  const { owed } = one.claim
  expect(await world.money(PAYER, one.claim)).toMatchObject({
    owed: '0.00',
    paid: '0.00',
    recoveries: [{ amount: owed, left: owed, cause: 'DECIDED_ANEW' }],
  })
  await world.answer(one, 'REJECTED')
  expect(await world.decide(one)).toMatchObject({ state: 'CONFIRMED' })
  expect(await world.money(PAYER, one.claim)).toMatchObject({
    state: 'REJECTED',
    owed: '0.00',
    paid: '0.00',
    recoveries: [{ left: '0.00', steps: [{ kind: 'SET_OFF' }] }],
  })
})

/** Rejected after it was paid, given back by the person, and then by the bank as well. */
async function backTwice(): Promise<AtBank> {
  const one = await world.sent()
  const { owed } = one.claim
  await world.answer(one, 'PAID')
  await world.upheld(one.person, one.claim)
  await world.rejectAnew(one.claim)
  await world.balance()
  const entry = (await world.recoveries()).find(({ claim }) => claim.id === one.claim.id)
  expect(await world.receive(entry?.id, owed)).toMatchObject({ left: '0.00' })
  await world.answer(one, 'REJECTED')
  expect(await world.decide(one)).toMatchObject({ state: 'CONFIRMED' })
  return one
}

test('what a rejected claim was paid, the person gave back and the bank gave back too is paid to the person, once', async () => {
  const one = await backTwice()
  const { person, claim } = one
  const bank = await world.held(`bank:${POOL}`)
  expect(await world.money(person.personNumber, claim)).toMatchObject({
    state: 'REJECTED',
    owed: '0.00',
    paid: `-${claim.owed}`,
  })
  expect(await world.batch(claim)).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  expect(await world.enter(person, claim)).toMatchObject({ account: { number: 2, fits: true } })
  expect(await world.money(PAYER, claim)).toMatchObject({ clock: { kind: 'PAYMENT', pausedAt: null } })

  const again = await world.batch(claim)
  expect(again).toMatchObject({ rows: 1, amount: claim.owed })
  await world.proven()
  expect(await world.batch(claim)).toMatchObject({ code: 'NOT_PAYABLE' })
  // Of the rejection the person may still appeal, and upheld that is once the bank has answered.
  await appeal(one)
  expect(codes(await uphold(one))).toMatch(/^PAYMENT_UNDER_WAY/)
  // The bank refuses it, and it is paid to another account.
  expect(await world.answer(one, 'REJECTED', again)).toMatchObject({ rejected: 1 })
  expect(await world.money(person.personNumber, claim)).toMatchObject({ state: 'REJECTED', paid: `-${claim.owed}` })
  await world.enter(person, claim)
  const last = await world.batch(claim)
  expect(await world.answer(one, 'PAID', last)).toMatchObject({ paid: 1 })
  expect(await world.money(person.personNumber, claim)).toMatchObject({ state: 'REJECTED', owed: '0.00', paid: '0.00' })
  expect(await world.held(`bank:${POOL}`)).toBe(bank + BigInt(claim.owed.replace('.', '')))
  expect(await world.batch(claim)).toMatchObject({ code: 'NOT_PAYABLE' })
})

test.each(['before', 'after'])(
  'approved after all, such a claim is paid what is owed by it and what came back, together; the account entered %s',
  async (when) => {
    const one = await backTwice()
    // The time to pay what came back runs once there is somewhere to pay it to.
    if (when === 'before') await world.enter(one.person, one.claim)
    await world.upheld(one.person, one.claim)
    world.time.now = world.time.now.add({ minutes: 1 })
    // Two have decided it before.
    const anew = await world.decideAnew(one.claim, { outcome: 'APPROVE' }, SECOND)
    expect(anew).toMatchObject({ state: 'APPROVED' })
    if (when === 'after') await world.enter(one.person, one.claim)
    const { clocks } = await world.look(PAYER, one.claim.id)
    expect(clocks.filter(({ kind, stoppedAt }: Data) => kind === 'PAYMENT' && stoppedAt === null)).toHaveLength(1)
    const batch = await world.batch(one.claim)
    expect(batch).toMatchObject({ amount: (2 * Number(one.claim.owed)).toFixed(2) })
    await world.answer(one, 'PAID', batch)
    expect(await world.money(PAYER, one.claim)).toMatchObject({
      state: 'PAID',
      owed: one.claim.owed,
      paid: one.claim.owed,
    })
  },
)

test.each(['rejected', 'withdrawn'])(
  'such a claim that is %s once more still owes what came back, and the time to pay that runs',
  async (how) => {
    const one = await backTwice()
    await world.enter(one.person, one.claim)
    await world.upheld(one.person, one.claim)
    world.time.now = world.time.now.add({ minutes: 1 })
    const REJECT = { outcome: 'REJECT', legalGround: '《社会保险法》第三十条', words: '应由第三人负担' }
    const ended =
      how === 'rejected'
        ? await world.decideAnew(one.claim, REJECT, SECOND)
        : await world.steps(one.person.personNumber, 'withdrawClaim', one.claim)
    expect(ended).toMatchObject({ state: how.toUpperCase() })
    const running = async (): Promise<Data[]> =>
      (await world.look(PAYER, one.claim.id)).clocks.filter(({ stoppedAt }: Data) => stoppedAt === null)
    expect(await running()).toMatchObject([{ kind: 'PAYMENT', dueOn: expect.any(String) }])
    const batch = await world.batch(one.claim)
    expect(batch).toMatchObject({ amount: one.claim.owed })
    await world.answer(one, 'PAID', batch)
    expect(await running()).toEqual([])
    expect(await world.money(PAYER, one.claim)).toMatchObject({ owed: '0.00', paid: '0.00' })
  },
)
