import { expect } from 'vitest'
import { CONFIRM, DISPUTE, PAY, poolClearingOf, RECEIVE, WITHDRAW } from './pool-clearing-world.ts'
import type { World } from './world.ts'

interface Parties {
  readonly institution: string
  readonly clerk: string
  /** Where the patients are insured. */
  readonly homes: readonly string[]
}

/** Patients of other pools, and what those owe for them: disputed, taken back, declared again, paid and received. */
export async function tellPoolClearing(world: World, { institution, clerk, homes }: Parties): Promise<void> {
  const clearing = poolClearingOf(world)
  const { now } = world.time
  for (const home of homes) {
    const monthly = await clearing.confirmAway(institution, { home, clerk, month: '2026-11' })
    const declare = async (): Promise<string> => (await clearing.declareTo(clerk, home, '2026-11')).statements[0].id
    const debtor = `clerk-${home}`
    const first = await declare()
    await clearing.ask(debtor, DISPUTE, { statement: first, reason: '金额有误', statements: [monthly.id] })
    await clearing.ask(clerk, WITHDRAW, { statement: first })
    const statement = await declare()
    const { amount } = await clearing.ask(debtor, CONFIRM, { statement })
    await clearing.ask(debtor, PAY, { statement, bankReference: 'P1', paidOn: '2026-12-02' })
    expect(await clearing.ask(clerk, RECEIVE, { statement, amount })).toMatchObject({ state: 'RECEIVED' })
  }
  world.time.now = now
}
