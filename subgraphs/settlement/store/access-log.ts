import { listAccesses } from '@yibao/drizzle/access-entries'
import type { ReadTx } from '@yibao/drizzle/connect'
import type { Access } from '@yibao/schema/access-page'
import type { PageWanted } from '@yibao/schema/page'
import { withMerged } from './merge-person.ts'

/** Readings of a person's bills and accounts, latest first, one more than the page holds. */
export async function listEntries(tx: ReadTx, subject: string, wanted: PageWanted): Promise<Access[]> {
  const records = await withMerged(tx, [{ insuredId: subject }])
  return listAccesses(
    tx,
    'settlement',
    records.map((one) => one.insuredId),
    wanted,
  )
}
