import { randomUUIDv7 } from 'node:crypto'
import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { creditRetired } from '@yibao/insured/commands/contribution-retired'
import { createStamp } from '@yibao/schema/ids'
import { turnAccounts } from '@yibao/settlement/commands/account-history'
import { verify } from '@yibao/settlement/commands/verify'
import { buildSchema } from 'graphql'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  accountOf,
  BILLS,
  FLEXIBLE,
  flexible,
  named,
  PAY,
  PAY_EMPLOYER,
  reference,
  say,
} from './contribution-asking.ts'
import { bill, SETTLE } from './world-bill.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const EMPLOYER = '91629900DEM000001P'
const HISTORY = `query ($first: Int, $after: String) { me { account { balance current history
  movements(first: $first, after: $after) { ... on AccountMovementConnection { pageInfo { hasNextPage endCursor }
    edges { node { kind amount current history interest period bill settlement { id } } } }
    ... on Rejection { code problems { path } } } } } }`
const accountOfMe = async (person: WorldPerson, variables = {}): Promise<Data> =>
  (await world.as(person.personNumber, HISTORY, variables)).me.account
const kinds = (account: Data) => account.movements.edges.map((one: Data) => `${one.node.kind} ${one.node.amount}`)
const soon = { timeout: 10_000, interval: 100 }
const services = () => {
  const { settlement: db } = world.platform.databases
  return { db, clock: () => world.time.now, newId: createStamp(randomUUIDv7) }
}
async function at<T>(time: string, work: () => Promise<T>): Promise<T> {
  const { now } = world.time
  world.time.now = Temporal.Instant.from(time)
  return work().finally(() => (world.time.now = now))
}

const employee = { enrolments: [{ pool: '629900', insuranceType: '310', personType: '1101', beginOn: '2020-01-01' }] }
const retired = { enrolments: [{ pool: '629900', insuranceType: '310', personType: '1201', beginOn: '2020-01-01' }] }

/** A month an employer has declared, or a correction of one, as it stands in the tables. */
async function declare(lines: readonly { person: WorldPerson; base: number; before?: number }[], corrects?: string) {
  const id = randomUUIDv7()
  await world.admin.query(
    `insert into insured.employer (credit_code, pool, emp_no, name, registered_at, registered_by)
     values ($1, '629900', 'E1', '甘肃示范制造有限公司', now(), 'test') on conflict do nothing`,
    [EMPLOYER],
  )
  await world.admin.query(
    `insert into insured.declaration (declaration_id, employer, pool, insurance_type, month, state, corrects, reason, heads,
       base_total, created_by, created_at, declared_by, declared_at)
     values ($1, $2, '629900', '310', '2026-11', 'DECLARED', $3, $4, $5, 0, 'test', now(), 'test', now())`,
    [id, EMPLOYER, corrects ?? null, corrects === undefined ? null : '更正', lines.length],
  )
  for (const { person, base, before } of lines) {
    await world.admin.query(
      `insert into insured.declaration_line (insured_id, declaration_id, employer, pool, insurance_type, month, person_type,
         base, entered_base, base_before)
       values ($1, $2, $3, '629900', '310', '2026-11', '1101', $4, $4, $5)`,
      [person.insuredId, id, EMPLOYER, base * 100, before === undefined ? null : before * 100],
    )
  }
  const { insured: db } = world.platform.databases
  await billDeclarations({ db, clock: () => world.time.now })
  return id
}

test('a declared month is billed once with the shares of employer and person, paid as one sum, and credited to each', async () => {
  const [a, b] = [await world.addPerson(employee), await world.addPerson(employee)]
  const declared = await declare([
    { person: a, base: 10_000 },
    { person: b, base: 5000 },
  ])
  const { edges } = await say(world, 'employer-629900', BILLS, { period: '2026-11' })
  expect(edges).toHaveLength(2)
  const one = edges.find((edge: Data) => edge.node.base === '10000.00')
  expect(one.node).toMatchObject({
    kind: 'EMPLOYEE',
    employerShare: '600.00',
    personShare: '200.00',
    credit: '200.00',
    insured: null,
  })
  const input = { pool: '629900', insuranceType: '310', period: '2026-11', amount: '1200.00' }
  const pay = (who: string, change: object = {}) => say(world, who, PAY_EMPLOYER, { input: { ...input, ...change } })
  expect(await pay('employer-629900', { amount: '1' })).toMatchObject({ code: 'AMOUNT_DIFFERS' })
  expect(await pay('employer-629900', { employer: '91620100DEM0000022' })).toMatchObject({ code: 'NOT_YOURSELF' })
  const order = await pay('employer-629900')
  expect(order).toMatchObject({ state: 'PENDING' })
  expect(await pay('employer-629900')).toMatchObject({ id: order.id })
  const paid = await pay('BANK01', { employer: EMPLOYER, order: order.id, reference: reference() })
  expect(paid).toMatchObject({ id: order.id, state: 'POSTED' })
  expect(await pay('BANK01', { employer: EMPLOYER, reference: reference() })).toMatchObject({ code: 'NOTHING_OWED' })
  await expect.poll(() => accountOf(world, a), soon).toBe(200)
  await expect.poll(() => accountOf(world, b), soon).toBe(100)

  await declare([{ person: a, base: 12_000, before: 10_000 }], declared)
  const corrected = (await say(world, a.personNumber, BILLS, { paid: false })).edges
  expect(corrected).toMatchObject([{ node: { amount: '160.00', credit: '40.00', corrects: one.node.id } }])
  await pay('BANK01', { employer: EMPLOYER, amount: '160.00', reference: reference() })
  await expect.poll(() => accountOf(world, a), soon).toBe(240)
})

test('a correction that takes somebody out owes back what was paid, as a bill of its own', async () => {
  const person = await world.addPerson(employee)
  await world.admin.query(`delete from insured.declaration_line; delete from insured.contribution_declared;
    delete from insured.declaration`)
  const declared = await declare([{ person, base: 10_000 }])
  await declare([{ person, base: 0, before: 10_000 }], declared)
  const { edges } = await say(world, person.personNumber, BILLS)
  expect(edges).toMatchObject([{ node: { amount: '-800.00', credit: '-200.00' } }, { node: { amount: '800.00' } }])
})

test('the retired are credited a fixed sum once a month from the pool’s day on, without paying', async () => {
  const person = await world.addPerson(retired)
  const run = () => creditRetired({ db: world.platform.databases.insured, clock: () => world.time.now })
  await run()
  expect((await say(world, person.personNumber, BILLS)).edges).toEqual([])
  await at('2026-11-25T09:00:00+08:00', () => Promise.all([run(), run(), run()]))
  await at('2026-11-26T09:00:00+08:00', run)
  await expect.poll(() => accountOf(world, person), soon).toBe(80)
  // The platform stood still in December: it is made up for.
  await at('2027-01-26T09:00:00+08:00', run)
  await expect.poll(() => accountOf(world, person), soon).toBe(240)
  const { edges } = await say(world, person.personNumber, BILLS)
  expect(edges.map((one: Data) => `${one.node.period} ${one.node.kind} ${one.node.amount}`)).toEqual([
    '2027-01 RETIRED 0.00',
    '2026-12 RETIRED 0.00',
    '2026-11 RETIRED 0.00',
  ])
})

test('at the turn of the year what is left is carried over with interest, once, and the record shows every movement', async () => {
  const person = await world.addPerson({ ...flexible, account: { pool: '629900', current: 1000, history: 10_000 } })
  const input = { ...named(person), insuranceType: '310', period: '2026-11', amount: FLEXIBLE, reference: reference() }
  await say(world, 'BANK01', PAY, { input })
  await expect.poll(() => accountOf(world, person), soon).toBe(11_080)
  const card = { card: person.cardNumber, lines: [{ code: 'XJ01DDA002B001010101049', price: 100 }] }
  await world.as('H62990000001', SETTLE, { requestId: 'consumed', input: bill(card) })
  const before = await accountOfMe(person)
  const spent = 11_080 - Number(before.balance)
  expect(spent).toBeGreaterThan(0)
  expect(kinds(before).slice(0, 2)).toEqual([`CONSUMPTION -${spent.toFixed(2)}`, 'CREDIT 80.00'])
  expect(kinds(before).slice(2).toSorted()).toEqual(['OPENING 1000.00', 'OPENING 10000.00'])
  expect(before.movements.edges[0].node.settlement.id).toBeTruthy()
  expect(before.movements.edges[1].node).toMatchObject({ period: '2026-11', current: '80.00' })

  await turnAccounts(services())
  expect((await accountOfMe(person)).current).toBe(before.current)
  await at('2027-01-01T00:10:00+08:00', () => Promise.all([turnAccounts(services()), turnAccounts(services())]))
  await at('2027-01-02T00:10:00+08:00', () => turnAccounts(services()))
  const after = await accountOfMe(person)
  // Forty days of the year, at 0.05 % of what was of this year and 0.65 % of what was of earlier ones.
  const [{ node: turn }] = after.movements.edges
  expect(turn).toMatchObject({
    kind: 'YEAR_TURN',
    period: '2026',
    amount: turn.interest,
    current: `-${before.current}`,
  })
  expect(Number(turn.interest)).toBeGreaterThan(6.5)
  expect(Number(turn.interest)).toBeLessThan(7.5)
  expect(after.current).toBe('0.00')
  expect(Number(after.balance)).toBeCloseTo(Number(before.balance) + Number(turn.interest), 2)

  const first = await accountOfMe(person, { first: 2 })
  const rest = await accountOfMe(person, { first: 5, after: first.movements.pageInfo.endCursor })
  expect([...kinds(first), ...kinds(rest)]).toEqual(kinds(after))
  expect((await accountOfMe(person, { after: 'x' })).movements).toMatchObject({ code: 'INVALID_INPUT' })
})

test('the books prove every credit, premium and turn of a year', async () => {
  expect((await verify(world.platform.databases.settlement, () => {})).mismatches).toEqual([])
})

test('cash cannot top up an account: the field says so in both languages, and no mutation does it', async () => {
  const schema = buildSchema(
    (await readFile(join(import.meta.dirname, '..', 'schema', 'sdl', 'settlement.graphql'), 'utf8')).replace(
      /^extend schema[^]*?\n\n/,
      '',
    ),
    { assumeValid: true, assumeValidSDL: true },
  )
  const account = schema.getType('PersonalAccount')?.description ?? ''
  expect(account).toContain('不能用现金充值')
  expect(account).toContain('cash cannot top it up')
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {})
  expect(mutations.length).toBeGreaterThan(10)
  expect(mutations.filter((name) => /top.?up|recharge|credit|deposit.*account/i.test(name))).toEqual([])
})
