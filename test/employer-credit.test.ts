import { randomUUIDv7 } from 'node:crypto'
import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { createStamp } from '@yibao/schema/ids'
import { correctCredits } from '@yibao/settlement/commands/correct-credits'
import { creditContributions } from '@yibao/settlement/commands/credit-contributions'
import { verify } from '@yibao/settlement/commands/verify'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf, BILL, PAY_EMPLOYER, reference, REFUND, say } from './contribution-asking.ts'
import { ask, declare, declareMonth, DEMO, EMPLOYER, employ, upload } from './employer-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// What an employer has paid too much: kept as its credit, set against its next months, given back on request. Of a base
// 8 % are paid, and 2 % of it go to the account.

let world: World
const employed: WorldPerson[] = []
beforeAll(async () => {
  world = await openWorld()
  // An employer enters nobody for days long past, and time is moved on here.
  for (let i = 0; i < 6; i += 1) employed.push(await employee())
})
afterAll(() => world.close())

const POOL = { pool: '629900', insuranceType: '310' }
const CREDITS = `query { answer: employerCredits { ... on EmployerCreditConnection { edges { node { employer pool balance
  entries(first: 100) { ... on EmployerCreditEntryConnection { edges { node { kind period amount receipt { state amount } } } } } } } } } }`
const MONTH = `query ($period: String!) { answer: employerContributionMonth(employer: "${DEMO}", pool: "629900",
  insuranceType: "310", period: $period) { ... on EmployerContributionMonth { state amount paid setOff leftOver left } } }`
const RETURN = `mutation ($requestId: ID!, $employer: String!) { answer: returnEmployerCredit(requestId: $requestId,
  employer: $employer, insuranceType: "310") { __typename ... on ContributionReceipt { id state channel amount }
  ... on Rejection { code problems { path code } } } }`
const BIND = `mutation ($requestId: ID!, $input: BindMutualAidInput!) { answer: bindMutualAid(requestId: $requestId,
  input: $input) { __typename } }`
const PREMIUM = `mutation ($requestId: ID!, $bill: ID!) { answer: payPremiumFromAccount(requestId: $requestId, bill: $bill) {
  __typename ... on AccountPremium { amount } ... on Rejection { code } } }`
const ACCOUNT = `{ me { account { balance owed movements { ... on AccountMovementConnection {
  edges { node { kind amount period } } } } } } }`
async function accountOfMe({ personNumber }: WorldPerson): Promise<Data> {
  await heard()
  return (await world.as(personNumber, ACCOUNT)).me.account
}

const bill = () => billDeclarations({ db: world.platform.databases.insured, clock: () => world.time.now })
const month = async (period: string, who = EMPLOYER): Promise<Data> => say(world, who, MONTH, { period })
const creditOf = async (who = EMPLOYER): Promise<Data> => (await say(world, who, CREDITS)).edges[0]?.node ?? null
const line = ({ personNumber }: WorldPerson, base: number) => ({ personNumber, base: `${base}.00` })

/** Somebody the employer has declared nothing of yet. */
function next(): WorldPerson {
  const person = employed.pop()
  if (person === undefined) throw new Error('there are enough')
  return person
}
async function employee(): Promise<WorldPerson> {
  const person = await world.addPerson({ enrolments: [] })
  expect((await employ(world, EMPLOYER, person, { beginOn: '2026-11-22' })).code).toBeUndefined()
  return person
}
async function first(period: string, lines: readonly object[]): Promise<string> {
  const declared = await declareMonth(world, EMPLOYER, { month: period, pool: '629900', lines })
  expect(declared).toMatchObject({ state: 'DECLARED' })
  await bill()
  return declared.id
}
async function correct(declarationId: string, lines: readonly object[]): Promise<void> {
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId, reason: '基数有误' })
  expect(await upload(world, EMPLOYER, draft.id, lines)).toMatchObject({ rejected: [] })
  expect(await declare(world, EMPLOYER, draft.id)).toMatchObject({ state: 'DECLARED' })
  await bill()
}
const pay = (period: string, amount: string, more: object = {}) =>
  say(world, 'BANK01', PAY_EMPLOYER, {
    input: { ...POOL, period, amount, employer: DEMO, reference: reference(), ...more },
  })

/** Pays what is left of a month, if anything is. */
async function payLeft(period: string) {
  const found = await month(period)
  if (found?.state === 'OPEN') expect(await pay(period, found.left)).toMatchObject({ state: 'POSTED' })
}
/** Uses up accounts as bills do, so that the books can be proven still. */
async function spend(person: WorldPerson): Promise<void> {
  const resident = await world.addPerson({
    enrolments: [{ pool: '629900', insuranceType: '390', personType: '1501', beginOn: '2024-01-01' }],
  })
  const who = { identityNumber: resident.identityNumber, name: '故事人物' }
  await say(world, person.personNumber, BIND, { input: { ...who, relation: 'SIBLING' } })
  const { items } = await say(world, 'BANK01', BILL, { input: { ...who, insuranceType: '390', periods: ['2027'] } })
  expect(await say(world, person.personNumber, PREMIUM, { bill: items[0].bill })).toMatchObject({ amount: '400.00' })
}
/** Lets settlement hear of all that insured has said; its worker looks for recent events alone, and time is moved here. */
async function heard(): Promise<void> {
  const parts = {
    db: world.platform.databases.settlement,
    clock: () => world.time.now,
    ids: () => randomUUIDv7(),
    newId: createStamp(randomUUIDv7),
  }
  await creditContributions(parts, undefined)
  await correctCredits(parts, undefined)
}
async function holds(person: WorldPerson): Promise<number | null> {
  await heard()
  return accountOf(world, person)
}
const goTo = (day: string): void => void (world.time.now = Temporal.Instant.from(`${day}T10:00:00+08:00`))

test('a paid month that is lowered stays as it was paid; the surplus is set against the next month, which takes the rest', async () => {
  const person = next()
  const november = await first('2026-11', [line(person, 10_000)])
  expect(await pay('2026-11', '800.00')).toMatchObject({ state: 'POSTED' })
  expect(await holds(person)).toBe(200)

  await correct(november, [line(person, 7000)])
  expect(await month('2026-11')).toEqual({
    state: 'PAID',
    amount: '560.00',
    paid: '800.00',
    setOff: '0.00',
    leftOver: '240.00',
    left: '0.00',
  })
  expect(await creditOf()).toMatchObject({
    balance: '240.00',
    entries: {
      edges: [{ node: { kind: 'LEFT_OVER', amount: '240.00', receipt: { state: 'OFFSET', amount: '-240.00' } } }],
    },
  })
  expect(await holds(person)).toBe(140)

  goTo('2026-12-05')
  const december = await first('2026-12', [line(person, 10_000)])
  expect(await month('2026-12')).toMatchObject({ state: 'OPEN', amount: '800.00', setOff: '240.00', left: '560.00' })
  expect((await creditOf()).balance).toBe('0.00')
  expect(await pay('2026-12', '800.00')).toMatchObject({ code: 'AMOUNT_DIFFERS' })
  expect(await pay('2026-12', '560.00')).toMatchObject({ state: 'POSTED' })
  expect(await month('2026-12')).toMatchObject({ state: 'PAID', paid: '560.00', setOff: '240.00', left: '0.00' })
  expect(await holds(person)).toBe(340)

  for (const id of [november, december]) await correct(id, [line(person, 0)])
  expect(await creditOf('clerk-629900')).toMatchObject({ employer: DEMO, balance: '1360.00' })
  expect(await holds(person)).toBe(0)
  const { rows } = await world.admin.query(
    `select payload ->> 'template' as template from insured.outbox
     where topic = 'message.wanted' and payload ->> 'template' in ('contribution.left-over', 'contribution.set-off') order by id`,
  )
  expect(rows.map((one) => one.template)).toEqual([
    'contribution.left-over',
    'contribution.set-off',
    'contribution.left-over',
    'contribution.left-over',
  ])
})

test('a month that credit covers is settled without a payment and credited to each; one that comes to nothing as well', async () => {
  const [person, taken] = [next(), next()]
  goTo('2027-01-05')
  const january = await first('2027-01', [line(person, 5000), line(taken, 5000)])
  expect(await month('2027-01')).toMatchObject({ state: 'OFFSET', amount: '800.00', paid: '0.00', setOff: '800.00' })
  expect((await creditOf()).balance).toBe('560.00')
  expect(await holds(taken)).toBe(100)
  expect(await pay('2027-01', '800.00')).toMatchObject({ code: 'NOTHING_OWED' })
  const receivedAt = '2027-01-05T09:00:00+08:00'
  expect(await pay('2027-01', '800.00', { receivedAt })).toMatchObject({ state: 'OVERPAID' })

  await correct(january, [line(taken, 0), line(person, 10_000)])
  expect(await month('2027-01')).toMatchObject({ state: 'OFFSET', amount: '800.00', left: '0.00', leftOver: '0.00' })
  expect(await holds(taken)).toBe(0)
  expect(await holds(person)).toBe(200)
})

test('credit goes back on request: the bureau turns it into money owed back, and notes the transfer once', async () => {
  expect(await creditOf('employer-620100')).toBeNull()
  expect(await creditOf('clerk-620100')).toBeNull()
  expect(await say(world, 'clerk-620100', RETURN, { employer: DEMO })).toMatchObject({ code: 'NO_CREDIT' })
  expect(await say(world, 'clerk-629900', RETURN, { employer: 'x' })).toMatchObject({
    problems: [{ path: 'employer' }],
  })
  const owed = await say(world, 'clerk-629900', RETURN, { employer: DEMO })
  expect(owed).toMatchObject({ state: 'OVERPAID', channel: 'CREDIT', amount: '560.00' })
  expect((await creditOf()).balance).toBe('0.00')
  expect(await say(world, 'clerk-629900', RETURN, { employer: DEMO })).toMatchObject({ code: 'NO_CREDIT' })
  const refund = { receipt: owed.id, reference: 'BACK-9' }
  expect(await say(world, 'BANK01', REFUND, refund)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await say(world, 'clerk-629900', REFUND, refund)).toMatchObject({ state: 'REFUNDED' })
  expect(await say(world, 'clerk-629900', REFUND, refund)).toMatchObject({ code: 'ALREADY_REFUNDED' })
})

test('what was credited and spent meanwhile is owed: the account stays at nothing, and the next credit goes to it first', async () => {
  const person = next()
  goTo('2027-02-05')
  const february = await first('2027-02', [line(person, 20_000)])
  await pay('2027-02', '1600.00')
  expect(await holds(person)).toBe(400)
  await spend(person)
  expect(await accountOf(world, person)).toBe(0)

  await correct(february, [line(person, 5000)])
  expect(await accountOfMe(person)).toMatchObject({ balance: '0.00', owed: '300.00' })
  goTo('2027-03-05')
  const march = await first('2027-03', [line(person, 10_000)])
  expect(await month('2027-03')).toMatchObject({ state: 'OFFSET' })
  expect(await accountOfMe(person)).toMatchObject({ balance: '0.00', owed: '100.00' })
  await correct(march, [line(person, 20_000)])
  const { left } = await month('2027-03')
  expect(await pay('2027-03', left)).toMatchObject({ state: 'POSTED' })
  expect(await accountOfMe(person)).toMatchObject({ balance: '100.00', owed: '0.00' })
  const { movements } = await accountOfMe(person)
  expect(movements.edges.map(({ node }: Data) => `${node.kind} ${node.amount} ${node.period}`)).toEqual([
    'CREDIT 100.00 2027-03',
    'CREDIT 0.00 2027-03',
    'CREDIT_CORRECTED 0.00 2027-02',
    'PREMIUM -400.00 null',
    'CREDIT 400.00 2027-02',
  ])
  const books = await verify(world.platform.databases.settlement, () => {})
  expect(books.mismatches).toEqual([])
})

test('entries of a credit after something that is no cursor are refused by that field, whatever it is', async () => {
  const query = `query ($t: String!) { answer: employerCredits { ... on EmployerCreditConnection { edges { node {
    entries(after: $t) { __typename ... on Rejection { problems { path } } } } } } } }`
  for (const t of ['', 'x', '\u0000', "'; drop table", '\u202e'.repeat(300)]) {
    const { edges } = await say(world, EMPLOYER, query, { t })
    expect(edges.map((one: Data) => one.node.entries)).not.toEqual([])
    for (const { node } of edges) expect(node.entries).toMatchObject({ problems: [{ path: 'after' }] })
  }
})

test('whatever is declared, raised, lowered and paid in whatever order: what was paid is what is due and the credit left', async () => {
  goTo('2027-06-20')
  const people = [next(), next()] as const
  const months = ['2027-04', '2027-05', '2027-06', '2027-07'] as const
  const before = await totals()
  const declared = new Map<string, string>()
  const bases = new Map<string, number>()
  const base = fc.integer({ min: 4083, max: 20_000 })
  const step = fc.record({
    period: fc.constantFrom(...months),
    who: fc.constantFrom(0 as const, 1 as const),
    base: fc.oneof({ weight: 4, arbitrary: base }, { weight: 1, arbitrary: fc.constant(0) }),
    pays: fc.boolean(),
  })
  async function take({ period, who, base: to, pays }: { period: string; who: 0 | 1; base: number; pays: boolean }) {
    const id = declared.get(period)
    const key = `${period} ${who}`
    if (pays) await payLeft(period)
    else if (id === undefined && to > 0) {
      declared.set(period, await first(period, [line(people[who], to)]))
      bases.set(key, to)
    } else if (id !== undefined && (bases.get(key) ?? 0) !== to) {
      await correct(id, [line(people[who], to)])
      bases.set(key, to)
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async (steps) => {
      for (const one of steps) await take(one)
      for (const period of months) await payLeft(period)
      const due = [...bases.values()].reduce((sum, one) => sum + fenOfShares(one), 0)
      const { paid, balance } = await totals()
      expect(paid - before.paid).toBe(due + balance - before.balance)
      for (const [i, person] of people.entries()) {
        const mine = [...bases].filter(([key]) => key.endsWith(` ${i}`)).map(([, one]) => half(one * 2))
        const credited = mine.reduce((sum, one) => sum + one, 0) / 100
        expect((await holds(person)) ?? 0).toBe(credited)
      }
    }),
    { numRuns: 10, endOnFailure: true },
  )
  const books = await verify(world.platform.databases.settlement, () => {})
  expect(books.mismatches).toEqual([])
})

/** Yuan times a percentage is fen. */
const half = (fen: number): number => Math.round(fen)
const fenOfShares = (base: number): number => half(base * 6) + half(base * 2)

/** All that employers have paid and was given back, and what they have to their credit, in fen. */
async function totals(): Promise<{ paid: number; balance: number }> {
  const { rows } = await world.admin.query(
    `select (select sum(amount)::int from insured.contribution_receipt where state = 'POSTED' and employer is not null) as paid,
       (select sum(balance)::int from insured.employer_credit) as balance`,
  )
  return rows[0]
}
