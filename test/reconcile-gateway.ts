import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { ACKNOWLEDGE, add, finish, found, scopeOn, start, totals, type Ask } from './reconcile-asking.ts'
import type { World } from './world.ts'

const SUMS = { count: 0, total: '0.00', fundTotal: '0.00', account: '0.00' }

/** An institution reconciles the day of its stories: by totals and by a line of nobody, and says a word to what differs. */
export async function tellReconciliation(world: Pick<World, 'as'>, hospital: string, agency: string): Promise<void> {
  const ask: Ask = (query, variables) => world.as(hospital, query, variables)
  const scope = scopeOn('2026-11-22', { agency })
  const { here } = await totals(ask, { ...scope, ...SUMS }, 'totals')
  expect(await totals(ask, { ...scope, ...here }, 'totals-equal')).toMatchObject({ state: 'BALANCED' })
  const run = await start(ask, scope, 'details')
  const line = { settlement: 'UNKNOWN', personNumber: '1', total: '1.00', fundTotal: '0.00', account: '0.00' }
  await add(ask, run.id, [line], 'details-lines')
  await finish(ask, run.id, 'details-finish')
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await found(ask, run.id)).state === 'DIFFERENT') break
    await sleep(100)
  }
  const input = { run: run.id, place: 1, note: '已知，正在核对' }
  const answer = await ask(ACKNOWLEDGE, { requestId: 'known-difference', input })
  expect(answer).toMatchObject({ acknowledgeDifference: { note: { note: '已知，正在核对' } } })
}
