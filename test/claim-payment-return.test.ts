import { randomUUID } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  cardOf,
  claimPaymentWorld,
  clerk,
  DECIDE_RETURN,
  POOL,
  RECEIVE,
  type ClaimPaymentWorld,
} from './claim-payment-world.ts'
import { personOf, type WorldPerson } from './settle-world.ts'
import type { Data } from './world.ts'

// What the bank gives back, and what is paid too much: the money is owed to one side once, and ends where it belongs.

let world: ClaimPaymentWorld
beforeAll(async () => {
  world = await claimPaymentWorld()
})
afterAll(() => world.close())
afterEach(async () => expect((await verify(world.db, () => {})).mismatches).toEqual([]))

interface Sent {
  readonly person: WorldPerson
  readonly claim: string
  readonly number: string
  readonly batch: Data
}

/** A claim of 70 yuan that is with the bank. */
async function sent(person?: WorldPerson): Promise<Sent> {
  const who = person ?? (await world.addPerson())
  const claim = await world.owed(who)
  await world.enter(who, claim)
  const batch = await world.batch([claim])
  expect(batch).toMatchObject({ rows: 1, amount: '70.00' })
  return { person: who, claim, number: (await world.claim(claim))['number'], batch }
}
const paid = (one: Sent, batch = one.batch) =>
  world.answer(batch, [['1', one.number, String(batch['amount']), 'PAID', `B-${batch['number']}`, '']])
const rejected = (one: Sent, batch = one.batch) =>
  world.answer(batch, [['1', one.number, String(batch['amount']), 'REJECTED', '', '账号户名不符']])
const decide = (id: string, confirmed: boolean, who = clerk()): Promise<Data> =>
  world.as(who, DECIDE_RETURN, { input: { id, confirmed, reason: '银行已出具凭证' } })
const transfersOf = async (claim: string) => (await world.claim(claim))['payments'].map((one: Data) => one['state'])

test('what the bank rejects is owed again; the person is told why, corrects the account and is paid once', async () => {
  const one = await sent()
  expect(await rejected(one)).toMatchObject({ paid: 0, rejected: 1 })
  const back = await world.claim(one.claim, personOf(one.person.insuredId))
  expect(back).toMatchObject({ state: 'PAYMENT_RETURNED', paid: '0.00', payments: [{ reason: '账号户名不符' }] })
  expect(back['history'].at(-1)).toMatchObject({
    kind: 'PAYMENT_RETURNED',
    words: { zh: '银行退回：账号户名不符。请更正收款账户' },
  })
  expect(await world.told(one.claim)).toContain('claim.payment-returned')
  // The agency's time stands still until there is somewhere else to pay to.
  expect(await world.clock(one.claim)).toMatchObject([{ paused: true, stopped: false }])
  expect(await world.held(`transit:${POOL}`)).toBe(0n)
  expect(await world.batch([one.claim])).toMatchObject({ code: 'NO_BANK_ACCOUNT' })

  const other = cardOf('621700', 19, '7')
  expect(await world.enter(one.person, one.claim, { number: other, bankName: '中国建设银行' })).toMatchObject({
    state: 'PAYMENT_RETURNED',
    account: { number: 2, fits: true },
  })
  expect(await world.clock(one.claim)).toMatchObject([{ paused: false, stopped: false }])
  const again = await world.batch()
  expect(again['file']).toContain(other)
  expect(await world.batch()).toMatchObject({ code: 'NOTHING_TO_PAY' })
  expect(await paid(one, again)).toMatchObject({ paid: 1 })
  // The first file once more says nothing new.
  expect(await rejected(one)).toMatchObject({ rejected: 0, repeated: 1 })
  expect(await world.claim(one.claim)).toMatchObject({ state: 'PAID', paid: '70.00' })
  expect(await transfersOf(one.claim)).toEqual(['REJECTED', 'PAID'])
})

test('the same account entered once more is the person’s word that it is right', async () => {
  const one = await sent()
  await rejected(one)
  await world.enter(one.person, one.claim)
  const again = await world.batch([one.claim])
  expect(again).toMatchObject({ rows: 1 })
  expect(await paid(one, again)).toMatchObject({ paid: 1 })
})

test('a payment that comes back after it was paid waits for staff; confirmed, it is paid again once to the corrected account', async () => {
  const one = await sent()
  await paid(one)
  const bank = await world.held(`bank:${POOL}`)
  expect(await rejected(one)).toMatchObject({ problems: [{ row: 1, code: 'RETURNED' }] })
  expect(await rejected(one)).toMatchObject({ repeated: 1, problems: [] })
  expect(await world.claim(one.claim)).toMatchObject({ state: 'PAID', paid: '70.00' })
  const [open] = await world.returns(false)
  expect(open).toMatchObject({
    kind: 'CAME_BACK',
    amount: '70.00',
    bankReason: '账号户名不符',
    claim: { id: one.claim },
  })
  expect(await world.told(one.claim, 'staff')).toContain('claim.return-reported')
  expect(await decide(open?.['id'], true, clerk('clerk', '620100'))).toMatchObject({ code: 'NOT_FOUND' })
  expect(await decide(open?.['id'], true)).toMatchObject({ state: 'CONFIRMED' })
  expect(await decide(open?.['id'], true)).toMatchObject({ code: 'DECIDED_ALREADY' })
  expect(await world.claim(one.claim)).toMatchObject({ state: 'PAYMENT_RETURNED', paid: '0.00' })
  expect(await world.held(`bank:${POOL}`)).toBe(bank - 7000n)
  expect(await world.batch([one.claim])).toMatchObject({ code: 'NO_BANK_ACCOUNT' })
  await world.enter(one.person, one.claim)
  expect(await world.clock(one.claim)).toMatchObject([{ stopped: true }, { stopped: false, paused: false }])
  await paid(one, await world.batch([one.claim]))
  expect(await world.claim(one.claim)).toMatchObject({ state: 'PAID', paid: '70.00' })
  expect(await transfersOf(one.claim)).toEqual(['RETURNED', 'PAID'])
})

test('a return that staff dismiss changes nothing, and the bank may report it again', async () => {
  const one = await sent()
  await paid(one)
  await rejected(one)
  const [open] = await world.returns(false)
  expect(await decide(open?.['id'], false)).toMatchObject({ state: 'DISMISSED' })
  expect(await world.claim(one.claim)).toMatchObject({ state: 'PAID', paid: '70.00' })
  expect(await rejected(one)).toMatchObject({ problems: [{ code: 'RETURNED' }] })
  const [anew] = await world.returns(false)
  expect(await decide(anew?.['id'], false)).toMatchObject({ state: 'DISMISSED' })
})

test('what was paid although it was rejected is in no batch until staff have decided it, and is paid once', async () => {
  const [one, two] = [await sent(), await sent()]
  for (const each of [one, two]) {
    await rejected(each)
    await world.enter(each.person, each.claim)
    expect(await paid(each)).toMatchObject({ paid: 0, problems: [{ code: 'PAID_AFTER_REJECTED' }] })
    expect(await world.batch([each.claim])).toMatchObject({ code: 'NOT_PAYABLE' })
  }
  const open = new Map((await world.returns(false)).map((each) => [each['claim'].id, each['id']]))
  expect(await decide(String(open.get(one.claim)), true)).toMatchObject({ state: 'CONFIRMED', kind: 'PAID_AFTER_ALL' })
  expect(await world.claim(one.claim)).toMatchObject({ state: 'PAID', paid: '70.00' })
  expect(await decide(String(open.get(two.claim)), false)).toMatchObject({ state: 'DISMISSED' })
  await paid(two, await world.batch())
  expect(await world.claim(two.claim)).toMatchObject({ state: 'PAID', paid: '70.00' })
  expect(await transfersOf(one.claim)).toEqual(['PAID'])
})

test('paid after all while another transfer is with the bank: nobody is paid twice by a word of staff', async () => {
  const one = await sent()
  await rejected(one)
  await world.enter(one.person, one.claim)
  const again = await world.batch([one.claim])
  await paid(one)
  const [open] = await world.returns(false)
  expect(await decide(open?.['id'], true)).toMatchObject({ code: 'PAID_BY_ANOTHER' })
  await rejected(one, again)
  expect(await decide(open?.['id'], true)).toMatchObject({ state: 'CONFIRMED' })
  expect(await world.claim(one.claim)).toMatchObject({ state: 'PAID', paid: '70.00' })
})

test('decided anew for more, only the rest is paid; decided anew for as much, nothing is', async () => {
  const person = await world.addPerson()
  const reviews = [{ serial: '1', outcome: 'REDUCED', amount: 15000, reason: '超量' }] as const
  const claim = await world.owed(person, { reviews })
  await world.enter(person, claim)
  const batch = await world.batch([claim])
  expect(batch).toMatchObject({ amount: '35.00' })
  const one = { person, claim, batch, number: (await world.claim(claim))['number'] }
  await paid(one)
  await world.settleAnew(claim)
  const rest = await world.batch([claim])
  expect(rest).toMatchObject({ amount: '35.00' })
  await paid(one, rest)
  expect(await world.claim(claim)).toMatchObject({ state: 'PAID', owed: '70.00', paid: '70.00' })
  await world.settleAnew(claim)
  await world.balance()
  expect(await world.claim(one.claim)).toMatchObject({ state: 'PAID', owed: '70.00', paid: '70.00', recoveries: [] })
  expect(await world.told(one.claim)).toContain('claim.closed')
  expect((await world.claim(one.claim))['payments']).toHaveLength(2)
})

test('decided anew for less, the rest is owed back and set off against the next claim of the person', async () => {
  const one = await sent()
  await paid(one)
  // 150 yuan in scope instead of 200: 35 instead of 70.
  await world.settleAnew(one.claim, { reduced: 15000 })
  await world.balance()
  const less = await world.claim(one.claim, personOf(one.person.insuredId))
  expect(less).toMatchObject({
    state: 'PAID',
    owed: '35.00',
    paid: '35.00',
    recoveries: [{ amount: '35.00', left: '35.00' }],
  })
  expect(await world.told(one.claim)).toContain('claim.owed-back')
  expect(await world.held(`receivable:claim:${POOL}`)).toBe(-3500n)
  expect(await world.recoveries(true)).toMatchObject([{ amount: '35.00', claim: { id: one.claim } }])

  // The deductible is used up: of 200 yuan 140 are paid.
  const next = await world.owed(one.person)
  const owed = (await world.claim(next))['owed']
  await world.enter(one.person, next)
  const batch = await world.batch([next])
  expect(batch).toMatchObject({ amount: (Number(owed) - 35).toFixed(2) })
  expect(await world.told(next)).toContain('claim.set-off')
  await paid({ ...one, number: (await world.claim(next))['number'] }, batch)
  expect(await world.claim(next)).toMatchObject({ state: 'PAID', owed, paid: owed })
  expect(await world.claim(one.claim)).toMatchObject({
    recoveries: [{ left: '0.00', steps: [{ kind: 'SET_OFF', amount: '35.00', claim: next }] }],
  })
  expect(await world.held(`receivable:claim:${POOL}`)).toBe(0n)
})

test('what is owed back is received in parts, each number of the bank once, and never more than is left', async () => {
  const one = await sent()
  await paid(one)
  await world.settleAnew(one.claim, { reduced: 15000 })
  await world.balance()
  const [{ id: recovery } = { id: '' }] = await world.recoveries(true)
  const receive = (amount: string, reference: string, requestId = randomUUID(), who = clerk()): Promise<Data> =>
    world.as(who, RECEIVE, { requestId, input: { recovery, amount, reference } })
  const bank = await world.held(`bank:${POOL}`)
  expect(await receive('35.01', 'IN-1')).toMatchObject({ code: 'MORE_THAN_OWED' })
  expect(await receive('0.00', 'IN-1')).toMatchObject({ problems: [{ path: 'input.amount', code: 'NOT_POSITIVE' }] })
  expect(await receive('1.00', '')).toMatchObject({ problems: [{ path: 'input.reference' }] })
  expect(await receive('1.00', 'IN-1', randomUUID(), clerk('clerk', '620100'))).toMatchObject({ code: 'NOT_FOUND' })
  const requestId = randomUUID()
  expect(await receive('20.00', 'IN-1', requestId)).toMatchObject({ left: '15.00' })
  expect(await receive('20.00', 'IN-1', requestId)).toMatchObject({ left: '15.00' })
  expect(await receive('15.00', 'IN-1')).toMatchObject({ code: 'RECEIVED_ALREADY' })
  expect(await receive('15.00', 'IN-2')).toMatchObject({ left: '0.00' })
  expect(await world.held(`bank:${POOL}`)).toBe(bank - 3500n)
  expect(await world.told(one.claim)).toContain('claim.given-back')
})

test('what the bank gives back after the person has to give back as well is paid less by that', async () => {
  const one = await sent()
  await paid(one)
  await world.settleAnew(one.claim, { reduced: 15000 })
  await world.balance()
  await rejected(one)
  const [open] = await world.returns(false)
  expect(await decide(open?.['id'], true)).toMatchObject({ state: 'CONFIRMED' })
  // 70 came back, 35 are owed: what was to be given back is set off against what is owed again.
  await world.enter(one.person, one.claim)
  const batch = await world.batch([one.claim])
  expect(batch).toMatchObject({ amount: '35.00' })
  await paid(one, batch)
  expect(await world.claim(one.claim)).toMatchObject({
    state: 'PAID',
    owed: '35.00',
    paid: '35.00',
    recoveries: [{ left: '0.00' }],
  })
})

test('rejected after it was paid, all of it is owed back; approved after all, that is set off and nothing is paid twice', async () => {
  const one = await sent()
  await paid(one)
  await world.settleAnew(one.claim, { rejected: true })
  await world.balance()
  expect(await world.claim(one.claim)).toMatchObject({
    state: 'REJECTED',
    owed: '0.00',
    paid: '0.00',
    recoveries: [{ amount: '70.00', left: '70.00' }],
  })
  await world.settleAnew(one.claim)
  await world.balance()
  expect(await world.claim(one.claim)).toMatchObject({
    state: 'PAID',
    owed: '70.00',
    paid: '70.00',
    recoveries: [{ left: '0.00', steps: [{ kind: 'SET_OFF', claim: one.claim }] }],
  })
  expect(await transfersOf(one.claim)).toEqual(['PAID'])
})

test('a worker that is run by two processes at once asks back once', async () => {
  const one = await sent()
  await paid(one)
  await world.settleAnew(one.claim, { reduced: 15000 })
  await Promise.all([world.balance(), world.balance(), world.balance()])
  expect((await world.claim(one.claim))['recoveries']).toMatchObject([{ amount: '35.00' }])
})
