import { listAccesses } from '@yibao/drizzle/access-entries'
import type { ReadTx } from '@yibao/drizzle/connect'
import type { Access } from '@yibao/schema/access-page'
import type { PageWanted } from '@yibao/schema/page'
import { findOwnRecords } from './own-records.ts'

/** Readings of a person's filings, latest first, one more than the page holds. */
export async function listEntries(tx: ReadTx, subject: string, wanted: PageWanted): Promise<Access[]> {
  const records = await findOwnRecords(tx, [subject])
  return listAccesses(
    tx,
    'cross_province',
    records.map((one) => one.id),
    wanted,
  )
}
