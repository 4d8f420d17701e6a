import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountOf,
  BILL,
  BILLS,
  FLEXIBLE,
  flexible,
  named,
  PAY,
  RECEIPTS,
  reference,
  RESIDENT,
  resident,
  say,
  STATUS,
} from './contribution-asking.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const month = { insuranceType: '310', period: '2026-11', amount: FLEXIBLE }
const year = { insuranceType: '390', period: '2027', amount: RESIDENT }
const pay = (who: string, input: object, requestId: string = randomUUID()) => say(world, who, PAY, { requestId, input })
const credited = (person: WorldPerson) => ({
  toBe: (yuan: number) => expect.poll(() => accountOf(world, person), { timeout: 10_000, interval: 100 }).toBe(yuan),
})

describe('a flexible employee', () => {
  test('is billed by the month, pays at a bank, and has the share of the base in the account a moment later', async () => {
    const person = await world.addPerson(flexible)
    const input = { ...named(person), insuranceType: '310', periods: ['2026-11', '2026-12'] }
    const billed = await say(world, 'BANK01', BILL, { input })
    expect(billed.items).toMatchObject([
      { period: '2026-11', amount: FLEXIBLE, paid: false, dueOn: '2026-11-30' },
      { period: '2026-12', amount: FLEXIBLE, paid: false },
    ])
    expect((await say(world, 'BANK01', BILL, { input })).items).toEqual(billed.items)
    const paid = await pay('BANK01', { ...named(person), ...month, reference: 'BK-1' })
    expect(paid).toMatchObject({ state: 'POSTED', channel: 'BANK01', reference: 'BK-1', amount: FLEXIBLE })
    const { items } = await say(world, person.personNumber, STATUS, input)
    expect(items.map((one: { paid: boolean }) => one.paid)).toEqual([true, false])
    await credited(person).toBe(80)
    const { edges } = await say(world, person.personNumber, BILLS, { paid: true })
    expect(edges).toMatchObject([
      { node: { kind: 'FLEXIBLE', base: '4000.00', credit: '80.00', rule: '629900/flexible@2026-01-01' } },
    ])
    expect(edges[0].node.receipt).toMatchObject({ id: paid.id, state: 'POSTED' })
  })

  test('pays less without an account, and nothing is credited; of a higher base more, up to the ceiling', async () => {
    const [without, high] = [await world.addPerson(flexible), await world.addPerson(flexible)]
    const billOf = (person: WorldPerson, change: object) =>
      say(world, 'BANK01', BILL, {
        input: { ...named(person), insuranceType: '310', periods: ['2026-11'], ...change },
      })
    expect((await billOf(without, { withAccount: false })).items).toMatchObject([{ amount: '280.00' }])
    expect((await billOf(high, { base: '50000' })).items).toMatchObject([{ amount: '1800.00' }])
    await pay('BANK01', { ...named(without), ...month, amount: '280.00', reference: reference() })
    await pay('BANK01', { ...named(high), ...month, amount: '1800.00', reference: reference() })
    await credited(high).toBe(400)
    expect(await accountOf(world, without)).toBe(null)
  })

  test('is not billed for months outside the window, nor is an employee who has an employer', async () => {
    const person = await world.addPerson(flexible)
    const employee = await world.addPerson({ enrolments: [{ ...flexible.enrolments[0]!, personType: '1101' }] })
    for (const [who, period, code] of [
      [person, '2026-07', 'OUTSIDE_WINDOW'],
      [person, '2027-12', 'OUTSIDE_WINDOW'],
      [person, '2026', 'OUTSIDE_WINDOW'],
      [employee, '2026-11', 'NOT_BILLED'],
    ] as const) {
      const answer = await pay('BANK01', { ...named(who), ...month, period, reference: reference() })
      expect(answer).toMatchObject({ code, problems: [{ path: 'period', code }] })
    }
  })
})

test('somebody who names another person neither chooses for them nor bills any month but the current one', async () => {
  const [mine, theirs] = [await world.addPerson(flexible), await world.addPerson(flexible)]
  const bill = (change: object, periods = ['2026-11']) =>
    say(world, mine.personNumber, BILL, { input: { ...named(theirs), insuranceType: '310', periods, ...change } })
  expect(await bill({ base: '20000' })).toMatchObject({ problems: [{ path: 'base', code: 'NOT_YOURS_TO_CHOOSE' }] })
  expect(await bill({ withAccount: false })).toMatchObject({ problems: [{ path: 'withAccount' }] })
  expect(await bill({}, ['2026-10'])).toMatchObject({ problems: [{ path: 'period', code: 'MONTH_OVER' }] })
  const over = await pay(mine.personNumber, { ...named(theirs), ...month, period: '2026-10' })
  expect(over).toMatchObject({ problems: [{ path: 'period', code: 'MONTH_OVER' }] })
  expect(await bill({}, ['2026-11', '2026-12'])).toMatchObject({ problems: [{ path: 'period', code: 'MONTH_AHEAD' }] })
  const ahead = await pay(mine.personNumber, { ...named(theirs), ...month, period: '2027-01' })
  expect(ahead).toMatchObject({ problems: [{ path: 'period', code: 'MONTH_AHEAD' }] })
  expect((await say(world, theirs.personNumber, BILLS)).edges).toEqual([])
  expect((await bill({})).items).toMatchObject([{ period: '2026-11', amount: FLEXIBLE }])
})

test('whom a stranger has billed still chooses, and pays by their own choice alone', async () => {
  const [stranger, person] = [await world.addPerson(flexible), await world.addPerson(flexible)]
  const order = await pay(stranger.personNumber, { ...named(person), ...month })
  expect(order).toMatchObject({ state: 'PENDING', amount: FLEXIBLE })
  const own = { insuranceType: '310', periods: ['2026-11'], withAccount: false }
  const { items } = await say(world, person.personNumber, BILL, { input: own })
  expect(items).toMatchObject([{ period: '2026-11', amount: '280.00' }])
  const again = await say(world, person.personNumber, BILL, { input: { ...own, withAccount: true } })
  expect(again.items).toMatchObject([{ bill: items[0].bill, amount: '280.00' }])
  const late = await pay('BANK01', { order: order.id, amount: FLEXIBLE, reference: reference() })
  expect(late).toMatchObject({ code: 'AMOUNT_DIFFERS' })
  const change = `update insured.contribution_bill set base = 1, by_stranger = true where bill_id = '${items[0].bill}'`
  await expect(world.admin.query(change)).rejects.toMatchObject({ code: '42501' })
})

describe('a resident', () => {
  test('pays the next year within the concentrated period, at a counter, and no account is credited', async () => {
    const person = await world.addPerson(resident)
    const paid = await pay('clerk-629900', { ...named(person), ...year, reference: 'K-1' })
    expect(paid).toMatchObject({ state: 'POSTED', channel: 'COUNTER-629900' })
    const { edges } = await say(world, person.personNumber, BILLS)
    expect(edges).toMatchObject([{ node: { governmentShare: '670.00', amount: RESIDENT, dueOn: '2026-12-31' } }])
    const { rows } = await world.admin.query(
      `select count(*)::int as months, min(month)::text as first from insured.contribution_month_v1 where insured_id = $1`,
      [person.insuredId],
    )
    expect(rows).toEqual([{ months: 12, first: '2027-01-01' }])
  })

  test('is ordered by a relative, who learns the amount alone, and paid at a bank by the number of the order', async () => {
    const [person, daughter] = [await world.addPerson(resident), await world.addPerson(flexible)]
    const order = await pay(daughter.personNumber, { ...named(person), ...year })
    expect(order).toMatchObject({ state: 'PENDING', channel: 'SELF', receivedAt: null })
    expect(await say(world, daughter.personNumber, BILLS)).toMatchObject({ edges: [] })
    const paid = await pay('BANK01', { order: order.id, amount: RESIDENT, reference: reference() })
    expect(paid).toMatchObject({ id: order.id, state: 'POSTED', channel: 'BANK01' })
    const { edges } = await say(world, daughter.personNumber, RECEIPTS)
    expect(edges).toMatchObject([{ node: { id: order.id, state: 'POSTED' } }])
    const again = await pay('clerk-629900', { order: order.id, amount: RESIDENT, reference: reference() })
    expect(again).toMatchObject({ __typename: 'ContributionAlreadyPaid', receiptId: order.id })
  })
})

test('a bill has one open order of a caller, however often and however many at once it is ordered', async () => {
  const [person, daughter] = [await world.addPerson(resident), await world.addPerson(flexible)]
  const order = () => pay(daughter.personNumber, { ...named(person), ...year })
  const first = await order()
  const more = await Promise.all([order(), order(), order()])
  expect(new Set([first, ...more].map(({ id }) => id)).size).toBe(1)
  const own = await pay(person.personNumber, year)
  expect(own.id).not.toBe(first.id)
  const atOnce = await world.addPerson(resident)
  const ids = await Promise.all(Array.from({ length: 5 }, () => pay(atOnce.personNumber, year)))
  expect(new Set(ids.map(({ id }) => id)).size).toBe(1)
  await pay('BANK01', { order: first.id, amount: RESIDENT, reference: reference() })
  expect(await order()).toMatchObject({ code: 'ALREADY_PAID', receiptId: first.id })
})

describe('no double posting', () => {
  test('the same payment of a channel told again, under whatever request, is one record', async () => {
    const person = await world.addPerson(flexible)
    const input = { ...named(person), ...month, reference: reference() }
    const first = await pay('BANK01', input)
    expect(await pay('BANK01', input)).toEqual(first)
    const other = await world.addPerson(flexible)
    const used = await pay('BANK01', { ...input, ...named(other) })
    expect(used).toMatchObject({ code: 'REFERENCE_USED', problems: [{ path: 'reference' }] })
    await credited(person).toBe(80)
  })

  test('what is paid is refused, naming the payment; money that had come in is kept and owed back', async () => {
    const person = await world.addPerson(flexible)
    const first = await pay('BANK01', { ...named(person), ...month, reference: reference() })
    const refused = await pay('TAX62', { ...named(person), ...month, reference: reference() })
    expect(refused).toMatchObject({ code: 'ALREADY_PAID', receiptId: first.id })
    const receivedAt = '2026-11-22T09:00:00+08:00'
    const kept = await pay('TAX62', { ...named(person), ...month, reference: reference(), receivedAt })
    expect(kept).toMatchObject({ state: 'OVERPAID', postedAt: null, receivedAt: '2026-11-22T01:00:00Z' })
    const { edges } = await say(world, 'clerk-629900', RECEIPTS, { state: 'OVERPAID', insuredId: person.insuredId })
    expect(edges).toMatchObject([{ node: { id: kept.id, channel: 'TAX62' } }])
    await credited(person).toBe(80)
  })

  test('whichever channels pay a bill at the same moment, one is posted and no money is lost', async () => {
    const raced: WorldPerson[] = []
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ who: fc.constantFrom('BANK01', 'TAX62', 'clerk-629900'), received: fc.boolean() }), {
          minLength: 2,
          maxLength: 5,
        }),
        async (payments) => {
          const person = await world.addPerson(flexible)
          const receivedAt = '2026-11-22T09:00:00+08:00'
          const answers = await Promise.all(
            payments.map(({ who, received }) =>
              pay(who, { ...named(person), ...month, reference: reference(), ...(received && { receivedAt }) }),
            ),
          )
          const posted = answers.filter((one) => one.state === 'POSTED')
          expect(posted).toHaveLength(1)
          for (const [i, one] of answers.entries()) {
            if (one === posted[0]) continue
            if (payments[i]?.received === true) expect(one).toMatchObject({ state: 'OVERPAID' })
            else expect(one).toMatchObject({ code: 'ALREADY_PAID', receiptId: posted[0]?.id })
          }
          raced.push(person)
        },
      ),
      { numRuns: 6 },
    )
    for (const person of raced) await credited(person).toBe(80)
  })
})

describe('what is refused', () => {
  test('names every fault of the input at once, each at its field, and posts nothing', async () => {
    const input = {
      identityNumber: '1',
      name: '7',
      insuranceType: '999',
      period: '11-2026',
      amount: '-1',
      reference: ' ',
    }
    const { code, problems } = await pay('BANK01', { ...input, receivedAt: 'now', base: '0' })
    expect(code).toBe('INVALID_INPUT')
    expect(problems.map((one: { path: string; code: string }) => `${one.path} ${one.code}`)).toEqual([
      'identityNumber IDENTITY_FORM',
      'name NAME_FORM',
      'period PERIOD_FORM',
      'insuranceType INSURANCE_TYPE_UNKNOWN',
      'base AMOUNT',
      'amount AMOUNT',
      'reference REFERENCE_FORM',
      'receivedAt TIME_FORM',
    ])
    const person = await world.addPerson(flexible)
    const both = await pay('BANK01', { ...named(person), ...month, bill: randomUUID(), reference: reference() })
    expect(both.problems).toMatchObject([{ path: 'period', code: 'ONE_OF' }])
    const wrong = await pay('BANK01', { ...named(person), ...month, amount: '1.00', reference: reference() })
    expect(wrong).toMatchObject({ code: 'AMOUNT_DIFFERS', problems: [{ path: 'amount' }] })
    const nobody = await pay('BANK01', { ...named(person), name: '别人', ...month, reference: reference() })
    expect(nobody).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'identityNumber' }] })
    const bill = await pay('BANK01', { ...named(person), bill: randomUUID(), amount: '1', reference: reference() })
    expect(bill).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'bill' }] })
    const order = await pay('BANK01', { order: randomUUID(), amount: '1', reference: reference() })
    expect(order).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'order' }] })
    const foreign = await pay('clerk-620100', { ...named(person), ...month, reference: reference() })
    expect(foreign).toMatchObject({ code: 'POOL_NOT_YOURS' })
    expect(await accountOf(world, person)).toBe(null)
  })

  test('a person who guesses names and numbers is stopped after ten a day', async () => {
    const [guesser, victim] = [await world.addPerson(resident), await world.addPerson(resident)]
    const guess = () =>
      say(world, guesser.personNumber, STATUS, {
        ...named(victim),
        name: '猜测',
        insuranceType: '390',
        periods: ['2027'],
      })
    for (let i = 0; i < 10; i += 1) expect(await guess()).toMatchObject({ code: 'NOT_FOUND' })
    expect(await guess()).toMatchObject({ code: 'TOO_MANY_UNKNOWN_PERSONS' })
    const right = await say(world, guesser.personNumber, STATUS, {
      ...named(victim),
      insuranceType: '390',
      periods: ['2027'],
    })
    expect(right).toMatchObject({ code: 'TOO_MANY_UNKNOWN_PERSONS' })
  })
})

test('lists come in pages, and everybody sees their own alone', async () => {
  const person = await world.addPerson(flexible)
  for (const period of ['2026-09', '2026-10', '2026-11']) {
    await pay('BANK01', { ...named(person), ...month, period, reference: reference() })
  }
  const first = await say(world, person.personNumber, BILLS, { first: 2 })
  expect(first.edges.map((one: { node: { period: string } }) => one.node.period)).toEqual(['2026-11', '2026-10'])
  const rest = await say(world, person.personNumber, BILLS, { first: 2, after: first.pageInfo.endCursor })
  expect(rest.edges).toMatchObject([{ node: { period: '2026-09' } }])
  const { insuredId } = person
  for (const [who, query] of [
    ['clerk-620100', BILLS],
    ['clerk-620100', RECEIPTS],
    ['TAX62', RECEIPTS],
    ['employer-629900', BILLS],
  ] as const) {
    expect(await say(world, who, query, { insuredId })).toMatchObject({ edges: [] })
  }
  expect(await say(world, 'auditor', BILLS, { insuredId: 'x', after: 'x' })).toMatchObject({
    code: 'INVALID_INPUT',
    problems: [{ path: 'after' }, { path: 'insuredId' }],
  })
})
