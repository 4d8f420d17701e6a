import { listAccesses, type Access } from '@yibao/drizzle/access-entries'
import type { ReadTx } from '@yibao/drizzle/connect'
import type { PageWanted } from '@yibao/schema/page'

export type { Access } from '@yibao/drizzle/access-entries'

/** Readings of a person's filings, latest first, one more than the page holds. */
export const listEntries = (tx: ReadTx, subject: string, wanted: PageWanted): Promise<Access[]> =>
  listAccesses(tx, 'cross_province', subject, wanted)
