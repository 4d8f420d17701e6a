import type { Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { provinceMessage } from '@yibao/drizzle/settlement-province'
import type { StoredRejection } from '@yibao/schema/rejection'
import type { ProvinceMessage } from '../domain/province-message.ts'

/** Has something said to another province, in the transaction of what it is about. */
export const addMessage = async (tx: Tx, message: ProvinceMessage): Promise<void> =>
  void (await tx.insert(provinceMessage).values({ ...message, nextAt: message.at }))

export interface Unanswered extends Pick<ProvinceMessage, 'id' | 'province' | 'type' | 'message'> {
  readonly tries: number
}

/** What is to be said now, in the order in which it came to be. */
export const listUnanswered = (hot: Statements, now: Temporal.Instant, limit: number): Promise<Unanswered[]> =>
  hot.unsafe<Unanswered>(
    `select id::text as id, province, type, message, tries from settlement.province_message
     where answered_at is null and next_at <= $1::text::timestamptz order by id limit $2::int`,
    [now.toString(), limit],
  )

/** Notes that it was said in vain, and when it is said again. */
export async function noteUnanswered(
  hot: Statements,
  { id, nextAt }: { readonly id: string; readonly nextAt: Temporal.Instant },
): Promise<void> {
  await hot.unsafe(
    `update settlement.province_message set tries = tries + 1, next_at = $2::text::timestamptz
     where id = $1::uuid and answered_at is null`,
    [id, nextAt.toString()],
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
