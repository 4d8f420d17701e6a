import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'
import { archived } from '../domain/ledger-archive.ts'

/** The group that carries forward what was put away of the ledger, in a statement; asked once, not for each row. */
export const BORDER = '(select settlement.ledger_border())'
/** The first day of the ledger that is here. */
export const BORDER_DAY = '(select settlement.ledger_border_day())'

/** Whether something posted for a source was put away, within a statement; `kind` narrows it to groups of a kind. */
export const postingArchived = (source: string, kind?: string): string => `exists (
  select from settlement.clearing_posting b where b.source = ${source} and b.group_id < ${BORDER}${
    kind === undefined ? '' : ` and b.kind = ${kind}`
  })`

/** Whether what was posted as a group was put away. */
export async function isArchived(db: Tx | ReadTx, groupId: string): Promise<boolean> {
  const { rows } = await db.execute<{ archived: boolean }>(
    sql`select ${groupId}::uuid < settlement.ledger_border() as archived`,
  )
  return rows[0]?.archived === true
}

/** @throws NotAllowed ARCHIVED when what was posted as a group was put away; `path` is the field that asks for it. */
export async function refuseArchived(db: Tx | ReadTx, groupId: string, path: string): Promise<void> {
  if (await isArchived(db, groupId)) throw archived(path)
}
