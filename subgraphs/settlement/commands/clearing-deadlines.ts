import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { NOBODY } from '@yibao/schema/ids'
import type { CountedDay } from '@yibao/schema/working-days'
import type { Services } from '../context.ts'
import type { MonthlyStatement } from '../domain/monthly-statement.ts'
import { holdPoolProvisional, holdProvisional, setDeadlines, setPoolDeadline } from '../store/clearing-deadlines.ts'

type Counting = Pick<Services, 'db' | 'clock' | 'clearing'>

const PAGE = 500

/**
 * Counts deadlines anew that were counted before the holidays of their year were published. A day once told stays or
 * becomes a later one. Each page is a transaction of its own.
 */
export async function countDeadlines({ db, clearing }: Pick<Counting, 'db' | 'clearing'>): Promise<void> {
  await page((after) =>
    db.orm.transaction(async (tx) => {
      const held = await holdProvisional(tx, after, PAGE)
      for (const one of held) await countOne(tx, clearing, one)
      return held.map(({ id }) => id)
    }),
  )
  await page((after) =>
    db.orm.transaction(async (tx) => {
      const held = await holdPoolProvisional(tx, after, PAGE)
      for (const { id, declaredOn, dueOn } of held) {
        const counted = clearing.poolDueOn(declaredOn)
        if (!counted.provisional)
          await setPoolDeadline(tx, id, { dueOn: latest(dueOn, counted), dueProvisional: false })
      }
      return held.map(({ id }) => id)
    }),
  )
}

async function countOne(tx: Tx, clearing: Counting['clearing'], one: MonthlyStatement): Promise<void> {
  const { id, checkedAt, appealUntil, declaredOn, dueOn } = one
  const appeal = one.appealProvisional && checkedAt !== null ? clearing.appealUntil(dayOf(checkedAt)) : null
  const due = one.dueProvisional ? clearing.dueOn(declaredOn) : null
  if (appeal?.provisional === false)
    await setDeadlines(tx, id, { appealUntil: latest(appealUntil, appeal), appealProvisional: false })
  if (due?.provisional === false) await setDeadlines(tx, id, { dueOn: latest(dueOn, due), dueProvisional: false })
}

const latest = (told: Temporal.PlainDate | null, { day }: CountedDay): Temporal.PlainDate =>
  told !== null && Temporal.PlainDate.compare(told, day) > 0 ? told : day

/** Goes from page to page in order of id. */
async function page(next: (after: string) => Promise<readonly string[]>): Promise<void> {
  for (let after = NOBODY; ;) {
    const last = (await next(after)).at(-1)
    if (last === undefined) return
    after = last
  }
}
