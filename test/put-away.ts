import type { Database } from '@yibao/drizzle/connect'
import { ensureMonth } from '@yibao/drizzle/partitions'
import { verify } from '@yibao/settlement/commands/verify'
import { ledgerMonth, putAway } from '@yibao/settlement/commands/archive-ledger'
import { foldEntries } from '@yibao/settlement/store/fold-ledger'
import { countLoose, findFirstMonth, holdMonth } from '@yibao/settlement/store/ledger-archive'
import { findMoving } from '@yibao/settlement/store/ledger-motion'
import { expect } from 'vitest'

// Months of the ledger that are put away, whether they move still or not: whatever was posted in them, sums stay what they were.

/** How far a fold reaches is bounded by the oldest transaction of the whole server, other databases' too. */
const BEYOND_OTHERS = { timeout: 60_000 }

/** The first day of a month, `2026-11`. */
export const monthOf = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(`${text}-01`)

/** What of a month is in motion, by kind. */
export async function movingIn({ hot }: Database, text: string): Promise<Record<string, number>> {
  const { lower, upper } = ledgerMonth(monthOf(text))
  return Object.fromEntries((await findMoving(hot, lower, upper)).map(({ kind, count }) => [kind, Number(count)]))
}

/** Folds until every entry up to the end of a month is in its day. */
export async function foldAll(db: Database, month: Temporal.PlainDate): Promise<void> {
  const unfolded = async () => {
    await foldEntries(db)
    return (await countLoose(db.hot, ledgerMonth(month))).unfolded
  }
  await expect.poll(unfolded, BEYOND_OTHERS).toBe(0n)
}

const sums = (db: Database) =>
  db.hot.unsafe<{ account: string; amount: string }>(
    `select account, sum(amount)::text as amount from settlement.ledger_entry group by 1 having sum(amount) <> 0 order by 1`,
  )

/** Puts every month up to one away; holds that sums stay the same and everything still agrees. */
export async function expectPutAway(db: Database, last: string): Promise<void> {
  const before = await sums(db)
  const first = await findFirstMonth(db.hot)
  expect(first).not.toBeNull()
  const end = monthOf(last)
  let month = first ?? end
  expect(Temporal.PlainDate.compare(month, end)).toBeLessThanOrEqual(0)
  for (; Temporal.PlainDate.compare(month, end) <= 0; month = month.add({ months: 1 })) {
    for (const one of [month, month.add({ months: 1 })]) await ensureMonth(db, one)
    await foldAll(db, month)
    const of = ledgerMonth(month)
    await db.hot.begin(async (tx) => {
      expect(await holdMonth(tx, of)).toBe(true)
      return putAway(tx, { clock: () => Temporal.Instant.from('2030-01-01T00:00:00Z') }, of)
    })
  }
  expect(await sums(db)).toEqual(before)
  expect((await verify(db, () => {})).mismatches).toEqual([])
}
