import type { ReadTx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'

/** Tells the row rules which business day it is: what was shown at an institution counts for one day. */
export const setDay = async (tx: ReadTx, today: Temporal.PlainDate): Promise<void> => {
  await tx.execute(sql`select set_config('yibao.day', ${today.toString()}, true)`)
}
