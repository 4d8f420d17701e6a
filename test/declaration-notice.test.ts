import { tellUndeclared } from '@yibao/insured/commands/declaration-notice'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declareMonth, DEMO, EMPLOYER, employ } from './employer-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// An employer is told that a month is to be declared. The demonstration pool lets them declare up to the 19th working day
// of the month: 26 November, and 25 December 2026; three working days before they are told.

let world: World
let person: WorldPerson
beforeAll(async () => {
  world = await openWorld()
  person = await world.addPerson({ enrolments: [] })
  await employ(world, EMPLOYER, person)
})
afterAll(() => world.close())

const TOLD = `{ messages(first: 50) { ... on MessageConnection { edges { node { template text { en } } } } } }`
const texts = async (who: string): Promise<string[]> =>
  (await world.as(who, TOLD)).messages.edges
    .filter(({ node }: Data) => node.template.startsWith('declaration.') && node.text.en.includes('pool 629900'))
    .map(({ node }: Data) => node.text.en)
    .toReversed()
async function on(day: string): Promise<void> {
  world.time.now = Temporal.Instant.from(`${day}T09:00:00+08:00`)
  const parts = { db: world.platform.databases.insured, clock: () => world.time.now }
  await Promise.all([tellUndeclared(parts), tellUndeclared(parts)])
}
const soon = { timeout: 20_000, interval: 100 }
const due = (month: string, day: string) => `The declaration of ${month} in pool 629900 is due by ${day}.`
const overdue = (month: string, day: string) =>
  `The declaration of ${month} in pool 629900 was due by ${day} and is not there; please declare it.`

test('an employer with people in work is told once that a month is due, and once that it is overdue, however often it is looked for', async () => {
  // The holidays of October move its 19th working day.
  const october = overdue('2026-10', '2026-11-02')
  await on('2026-11-20')
  await expect.poll(() => texts(EMPLOYER), soon).toEqual([october])
  for (const day of ['2026-11-23', '2026-11-24', '2026-11-26']) await on(day)
  await expect.poll(() => texts(EMPLOYER), soon).toEqual([october, due('2026-11', '2026-11-26')])
  for (const day of ['2026-11-27', '2026-11-30', '2026-12-10']) await on(day)
  const both = [october, due('2026-11', '2026-11-26'), overdue('2026-11', '2026-11-26')]
  await expect.poll(() => texts(EMPLOYER), soon).toEqual(both)
  expect(await texts('employer-620100')).toEqual([])

  await on('2026-12-22')
  await expect.poll(() => texts(EMPLOYER), soon).toEqual([...both, due('2026-12', '2026-12-25')])
  const lines = [{ personNumber: person.personNumber, base: '8000.00' }]
  await declareMonth(world, EMPLOYER, { month: '2026-12', pool: '629900', lines })
  for (const day of ['2026-12-28', '2027-01-04']) await on(day)
  const { rows } = await world.admin.query(
    `select month, step from insured.declaration_notice where employer = $1 and pool = '629900' order by 1, 2`,
    [DEMO],
  )
  expect(rows).toEqual([
    { month: '2026-10', step: 'OVERDUE' },
    { month: '2026-11', step: 'DUE' },
    { month: '2026-11', step: 'OVERDUE' },
    { month: '2026-12', step: 'DUE' },
  ])
})
