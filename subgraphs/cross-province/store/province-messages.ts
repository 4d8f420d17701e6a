import type { ReadTx } from '@yibao/drizzle/connect'
import { exchangeMessage } from '@yibao/drizzle/cross-province-exchange'
import { and, desc, eq, gte, isNull, lt, sql } from 'drizzle-orm'
import type { MessageFilter, MessageKey, MessagePlace } from '../domain/province-message.ts'

export type ProvinceMessage = typeof exchangeMessage.$inferSelect

/** The message under an id, as far as the reader may see it. */
export async function findMessage(
  tx: ReadTx,
  { direction, province, messageId }: MessageKey,
): Promise<ProvinceMessage | null> {
  const [row] = await tx
    .select()
    .from(exchangeMessage)
    .where(
      and(
        eq(exchangeMessage.direction, direction),
        eq(exchangeMessage.province, province),
        eq(exchangeMessage.messageId, messageId),
      ),
    )
  return row ?? null
}

/** Messages the reader may see, the latest first, from a place in the list on. */
export const listMessages = async (
  tx: ReadTx,
  { province, type, direction, outcome, exchange, from, until }: MessageFilter,
  { after, limit }: { readonly after: MessagePlace | null; readonly limit: number },
): Promise<ProvinceMessage[]> =>
  tx
    .select()
    .from(exchangeMessage)
    .where(
      and(
        province === undefined ? undefined : eq(exchangeMessage.province, province),
        type === undefined ? undefined : eq(exchangeMessage.type, type),
        direction === undefined ? undefined : eq(exchangeMessage.direction, direction),
        outcome === undefined
          ? undefined
          : outcome === 'OPEN'
            ? isNull(exchangeMessage.result)
            : eq(exchangeMessage.result, outcome),
        exchange === undefined ? undefined : eq(exchangeMessage.exchange, exchange),
        from === undefined ? undefined : gte(exchangeMessage.at, from),
        until === undefined ? undefined : lt(exchangeMessage.at, until),
        after === null
          ? undefined
          : sql`(at, province, direction, message_id) < (${after.at.toString()}::timestamptz, ${after.province}::bpchar,
              ${after.direction}::text, ${after.messageId}::uuid)`,
      ),
    )
    .orderBy(
      desc(exchangeMessage.at),
      desc(exchangeMessage.province),
      desc(exchangeMessage.direction),
      desc(exchangeMessage.messageId),
    )
    .limit(limit)
