import { listAccesses } from '@yibao/drizzle/access-entries'
import type { ReadTx } from '@yibao/drizzle/connect'
import type { Access } from '@yibao/schema/access-page'
import type { PageWanted } from '@yibao/schema/page'
import { findRecords } from './merge-persons.ts'

/** Readings of a person's data, latest first, one more than the page holds. */
export const listEntries = async (tx: ReadTx, subject: string, wanted: PageWanted): Promise<Access[]> =>
  listAccesses(tx, 'insured', await findRecords(tx, subject), wanted)
