import { countDeadlines } from '@yibao/settlement/commands/clearing-deadlines'
import { shippedClearing } from '@yibao/settlement/store/clearing-rules'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLERK, clearingWorld, HOSPITAL, onStatement, type ClearingWorld } from './clearing-world.ts'
import { CLASS_A } from './world-bill.ts'

// A deadline that runs into a year whose holidays are not published says so, and is counted anew when they are.

let world: ClearingWorld
let id: string
beforeAll(async () => {
  world = await clearingWorld()
  await world.settle(await world.addPatient(), [{ code: CLASS_A, price: 1200 }])
  await world.reconcile()
  world.at('2026-12-29T09:00:00+08:00')
  id = (await world.declare('2026-11')).statements[0].id
  for (const name of ['startCheck', 'finishCheck', 'confirmStatement'])
    await world.ask(name === 'confirmStatement' ? HOSPITAL : CLERK, onStatement(name), { statement: id })
})
afterAll(() => world.close())

const QUERY = `query ($id: ID!) { monthlyStatement(id: $id) {
  ... on MonthlyStatement { appealUntil appealProvisional dueOn dueProvisional } } }`
const deadlines = () => world.ask(HOSPITAL, QUERY, { id })
/** Rules by which the holidays are published, and days end so much later. */
const published = (days: number) => {
  const rules = shippedClearing()
  const counted = (day: Temporal.PlainDate) => ({ day: day.add({ days }), provisional: false })
  return {
    ...rules,
    appealUntil: (day: Temporal.PlainDate) => counted(rules.appealUntil(day).day),
    dueOn: (day: Temporal.PlainDate) => counted(rules.dueOn(day).day),
  }
}
const later = (day: string, days: number) => Temporal.PlainDate.from(day).add({ days }).toString()
const count = async (clearing: ReturnType<typeof shippedClearing>) =>
  countDeadlines({ db: world.platform.databases.settlement, clearing })

test('days counted over a year whose holidays are not published say so, and stay so until they are', async () => {
  const told = await deadlines()
  expect(told).toMatchObject({ appealProvisional: true, dueProvisional: true })
  await count(shippedClearing())
  expect(await deadlines()).toEqual(told)
})

test('published, they become later days and never earlier ones, once', async () => {
  const told = await deadlines()
  const rules = { ...published(3), appealUntil: published(-2).appealUntil }
  await count(rules)
  const now = {
    appealUntil: told.appealUntil,
    appealProvisional: false,
    dueOn: later(told.dueOn, 3),
    dueProvisional: false,
  }
  expect(await deadlines()).toEqual(now)
  await count(published(9))
  expect(await deadlines()).toEqual(now)
})
