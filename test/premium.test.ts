import { randomUUID } from 'node:crypto'
import { verify } from '@yibao/settlement/commands/verify'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  accountOf,
  BILL,
  flexible,
  named,
  PAY,
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

const PREMIUM = `mutation ($requestId: ID!, $bill: ID!) { answer: payPremiumFromAccount(requestId: $requestId, bill: $bill) {
  __typename ... on AccountPremium { id amount current history returnedAt } ... on Rejection { code problems { path code } } } }`
const BIND = `mutation ($requestId: ID!, $input: BindMutualAidInput!) { answer: bindMutualAid(requestId: $requestId, input: $input) {
  __typename ... on Rejection { code } } }`

const employee = (current: number, history = 0) =>
  world.addPerson({
    enrolments: [{ pool: '620100', insuranceType: '310', personType: '1101', beginOn: '2015-01-01' }],
    account: { pool: '620100', current, history },
  })
const bind = (sponsor: WorldPerson, relative: WorldPerson, yearlyLimit?: string) =>
  say(world, sponsor.personNumber, BIND, { input: { ...named(relative), relation: 'SIBLING', yearlyLimit } })
const year = { insuranceType: '390', periods: ['2027'] }
async function billOf(person: WorldPerson): Promise<string> {
  const { items } = await say(world, 'BANK01', BILL, { input: { ...named(person), ...year } })
  return items[0].bill
}
const premium = (who: WorldPerson, bill: string, requestId: string = randomUUID()) =>
  say(world, who.personNumber, PREMIUM, { bill, requestId })
const isPaid = async (person: WorldPerson): Promise<boolean> =>
  (await say(world, person.personNumber, STATUS, year)).items[0].paid
const soon = { timeout: 10_000, interval: 100 }

test('a bound relative’s account pays a resident’s premium, and the bill is paid a moment later', async () => {
  const [mother, daughter] = [await world.addPerson(resident), await employee(300, 250)]
  await bind(daughter, mother)
  const bill = await billOf(mother)
  const paid = await premium(daughter, bill)
  expect(paid).toMatchObject({ amount: RESIDENT, current: '150.00', history: '250.00', returnedAt: null })
  expect(await accountOf(world, daughter)).toBe(150)
  await expect.poll(() => isPaid(mother), soon).toBe(true)
  const { rows } = await world.admin.query(
    `select account, amount::int from settlement.ledger_entry where group_id = $1 order by account`,
    [paid.id],
  )
  expect(rows).toMatchObject([
    { account: 'payable:contribution:629900', amount: 40_000 },
    { amount: -15_000 },
    { amount: -25_000 },
  ])
  expect(await premium(daughter, bill)).toMatchObject({ code: 'ALREADY_PAID', problems: [{ path: 'bill' }] })
})

test('nobody pays who is not bound, beyond the promise, or beyond the balance; nor what an account does not pay', async () => {
  const [mother, stranger] = [await world.addPerson(resident), await employee(5000)]
  const bill = await billOf(mother)
  expect(await premium(stranger, bill)).toMatchObject({ code: 'NOT_FOUND', problems: [{ path: 'bill' }] })
  expect(await premium(stranger, randomUUID())).toMatchObject({ code: 'NOT_FOUND' })
  expect(await premium(stranger, 'bill')).toMatchObject({ code: 'INVALID_INPUT', problems: [{ path: 'bill' }] })
  await bind(stranger, mother, '399.99')
  expect(await premium(stranger, bill)).toMatchObject({ code: 'YEARLY_LIMIT' })
  const poor = await employee(100, 299.99)
  await bind(poor, mother)
  expect(await premium(poor, bill)).toMatchObject({ code: 'BALANCE' })
  const flexibleOne = await world.addPerson(flexible)
  const monthly = await say(world, 'BANK01', BILL, {
    input: { ...named(flexibleOne), insuranceType: '310', periods: ['2026-11'] },
  })
  await bind(stranger, flexibleOne)
  expect(await premium(stranger, monthly.items[0].bill)).toMatchObject({ code: 'NOT_FROM_ACCOUNT' })
  expect([await accountOf(world, stranger), await accountOf(world, poor)]).toEqual([5000, 399.99])
})

test('bank and account pay at the same moment: the bill is paid once, and the account that came second is whole again', async () => {
  const raced: { mother: WorldPerson; daughter: WorldPerson; bank: string }[] = []
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 30 }), fc.boolean(), async (wait, bankFirst) => {
      const [mother, daughter] = [await world.addPerson(resident), await employee(1000)]
      await bind(daughter, mother)
      const bill = await billOf(mother)
      const later = () => new Promise((resolve) => setTimeout(resolve, wait))
      const atBank = async () => {
        if (!bankFirst) await later()
        const input = { ...named(mother), bill, amount: RESIDENT, reference: reference() }
        return say(world, 'BANK01', PAY, { input })
      }
      const fromAccount = async () => {
        if (bankFirst) await later()
        return premium(daughter, bill)
      }
      const [bank] = await Promise.all([atBank(), fromAccount()])
      raced.push({ mother, daughter, bank: bank.state ?? bank.code })
    }),
    { numRuns: 8 },
  )
  for (const { mother, daughter, bank } of raced) {
    await expect.poll(() => isPaid(mother), soon).toBe(true)
    await expect.poll(() => accountOf(world, daughter), soon).toBe(bank === 'POSTED' ? 1000 : 600)
  }
})

test('however many bills one account is asked to pay at once, it is never overdrawn', async () => {
  const sponsor = await employee(900, 100)
  const relatives = await Promise.all(Array.from({ length: 4 }, () => world.addPerson(resident)))
  const bills: string[] = []
  for (const one of relatives) {
    await bind(sponsor, one)
    bills.push(await billOf(one))
  }
  const answers = await Promise.all([...bills, ...bills].map((bill) => premium(sponsor, bill)))
  expect(answers.filter((one) => one.amount === RESIDENT)).toHaveLength(2)
  expect(await accountOf(world, sponsor)).toBe(200)
})

test('the same request again takes nothing more, and the books prove all of it', async () => {
  const [mother, daughter] = [await world.addPerson(resident), await employee(1000)]
  await bind(daughter, mother)
  const bill = await billOf(mother)
  const first = await premium(daughter, bill, 'premium-again')
  expect(await premium(daughter, bill, 'premium-again')).toEqual(first)
  expect(await accountOf(world, daughter)).toBe(600)
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})
