import { ensurePartitions } from '@yibao/drizzle/partitions'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { billOf, settle, settleWorld, type SettleWorld } from './settle-world.ts'

let world: SettleWorld
beforeAll(async () => {
  world = await settleWorld()
})
afterAll(() => world.close())

const homeOf = async (id: string): Promise<string> => {
  const text = 'select tableoid::regclass::text as home from settlement.settlement where id = $1'
  return (await world.admin.query<{ home: string }>(text, [id])).rows[0]?.home ?? 'nowhere'
}

test('a month whose bills already stand in the default partition stops nothing and keeps them; the next has its own', async () => {
  // The clock of a platform that stood still for long: its month was never made.
  world.time.now = Temporal.Instant.from('2030-05-20T10:00:00+08:00')
  const early = await settle(world, 'before-the-month', billOf(await world.addPerson()))
  expect(await homeOf(early.id)).toBe('settlement.settlement_default')
  for (let i = 0; i < 2; i += 1) await ensurePartitions(world.db, world.time.now, 1)
  expect(await homeOf(early.id)).toBe('settlement.settlement_default')
  world.time.now = Temporal.Instant.from('2030-06-20T10:00:00+08:00')
  const later = await settle(world, 'in-the-month', billOf(await world.addPerson()))
  expect(await homeOf(later.id)).toBe('settlement.settlement_203006')
})
