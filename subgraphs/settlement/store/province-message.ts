import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { provinceMessage } from '@yibao/drizzle/settlement-province'
import type { StoredRejection } from '@yibao/schema/rejection'
import { and, asc, eq, gt, isNotNull, isNull, or } from 'drizzle-orm'
import type { MoneyMessageType, ProvinceMessage } from '../domain/province-message.ts'

/** Has something said to another province, in the transaction of what it is about. */
export const addMessage = async (tx: Tx, message: ProvinceMessage): Promise<void> =>
  void (await tx.insert(provinceMessage).values({ ...message, nextAt: message.at }))

export interface Unanswered extends Pick<ProvinceMessage, 'id' | 'province' | 'type' | 'message'> {
  readonly tries: number
  /** Why the deduction was refused that it withdraws; null when it was not. */
  readonly refusedBefore: StoredRejection | null
}

/**
 * What is to be said now, in the order in which it came to be: so much of each province, that no queue is behind another. What
 * is deducted of a bill leans on what was withdrawn of it, so each waits until the other platform has answered the one before.
 */
export const listUnanswered = (hot: Statements, now: Temporal.Instant, ofEach: number): Promise<Unanswered[]> =>
  hot.unsafe<Unanswered>(
    `select m.id::text as id, m.province, m.type, m.message, m.tries, d.rejection as "refusedBefore"
     from (select distinct province from settlement.province_message where answered_at is null) p,
       lateral (select * from settlement.province_message o
         where o.province = p.province and o.answered_at is null and o.next_at <= $1::text::timestamptz
           and (o.type <> 'deduction' or not exists (select from settlement.province_message e
             where e.province = o.province and e.type = 'deduction' and e.answered_at is null
               and e.message ->> 'exchange' = o.message ->> 'exchange' and e.id < o.id))
         order by o.id limit $2::int) m
     left join settlement.province_message d
       on m.type = 'deduction' and d.type = 'deduction' and d.id = (m.message ->> 'withdraws')::uuid
     order by m.id`,
    [now.toString(), ofEach],
  )

/** Notes that it was said in vain, and when it is said again. */
export async function noteUnanswered(
  hot: Statements,
  { id, nextAt, trouble }: { readonly id: string; readonly nextAt: Temporal.Instant; readonly trouble: string },
): Promise<void> {
  await hot.unsafe(
    `update settlement.province_message set tries = tries + 1, next_at = $2::text::timestamptz, trouble = $3::text
     where id = $1::uuid and answered_at is null`,
    [id, nextAt.toString(), trouble.slice(0, 100)],
  )
}

/** Notes that the other platform has answered, once. False when that was noted before. */
export async function noteAnswered(
  hot: Statements,
  {
    id,
    at,
    rejection,
  }: { readonly id: string; readonly at: Temporal.Instant; readonly rejection: StoredRejection | null },
): Promise<boolean> {
  const rows = await hot.unsafe(
    `update settlement.province_message set tries = tries + 1, answered_at = $2::text::timestamptz, rejection = $3::text::jsonb
     where id = $1::uuid and answered_at is null returning true`,
    [id, at.toString(), rejection === null ? null : JSON.stringify(rejection)],
  )
  return rows.length === 1
}

export type OpenState = 'WAITING' | 'REFUSED'

/** Something about money that another province has not answered, or has refused for good. */
export type OpenMessage = Pick<
  typeof provinceMessage.$inferSelect,
  'id' | 'province' | 'type' | 'pool' | 'message' | 'at' | 'tries' | 'nextAt' | 'answeredAt' | 'rejection' | 'trouble'
>

const OPEN = { WAITING: isNull(provinceMessage.answeredAt), REFUSED: isNotNull(provinceMessage.rejection) }

interface Filter {
  readonly pool?: string
  readonly province?: string
  readonly type?: MoneyMessageType
  readonly state?: OpenState
  /** The place of the cursor. */
  readonly after?: string
}

/** A page of what is open with other provinces, the oldest first. */
export const listOpen = async (
  db: ReadTx,
  { pool, province, type, state, after }: Filter,
  limit: number,
): Promise<OpenMessage[]> =>
  db
    .select()
    .from(provinceMessage)
    .where(
      and(
        state === undefined ? or(OPEN.WAITING, OPEN.REFUSED) : OPEN[state],
        pool === undefined ? undefined : eq(provinceMessage.pool, pool),
        province === undefined ? undefined : eq(provinceMessage.province, province),
        type === undefined ? undefined : eq(provinceMessage.type, type),
        after === undefined ? undefined : gt(provinceMessage.id, after),
      ),
    )
    .orderBy(asc(provinceMessage.id))
    .limit(limit)
