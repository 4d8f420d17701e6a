import { countBudget, listCountable } from '@yibao/settlement/store/province-budget'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GANSU, NINGBO, NINGBO_CLERK, openAwayWorld, type AwayWorld } from './away-world.ts'
import { DEDUCT, onStatement, WITHDRAW_DEDUCTION } from './clearing-world.ts'
import { CLEARING_REQUESTS } from './exchange-clearing.ts'

// What is deducted makes room under the hard limit; what is withdrawn again fills it at once, not with the next count.

let world: AwayWorld
beforeAll(async () => {
  world = await openAwayWorld()
})
afterAll(() => world.close())

const taken = async (): Promise<string> =>
  (await world.place.admin.query('select taken::text from settlement.province_budget')).rows[0].taken

test('a deduction that is withdrawn is owed again and counts against the limit from then on', async () => {
  const { hot } = world.place.platform.databases.settlement
  // 8,915.00 of it is owed.
  const settled = await world.settle(await world.filedPerson(), 10_000)
  await world.clearing.reconcile(NINGBO)
  world.at('2026-12-02T09:00:00+08:00')
  const { statements } = await world.clearing.declare('2026-11', NINGBO)
  const of = { statement: statements[0].id }
  await world.clearing.ask(NINGBO_CLERK, onStatement('startCheck'), of)
  const input = { ...of, settlement: settled.id, amount: '100.00', reason: 'OVERCHARGED', words: '重复收费' }
  const { id: deduction } = await world.clearing.ask(NINGBO_CLERK, DEDUCT, { input })

  await world.atPlace(CLEARING_REQUESTS.setProvinceLimit, { province: GANSU, limit: '9000.00' })
  await world.place.admin.query(`update settlement.province_budget set counting_since = now() - interval '1 hour'`)
  expect(await listCountable(hot)).toEqual([GANSU])
  await countBudget(hot, GANSU)
  expect(await taken()).toBe('881500')
  await world.clearing.ask(NINGBO_CLERK, WITHDRAW_DEDUCTION, { deduction, words: '核实后不予扣款' })
  expect(await taken()).toBe('891500')
  expect(await world.proven()).toEqual([])
  await countBudget(hot, GANSU)
  expect(await taken()).toBe('891500')
})
