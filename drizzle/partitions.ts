import type { Database } from './connect.ts'
import { sqlState } from './once.ts'

const ATTEMPTS_MAX = 20
const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK = '40P01'

/**
 * Makes the monthly partitions of settlement, line and ledger entry for the month of `now` and `monthsAhead` more.
 * Repeating it changes nothing, several processes may do it at once, and settling goes on meanwhile.
 */
export async function ensurePartitions(db: Database, now: Temporal.Instant, monthsAhead: number): Promise<void> {
  const month = now.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().with({ day: 1 })
  for (let ahead = 0; ahead <= monthsAhead; ahead += 1) await ensureMonth(db, month.add({ months: ahead }))
}

/** Makes the partitions of the month that begins on a day; none where its rows stand in the default partition already. */
export async function ensureMonth(db: Database, month: Temporal.PlainDate): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await db.hot.begin(async (tx) => {
        // Attaching needs the default partition alone for a moment; while it waits, all who read the table wait behind it.
        await tx.unsafe(`set local lock_timeout = '500ms'`)
        await tx.unsafe('select settlement.make_month($1::date)', [month])
      })
      return
    } catch (error) {
      if (!isLockTaken(error) || attempt >= ATTEMPTS_MAX) throw error
    }
  }
}

/** Whether somebody else held what a statement wanted alone: that passes, and it is tried again. */
export const isLockTaken = (error: unknown): boolean => [LOCK_NOT_AVAILABLE, DEADLOCK].includes(sqlState(error) ?? '')
