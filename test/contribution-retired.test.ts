import { billDeclarations } from '@yibao/insured/commands/contribution-declared'
import { creditRetired } from '@yibao/insured/commands/contribution-retired'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  accountOf,
  BILL,
  FLEXIBLE,
  flexible,
  named,
  PAY,
  PAY_EMPLOYER,
  reference,
  resident,
  say,
} from './contribution-asking.ts'
import { ask, declare, declareMonth, DEMO, EMPLOYER, employ, upload } from './employer-gateway.ts'
import { change, MY_ENROLMENTS } from './enrolment-gateway.ts'
import { openWorld, type World, type WorldPerson } from './world.ts'

// What stands in the way of the monthly credit of somebody retired: that the month is paid, and nothing else.

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const soon = { timeout: 20_000, interval: 100 }
const parts = () => ({ db: world.platform.databases.insured, clock: () => world.time.now })
const bills = () => billDeclarations(parts())

async function retire(person: WorldPerson, from: string): Promise<void> {
  const { me } = await world.as(person.personNumber, MY_ENROLMENTS)
  const input = { enrolmentId: me.enrolments.at(-1).id, from, personType: '1201' }
  expect(await change(world, 'clerk-629900', 'retire', input)).toMatchObject({ personType: '1201' })
}
/** Carries out the credits as of a moment, as many times at once as is said. */
async function credit(at: string, times = 1): Promise<void> {
  const before = world.time.now
  world.time.now = Temporal.Instant.from(at)
  await Promise.all(Array.from({ length: times }, () => creditRetired(parts())))
  world.time.now = before
}
async function declared(month: string, person: WorldPerson): Promise<string> {
  const lines = [{ personNumber: person.personNumber, base: '10000.00' }]
  const { id } = await declareMonth(world, EMPLOYER, { month, pool: '629900', lines })
  await bills()
  return id
}
async function takeOut(declarationId: string, { personNumber }: WorldPerson): Promise<void> {
  const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId, reason: '已退休' })
  await upload(world, EMPLOYER, draft.id, [{ personNumber, base: '0' }])
  await declare(world, EMPLOYER, draft.id)
  await bills()
}
const payMonth = (period: string) => {
  const input = { employer: DEMO, pool: '629900', insuranceType: '310', period, amount: '800.00' }
  return say(world, 'BANK01', PAY_EMPLOYER, { input: { ...input, reference: reference() } })
}
const month = (period: string) => ({ insuranceType: '310', period, amount: FLEXIBLE })

test('what a stranger has ordered takes no credit from anybody, and its money is not taken afterwards', async () => {
  const [person, stranger] = [await world.addPerson(flexible), await world.addPerson(resident)]
  const input = { ...named(person), ...month('2026-11') }
  const order = await say(world, stranger.personNumber, PAY, { input })
  expect(order).toMatchObject({ state: 'PENDING' })
  await retire(person, '2026-11-23')
  await credit('2026-11-25T09:00:00+08:00', 3)
  await expect.poll(() => accountOf(world, person), soon).toBe(80)
  for (const what of [{ order: order.id, amount: FLEXIBLE }, input]) {
    const refused = await say(world, 'BANK01', PAY, { input: { ...what, reference: reference() } })
    expect(refused.code).toMatch(/ORDER_CANCELLED|BILL_REPLACED/)
  }
  const receivedAt = '2026-11-22T09:00:00+08:00'
  const kept = await say(world, 'BANK01', PAY, { input: { ...input, reference: reference(), receivedAt } })
  expect(kept).toMatchObject({ state: 'UNAPPLIED' })
  expect(await accountOf(world, person)).toBe(80)
})

test('nor does what was billed ahead and not paid, or was corrected to nothing', async () => {
  const [ahead, mistaken, plain] = [
    await world.addPerson(flexible),
    await world.addPerson({ enrolments: [] }),
    await world.addPerson(flexible),
  ]
  await say(world, 'BANK01', BILL, { input: { ...named(ahead), insuranceType: '310', periods: ['2026-12'] } })
  await employ(world, EMPLOYER, mistaken, { beginOn: '2026-11-22' })
  await takeOut(await declared('2026-12', mistaken), mistaken)
  for (const one of [ahead, mistaken, plain]) await retire(one, '2026-12-01')
  await credit('2026-12-25T09:00:00+08:00')
  for (const one of [ahead, mistaken, plain]) await expect.poll(() => accountOf(world, one), soon).toBe(80)
})

test('a month that its employer pays after the credit, and takes back again, is credited once all the same', async () => {
  const person = await world.addPerson({ enrolments: [] })
  await employ(world, EMPLOYER, person, { beginOn: '2026-11-22' })
  const before = world.time.now
  world.time.now = Temporal.Instant.from('2027-01-08T09:00:00+08:00')
  const id = await declared('2027-01', person)
  await retire(person, '2027-01-10')
  await credit('2027-01-25T09:00:00+08:00')
  await expect.poll(() => accountOf(world, person), soon).toBe(80)
  expect(await payMonth('2027-01')).toMatchObject({ state: 'POSTED' })
  await expect.poll(() => accountOf(world, person), soon).toBe(200)
  // Void now, and the run has passed: the month is credited as that of somebody retired again.
  await takeOut(id, person)
  world.time.now = before
  await expect.poll(() => accountOf(world, person), soon).toBe(80)
  await credit('2027-01-26T09:00:00+08:00')
  expect(await accountOf(world, person)).toBe(80)
})

test('whether a bill is paid in the instant of the run or not, the month is credited once', async () => {
  const persons = await Promise.all(Array.from({ length: 6 }, () => world.addPerson(flexible)))
  const before = world.time.now
  world.time.now = Temporal.Instant.from('2027-02-22T09:00:00+08:00')
  for (const one of persons) {
    await say(world, 'BANK01', BILL, { input: { ...named(one), insuranceType: '310', periods: ['2027-02'] } })
    await retire(one, '2027-02-23')
  }
  world.time.now = Temporal.Instant.from('2027-02-25T09:00:00+08:00')
  const [paid] = await Promise.all([
    Promise.all(
      persons.map((one) =>
        say(world, 'BANK01', PAY, { input: { ...named(one), ...month('2027-02'), reference: reference() } }),
      ),
    ),
    creditRetired(parts()),
  ])
  world.time.now = before
  for (const one of paid) expect(one.state ?? one.code).toMatch(/POSTED|BILL_REPLACED/)
  const credits = async () =>
    (
      await world.admin.query(
        `select sum(credit)::int as fen from insured.contribution_bill
         where insured_id = any($1) and period = '2027-02' and paid_at is not null group by insured_id`,
        [persons.map((one) => one.insuredId)],
      )
    ).rows.map(({ fen }) => fen)
  expect(await credits()).toEqual(persons.map(() => 8000))
})
