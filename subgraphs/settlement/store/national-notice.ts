import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { nationalNotice, nationalNoticeLine } from '@yibao/drizzle/settlement-national-notice'
import { netStatement } from '@yibao/drizzle/settlement-netting'
import { fenOf } from '@yibao/schema/money'
import { and, asc, desc, eq, inArray, lt, notInArray, sql } from 'drizzle-orm'
import type { NoticeLine, OwnSum } from '../domain/national-notice.ts'

export type NoticeRow = typeof nationalNotice.$inferSelect

/** Adds a notice with its lines. */
export async function addNotice(tx: Tx, notice: NoticeRow, lines: readonly NoticeLine[]): Promise<void> {
  await tx.insert(nationalNotice).values(notice)
  await tx.insert(nationalNoticeLine).values(lines.map((line) => ({ ...line, noticeId: notice.id })))
}

export async function findNoticeByNumber(tx: Tx, number: string): Promise<NoticeRow | null> {
  const [row] = await tx.select().from(nationalNotice).where(eq(nationalNotice.number, number))
  return row ?? null
}

export const listNotices = async (
  db: ReadTx,
  { month, id, before }: { readonly month?: string; readonly id?: string; readonly before?: string },
  limit: number,
): Promise<NoticeRow[]> =>
  db
    .select()
    .from(nationalNotice)
    .where(
      and(
        month === undefined ? undefined : eq(nationalNotice.month, month),
        id === undefined ? undefined : eq(nationalNotice.id, id),
        before === undefined ? undefined : lt(nationalNotice.id, before),
      ),
    )
    .orderBy(desc(nationalNotice.id))
    .limit(limit)

export const listNoticeLines = async (
  db: ReadTx,
  ids: readonly string[],
): Promise<(typeof nationalNoticeLine.$inferSelect)[]> =>
  db
    .select()
    .from(nationalNoticeLine)
    .where(inArray(nationalNoticeLine.noticeId, [...ids]))
    .orderBy(asc(nationalNoticeLine.noticeId), asc(nationalNoticeLine.line))

/** What the statements of months come to by province and direction: nobody owes by one that was taken back. */
export async function sumStatements(
  db: ReadTx,
  months: readonly string[],
): Promise<(OwnSum & { readonly month: string })[]> {
  const rows = await db
    .select({
      month: netStatement.month,
      province: netStatement.province,
      side: netStatement.side,
      count: sql<number>`sum(${netStatement.count})::int`,
      amount: sql<string>`sum(${netStatement.amount})::text`,
    })
    .from(netStatement)
    .where(and(inArray(netStatement.month, [...months]), notInArray(netStatement.state, ['ARRIVING', 'WITHDRAWN'])))
    .groupBy(netStatement.month, netStatement.province, netStatement.side)
  return rows.map((row) => ({ ...row, amount: fenOf(BigInt(row.amount)) }))
}
