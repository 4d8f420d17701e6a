import { listAccesses } from '@yibao/drizzle/access-entries'
import type { ReadTx } from '@yibao/drizzle/connect'
import type { Access } from '@yibao/schema/access-page'
import type { PageWanted } from '@yibao/schema/page'

/** Readings of a person's filings, latest first, one more than the page holds. */
export const listEntries = (tx: ReadTx, subject: string, wanted: PageWanted): Promise<Access[]> =>
  listAccesses(tx, 'cross_province', subject, wanted)
