import { randomUUID } from 'node:crypto'
import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { creditRetired } from '@yibao/insured/commands/contribution-retired'
import { postPremiums } from '@yibao/insured/commands/premium'
import { returnPremiums } from '@yibao/settlement/commands/premium'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BILLS,
  FLEXIBLE,
  flexible,
  PAY_EMPLOYER,
  RECEIPTS,
  reference,
  RESIDENT,
  resident,
  say,
} from './contribution-asking.ts'
import {
  billed,
  CLERK,
  correct,
  heard,
  month,
  monthsOf,
  pay,
  receiptsOf,
  told,
  year,
} from './contribution-correct-gateway.ts'
import { ask, declare, declareMonth, DEMO, EMPLOYER, employ, upload } from './employer-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// Who may not correct what, what comes of several at once, and that no money is counted twice.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const OTHER_CLERK = 'clerk-629900-2'
const PREMIUM = `mutation ($requestId: ID!, $bill: ID!) { answer: payPremiumFromAccount(requestId: $requestId, bill: $bill) {
  __typename ... on AccountPremium { amount } ... on Rejection { code } } }`
const parts = () => ({ db: world.platform.databases.insured, clock: () => world.time.now })
const billDeclared = () => billDeclarations(parts())
const giveBack = () => returnPremiums(settling(), undefined)
const billsOf = async (person: WorldPerson): Promise<Data[]> =>
  (await say(world, person.personNumber, BILLS)).edges.map(({ node }: Data) => node).toReversed()

describe('a correction is refused', () => {
  test('of whoever is not staff of the pool, and of a bill there is none of', async () => {
    const person = await world.addPerson(flexible)
    const bill = await billed(world, person, month)
    expect(await correct(world, bill, { base: '5000.00' }, { who: 'clerk-620100' })).toMatchObject({
      code: 'NOT_FOUND',
      problems: [{ path: 'bill' }],
    })
    expect(await correct(world, randomUUID(), { base: '5000.00' })).toMatchObject({ code: 'NOT_FOUND' })
    for (const who of [person.personNumber, EMPLOYER, 'BANK01', 'H62990000001', 'auditor']) {
      await expect(correct(world, bill, { base: '5000.00' }, { who })).rejects.toThrow('FORBIDDEN')
    }
    expect(await billsOf(person)).toMatchObject([{ id: bill, amount: FLEXIBLE }])
  })

  test('that says nothing, too much or what is no amount, naming each fault', async () => {
    const bill = await billed(world, await world.addPerson(flexible), month)
    for (const [input, path, code] of [
      [{}, 'base', 'ONE_OF'],
      [{ base: '5000.00', amount: '1.00' }, 'base', 'ONE_OF'],
      [{ nothingDue: true, base: '5000.00' }, 'base', 'ONE_OF'],
      [{ amount: '1.00', withAccount: false }, 'base', 'ONE_OF'],
      [{ base: '0.00' }, 'base', 'AMOUNT'],
      [{ amount: '-1.00' }, 'amount', 'AMOUNT'],
      [{ amount: '450.00' }, 'amount', 'PAID_BY_BASE'],
      [{ base: '5000.00', reason: '' }, 'reason', 'LENGTH'],
      [{ base: '4000.00' }, 'bill', 'NOTHING_CHANGED'],
      // Below the floor the base is the floor.
      [{ base: '100.00' }, 'bill', 'NOTHING_CHANGED'],
    ] as const) {
      expect(await correct(world, bill, input)).toMatchObject({ problems: [{ path, code }] })
    }
    expect(await correct(world, 'x', { base: '5000.00' })).toMatchObject({
      problems: [{ path: 'bill', code: 'ID_FORM' }],
    })
  })

  test('of what an employer has declared, and of a credit of somebody retired', async () => {
    const person = await world.addPerson({ enrolments: [] })
    await employ(world, EMPLOYER, person)
    const lines = [{ personNumber: person.personNumber, base: '8000.00' }]
    await declareMonth(world, EMPLOYER, { month: '2026-11', pool: '629900', lines })
    await billDeclared()
    const [declared] = await billsOf(person)
    expect(await correct(world, declared?.id, { nothingDue: true })).toMatchObject({ code: 'BILL_OF_EMPLOYER' })
    const retired = await world.addPerson({ enrolments: [{ ...flexible.enrolments[0]!, personType: '1201' }] })
    const before = world.time.now
    world.time.now = Temporal.Instant.from('2026-11-26T10:00:00+08:00')
    await creditRetired(parts())
    world.time.now = before
    const [credited] = await billsOf(retired)
    expect(await correct(world, credited?.id, { nothingDue: true })).toMatchObject({ code: 'BILL_OF_RETIRED' })
  })

  test('the second time: the same request gives the same answer, another bill under it is refused', async () => {
    const person = await world.addPerson(flexible)
    const bill = await billed(world, person, month)
    const requestId = randomUUID()
    const first = await correct(world, bill, { base: '5000.00' }, { requestId })
    expect(await correct(world, bill, { base: '5000.00' }, { requestId })).toEqual(first)
    expect(await correct(world, bill, { base: '6000.00' }, { requestId })).toMatchObject({ code: 'REQUEST_REUSED' })
    const late = await correct(world, bill, { base: '6000.00' }, { who: OTHER_CLERK })
    expect(late).toMatchObject({ code: 'ALREADY_CORRECTED' })
    expect(late.message.en).toContain(first.id)
    expect(await billsOf(person)).toHaveLength(2)
  })
})

test('of two clerks who correct at the same moment one does, whatever is paid meanwhile, and no money is lost', async () => {
  for (let round = 0; round < 6; round += 1) {
    const person = await world.addPerson(flexible)
    const bill = await billed(world, person, month)
    if (round % 2 === 0) await pay(world, person, FLEXIBLE)
    const receivedAt = '2026-11-22T09:00:00+08:00'
    const [one, other, paid] = await Promise.all([
      correct(world, bill, { base: '5000.00' }),
      correct(world, bill, { base: '6000.00' }, { who: OTHER_CLERK }),
      pay(world, person, FLEXIBLE, { ...month, receivedAt }),
    ])
    expect([one.code ?? other.code, one.code === undefined || other.code === undefined]).toEqual([
      'ALREADY_CORRECTED',
      true,
    ])
    expect(['POSTED', 'OVERPAID', 'UNAPPLIED']).toContain(paid.state)
    const standing = (await billsOf(person)).filter((found) => found.replacedBy === null)
    const due = one.code === undefined ? 45_000n : 54_000n
    expect(standing.reduce((sum, found) => sum + fenOf(found.amount), 0n)).toBe(due)
  }
})

test('what an account has paid for somebody goes back to it whole when less is owed, once, and the rest is paid anew', async () => {
  const payer = await world.addPerson({ enrolments: [...flexible.enrolments, ...resident.enrolments] })
  await pay(world, payer, '1800.00', { ...month, base: '20000.00' })
  expect(await heard(world, payer)).toEqual({ holds: 400, mismatches: [] })
  const wrong = await billed(world, payer, year)
  expect(await say(world, payer.personNumber, PREMIUM, { bill: wrong })).toMatchObject({ amount: RESIDENT })
  await postPremiums(parts(), undefined)
  expect(await monthsOf(world, payer)).toHaveLength(13)

  const right = await correct(world, wrong, { amount: '300.00' })
  expect(right).toMatchObject({ amount: '300.00', paidAt: null })
  await giveBack()
  await giveBack()
  expect(await heard(world, payer)).toEqual({ holds: 400, mismatches: [] })
  expect((await receiptsOf(world, payer)).slice(1)).toEqual([
    'ACCOUNT POSTED 400.00',
    'CREDIT OFFSET -400.00',
    'CREDIT REFUNDED 400.00',
  ])
  expect(await monthsOf(world, payer)).toEqual(['2026-11'])
  expect((await told(world, payer)).slice(2)).toEqual(['account-returned', 'corrected'])
  expect(await say(world, payer.personNumber, PREMIUM, { bill: right.id })).toMatchObject({ amount: '300.00' })
  await postPremiums(parts(), undefined)
  expect(await monthsOf(world, payer)).toHaveLength(13)
  expect(await heard(world, payer)).toEqual({ holds: 100, mismatches: [] })
  expect(await correct(world, right.id, { nothingDue: true })).toMatchObject({ amount: '-300.00' })
  await giveBack()
  expect(await heard(world, payer)).toEqual({ holds: 400, mismatches: [] })
})

test('a premium an account paid for a bill that is replaced meanwhile goes back to the account', async () => {
  const payer = await world.addPerson({ enrolments: [...flexible.enrolments, ...resident.enrolments] })
  await pay(world, payer, '1800.00', { ...month, base: '20000.00' })
  await heard(world, payer)
  const wrong = await billed(world, payer, year)
  expect(await say(world, payer.personNumber, PREMIUM, { bill: wrong })).toMatchObject({ amount: RESIDENT })
  const right = await correct(world, wrong, { amount: '300.00' })
  await postPremiums(parts(), undefined)
  await giveBack()
  const { holds, mismatches } = await heard(world, payer)
  expect(mismatches).toEqual([])
  // The worker may have been quicker than the correction; then the premium was posted, and goes back from there.
  expect(holds).toBe(400)
  expect((await billsOf(payer)).find(({ id }) => id === right.id)).toMatchObject({ paidAt: null })
})

test('whatever is billed, corrected, paid and given back in whatever order, what came in is what is due and what is owed back', async () => {
  const step = fc.oneof(
    fc.record({
      base: fc.integer({ min: 4000, max: 20_000 }),
      withAccount: fc.option(fc.boolean(), { nil: undefined }),
    }),
    fc.constant('NOTHING' as const),
    fc.constant('PAY' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
      const person = await world.addPerson(flexible)
      let last = await billed(world, person, month)
      for (const one of [...steps, 'PAY' as const]) {
        if (one === 'PAY') {
          const open = (await billsOf(person)).find((found) => found.paidAt === null && found.replacedBy === null)
          if (open !== undefined) expect(await pay(world, person, open.amount)).toMatchObject({ state: 'POSTED' })
          continue
        }
        const input = one === 'NOTHING' ? { nothingDue: true } : { ...one, base: `${one.base}.00` }
        const answer = await correct(world, last, input)
        if (answer.code === undefined) last = answer.id
        else expect(answer).toMatchObject({ problems: [{ code: 'NOTHING_CHANGED' }] })
      }
      const bills = await billsOf(person)
      const due = sumOf(bills.filter((one) => one.replacedBy === null))
      const { edges } = await say(world, CLERK, RECEIPTS, { insuredId: person.insuredId })
      const of = (state: string) =>
        sumOf(edges.map(({ node }: Data) => node).filter((one: Data) => one.state === state))
      expect(of('POSTED') + of('OFFSET')).toBe(due)
      expect(of('OVERPAID')).toBe(0n - of('OFFSET'))
      expect(await monthsOf(world, person)).toEqual(due > 0n ? ['2026-11'] : [])
      const credited = bills.filter((one) => one.replacedBy === null).reduce((sum, one) => sum + fenOf(one.credit), 0n)
      const { holds, mismatches } = await heard(world, person)
      expect(mismatches).toEqual([])
      expect(BigInt(Math.round((holds ?? 0) * 100))).toBe(credited)
    }),
    { numRuns: 12, endOnFailure: true },
  )
})

test('a month an employer has paid for somebody and then taken out of its declaration is not paid for them', async () => {
  const [person, stays] = [await world.addPerson({ enrolments: [] }), await world.addPerson({ enrolments: [] })]
  const lines = [person, stays].map(({ personNumber }) => ({ personNumber, base: '10000.00' }))
  for (const one of [person, stays]) await employ(world, EMPLOYER, one)
  const { id } = await declareMonth(world, EMPLOYER, { month: '2026-12', pool: '629900', lines })
  await billDeclared()
  const due = { employer: DEMO, pool: '629900', insuranceType: '310', period: '2026-12', amount: '1600.00' }
  const paid = await say(world, 'BANK01', PAY_EMPLOYER, { input: { ...due, reference: reference() } })
  expect(paid).toMatchObject({ state: 'POSTED' })
  expect(await monthsOf(world, person)).toEqual(['2026-12'])
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId: id, reason: '未在职' })
  await upload(world, EMPLOYER, draft.id, [{ personNumber: person.personNumber, base: '0.00' }])
  await declare(world, EMPLOYER, draft.id)
  await billDeclared()
  expect(await monthsOf(world, person)).toEqual([])
  expect(await monthsOf(world, stays)).toEqual(['2026-12'])
})

const fenOf = (yuan: string): bigint => BigInt(yuan.replace('.', ''))
const sumOf = (list: readonly Data[]): bigint => list.reduce((sum, one) => sum + fenOf(one.amount), 0n)
function settling() {
  const db = world.platform.databases.settlement
  return { db, clock: () => world.time.now, newId: () => randomUUID() }
}
