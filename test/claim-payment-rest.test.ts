import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { cardOf, claimPaymentWorld, clerk, DECIDE_RETURN, type ClaimPaymentWorld } from './claim-payment-world.ts'
import type { WorldPerson } from './settle-world.ts'
import type { Data } from './world.ts'

// The first transfer of a claim comes back while the rest of it is with the bank: the person is asked for another account once they
// can say it, and not before.

let world: ClaimPaymentWorld
beforeAll(async () => {
  world = await claimPaymentWorld()
})
afterAll(() => world.close())
afterEach(async () => expect((await verify(world.db, () => {})).mismatches).toEqual([]))

const answered = async (claim: string, batch: Data, state: 'PAID' | 'REJECTED'): Promise<Data> => {
  const number = String((await world.claim(claim))['number'])
  const ofPaid = state === 'PAID' ? `B-${batch['number']}` : ''
  return world.answer(batch, [['1', number, String(batch['amount']), state, ofPaid, '账号户名不符']])
}
const NEXT = { number: cardOf('622202', 19, '7') }

/** Of 70 yuan the first 35 came back, and the others are with the bank. */
async function restWithBank(): Promise<{ person: WorldPerson; claim: string; rest: Data }> {
  const person = await world.addPerson()
  const reviews = [{ serial: '1', outcome: 'REDUCED' as const, amount: 15_000, reason: '超出疗程' }]
  const claim = await world.owed(person, { reviews })
  await world.enter(person, claim)
  const first = await world.batch([claim])
  await answered(claim, first, 'PAID')
  await world.settleAnew(claim)
  const rest = await world.batch([claim])
  expect([first['amount'], rest['amount']]).toEqual(['35.00', '35.00'])
  expect(await answered(claim, first, 'REJECTED')).toMatchObject({ problems: [{ code: 'RETURNED' }] })
  const before = await world.told(claim)
  const [open] = await world.returns(false)
  const input = { id: open?.['id'], confirmed: true, reason: '银行已出具凭证' }
  expect(await world.as(clerk(), DECIDE_RETURN, { input })).toMatchObject({ state: 'CONFIRMED' })
  const waiting = await world.claim(claim)
  expect(waiting).toMatchObject({ state: 'PAYING', paid: '0.00' })
  expect(waiting['history'].at(-1).words.zh).toContain('另一笔拨付尚在银行')
  expect(await world.told(claim)).toEqual(before)
  expect(await world.enter(person, claim, NEXT)).toMatchObject({ code: 'CLAIM_STATE' })
  return { person, claim, rest }
}

test('once the rest is paid the person is asked, and what came back is paid to the account they give', async () => {
  const { person, claim, rest } = await restWithBank()
  await answered(claim, rest, 'PAID')
  expect(await world.claim(claim)).toMatchObject({ state: 'PAYMENT_RETURNED', paid: '35.00' })
  expect((await world.told(claim)).at(-2)).toBe('claim.account-needed')
  expect((await world.clock(claim)).at(-1)).toMatchObject({ paused: true, stopped: false })
  expect(await world.enter(person, claim, NEXT)).toMatchObject({ account: { fits: true } })
  expect((await world.clock(claim)).at(-1)).toMatchObject({ paused: false, stopped: false })
  const last = await world.batch([claim])
  expect(last).toMatchObject({ amount: '35.00' })
  await answered(claim, last, 'PAID')
  expect(await world.claim(claim)).toMatchObject({ state: 'PAID', paid: '70.00' })
})

test('when the rest comes back too the person is asked once for both', async () => {
  const { person, claim, rest } = await restWithBank()
  await answered(claim, rest, 'REJECTED')
  expect(await world.claim(claim)).toMatchObject({ state: 'PAYMENT_RETURNED', paid: '0.00' })
  const told = await world.told(claim)
  expect(told.filter((one) => one === 'claim.payment-returned')).toHaveLength(1)
  await world.enter(person, claim, NEXT)
  expect(await world.batch([claim])).toMatchObject({ amount: '70.00' })
})
