import { verify } from '@yibao/settlement/commands/verify'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { claimBankWorld, type AtBank, type ClaimBankWorld } from './claim-bank-world.ts'
import { CLERK, codes, kinds, PAYER, POOL, STRANGER } from './claim-review-world.ts'

// The bank rejects a transfer, the claim is paid by another, and then the bank has paid the first one as well: the money is with
// the person, so it is booked as it is and owed back.

let world: ClaimBankWorld
beforeAll(async () => {
  world = await claimBankWorld()
}, 120_000)
afterAll(() => world.close())
afterEach(() => world.proven())

/** A claim that was rejected by the bank, paid to another account, and paid to the first one as well. */
async function paidTwice(): Promise<AtBank> {
  const one = await world.sent()
  await world.answer(one, 'REJECTED')
  await world.enter(one.person, one.claim)
  const again = await world.batch(one.claim)
  expect(await world.answer(one, 'PAID', again)).toMatchObject({ paid: 1 })
  expect(await world.answer(one, 'PAID')).toMatchObject({ paid: 0, problems: [{ code: 'PAID_AFTER_REJECTED' }] })
  return one
}
const held = async (...accounts: string[]): Promise<bigint[]> => {
  const found: bigint[] = []
  for (const account of accounts) found.push(await world.held(`${account}:${POOL}`))
  return found
}
const fen = (yuan: string): bigint => BigInt(yuan.replace('.', ''))

test('what the bank has really paid twice is booked, owed back by the person, and seen to by whoever confirmed it', async () => {
  const one = await paidTwice()
  const { owed } = one.claim
  const [bank = 0n, owing = 0n] = await held('bank', 'receivable:claim')
  expect(await world.decide(one)).toMatchObject({ state: 'CONFIRMED', kind: 'PAID_AFTER_ALL' })

  const twice = await world.money(one.person.personNumber, one.claim)
  expect(twice).toMatchObject({
    state: 'PAID',
    owed,
    paid: owed,
    payments: [{ state: 'PAID' }, { state: 'PAID' }],
    recoveries: [{ amount: owed, left: owed, cause: 'PAID_TWICE', steps: [] }],
  })
  expect(kinds(twice).slice(-2)).toEqual(['OVERPAID', 'OWED_BACK'])
  expect(twice.history.at(-1).words.zh).toContain(`银行多付 ${owed} 元`)
  // The money has left the bank twice, and the person owes one of the two; nothing is in between.
  expect(await held('bank', 'receivable:claim', 'payable:claim', 'transit')).toEqual([
    bank + fen(owed),
    owing - fen(owed),
    0n,
    0n,
  ])
  expect(await world.told(one.person.personNumber, one.claim)).toContain('claim.overpaid-back')
  expect(await world.told(CLERK, one.claim)).toContain('claim.overpaid')

  // It waits in the queue of who confirmed it, until somebody else takes it over.
  const ofClaim = async (who: string, filter: object) =>
    (await world.recoveries(filter, who)).filter(({ claim }) => claim.id === one.claim.id)
  const [entry] = await ofClaim(PAYER, { mine: true })
  expect(entry).toMatchObject({ amount: owed, owner: PAYER, cause: 'PAID_TWICE' })
  expect(await ofClaim(CLERK, { mine: true })).toEqual([])
  expect(await world.takeRecovery(STRANGER, entry?.id)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await world.takeRecovery(CLERK, entry?.id)).toMatchObject({ owner: CLERK })
  expect(await ofClaim(PAYER, { mine: true })).toEqual([])
  expect(await ofClaim(CLERK, { mine: true })).toHaveLength(1)

  // Neither who has sent and confirmed it nor who sees to it says that it came back.
  for (const who of [PAYER, CLERK])
    expect(codes(await world.receive(entry?.id, owed, who))).toBe('SECOND_PERSON; input.recovery SECOND_PERSON')
  expect(await world.receive(entry?.id, owed)).toMatchObject({ left: '0.00' })
  expect(await world.takeRecovery(CLERK, entry?.id)).toMatchObject({ code: 'ALL_BACK' })
  expect(await held('bank', 'receivable:claim')).toEqual([bank, owing])
})

test('what was paid twice is set off against the next claim of the person', async () => {
  const one = await paidTwice()
  await world.decide(one)
  const next = await world.approved(one.person)
  await world.enter(one.person, next)
  await world.balance()
  expect(await world.money(one.person.personNumber, one.claim)).toMatchObject({
    recoveries: [{ left: '0.00', steps: [{ kind: 'SET_OFF' }] }],
  })
  expect(await world.money(PAYER, next)).toMatchObject({ paid: one.claim.owed })
})

test('when the bank gives one of the two back nobody owes anything, and nobody is asked to correct an account', async () => {
  const one = await paidTwice()
  await world.decide(one)
  const [bank = 0n, owing = 0n, payable] = await held('bank', 'receivable:claim', 'payable:claim')
  expect(await world.answer(one, 'REJECTED')).toMatchObject({ problems: [{ code: 'RETURNED' }] })
  expect(await world.decide(one)).toMatchObject({ state: 'CONFIRMED', kind: 'CAME_BACK' })
  expect(await world.money(PAYER, one.claim)).toMatchObject({
    state: 'PAID',
    owed: one.claim.owed,
    paid: one.claim.owed,
    recoveries: [{ left: '0.00', steps: [{ kind: 'SET_OFF' }] }],
  })
  expect(await held('bank', 'receivable:claim', 'payable:claim')).toEqual([
    bank - fen(one.claim.owed),
    owing + fen(one.claim.owed),
    payable,
  ])
  // Once, when the first transfer was rejected.
  const told = await world.told(one.person.personNumber, one.claim)
  expect(told.filter((template) => template === 'claim.payment-returned')).toHaveLength(1)
  expect(await world.batch(one.claim)).toMatchObject({ code: 'NOT_PAYABLE' })
})

test('a recovery of a transfer nobody has confirmed is found by the verification', async () => {
  const one = await paidTwice()
  await world.decide(one)
  const set = (kind: string) =>
    world.admin.query(`update settlement.claim_payment_return set kind = $1 where claim_id = $2`, [kind, one.claim.id])
  await set('CAME_BACK')
  const { mismatches } = await verify(world.platform.databases.settlement, () => {})
  expect(mismatches.map(({ table }) => table)).toContain('settlement.claim_recovery')
  await set('PAID_AFTER_ALL')
})
