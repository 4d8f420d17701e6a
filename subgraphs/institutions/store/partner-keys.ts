import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { partnerKey } from '@yibao/drizzle/institutions-partner-key'
import { and, desc, eq, gt, isNotNull, isNull, lte, sql, type SQL } from 'drizzle-orm'

/** Whose key it is. */
export type Holder =
  | { readonly institution: string; readonly channel: null }
  | { readonly institution: null; readonly channel: string }

export type PartnerKey = typeof partnerKey.$inferSelect

const clientOf = ({ institution, channel }: Holder): string => institution ?? channel

const of = (holder: Holder, thumbprint?: string): SQL | undefined =>
  and(
    eq(partnerKey.clientId, clientOf(holder)),
    thumbprint === undefined ? undefined : eq(partnerKey.thumbprint, thumbprint),
  )

/** Where a key stands in the list: since when it counts, then whose it is and its thumbprint. */
export const placeOfKey = (key: PartnerKey): string => `${key.validFrom.toString()}/${key.clientId}/${key.thumbprint}`

const PLACE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z\/[\w-]+\/[\w-]+$/
export const isPlaceOfKey = (key: string): boolean => {
  if (!PLACE.test(key)) return false
  try {
    Temporal.Instant.from(key.split('/')[0] ?? '')
    return true
  } catch {
    return false
  }
}

export type KeyState = 'WAITING' | 'VALID' | 'EXPIRED' | 'REVOKED'

interface KeyFilter {
  readonly institution: string | null
  readonly state: KeyState | null
  readonly now: Temporal.Instant
  readonly after: string | null
}

/** Keys the reader may see, of one institution or of all, the latest first. */
export function listPartnerKeys(tx: ReadTx, filter: KeyFilter, limit: number): Promise<PartnerKey[]> {
  const { institution, state, now, after } = filter
  const [validFrom = '', clientId = '', thumbprint = ''] = after?.split('/') ?? []
  const isOpen = and(isNull(partnerKey.revokedAt), gt(partnerKey.validUntil, now))
  const waits = and(partnerKey.byBureau, isNull(partnerKey.confirmedAt))
  const states = {
    WAITING: and(isOpen, waits),
    VALID: and(isOpen, sql`not (${waits})`),
    EXPIRED: and(isNull(partnerKey.revokedAt), lte(partnerKey.validUntil, now)),
    REVOKED: isNotNull(partnerKey.revokedAt),
  }
  return tx
    .select()
    .from(partnerKey)
    .where(
      and(
        institution === null ? undefined : eq(partnerKey.institution, institution),
        state === null ? undefined : states[state],
        after === null
          ? undefined
          : sql`(${partnerKey.validFrom}, ${partnerKey.clientId}, ${partnerKey.thumbprint}) < (${validFrom}::timestamptz, ${clientId}, ${thumbprint})`,
      ),
    )
    .orderBy(desc(partnerKey.validFrom), desc(partnerKey.clientId), desc(partnerKey.thumbprint))
    .limit(limit)
}

export async function findPartnerKey(tx: ReadTx | Tx, holder: Holder, thumbprint: string): Promise<PartnerKey | null> {
  const [row] = await tx.select().from(partnerKey).where(of(holder, thumbprint))
  return row ?? null
}

/** Lets no other change what keys a holder has until the end of the transaction. */
export const holdKeys = async (tx: Tx, holder: Holder): Promise<void> =>
  void (await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`institutions.partner_key:${clientOf(holder)}`}, 0))`,
  ))

/** How many keys of a holder count now or will. */
export const countPartnerKeys = (tx: Tx, holder: Holder, now: Temporal.Instant): Promise<number> =>
  tx.$count(partnerKey, and(of(holder), isNull(partnerKey.revokedAt), gt(partnerKey.validUntil, now)))

/** False when the key is or was somebody's already. */
export async function addPartnerKey(
  tx: Tx,
  key: Omit<PartnerKey, 'clientId' | 'revokedAt' | 'reason' | 'toldAt' | 'confirmedBy' | 'confirmedAt'>,
): Promise<boolean> {
  const rows = await tx
    .insert(partnerKey)
    .values(key)
    .onConflictDoNothing()
    .returning({ thumbprint: partnerKey.thumbprint })
  return rows.length > 0
}

/** Lets a key end at a moment, if it would have gone on. */
export async function endPartnerKey(
  tx: Tx,
  { holder, thumbprint, until }: { holder: Holder; thumbprint: string; until: Temporal.Instant },
): Promise<void> {
  await tx
    .update(partnerKey)
    .set({ validUntil: sql`greatest(${partnerKey.validFrom}, least(${partnerKey.validUntil}, ${until.toString()}))` })
    .where(of(holder, thumbprint))
}

/** False when it was revoked before. */
export async function revokePartnerKey(
  tx: Tx,
  { holder, thumbprint, at, reason }: { holder: Holder; thumbprint: string; at: Temporal.Instant; reason: string },
): Promise<boolean> {
  const { rowCount } = await tx
    .update(partnerKey)
    .set({ revokedAt: at, reason })
    .where(and(of(holder, thumbprint), isNull(partnerKey.revokedAt)))
  return rowCount === 1
}

export async function confirmPartnerKey(
  tx: Tx,
  { holder, thumbprint, by, at }: { holder: Holder; thumbprint: string; by: string; at: Temporal.Instant },
): Promise<void> {
  await tx.update(partnerKey).set({ confirmedBy: by, confirmedAt: at }).where(of(holder, thumbprint))
}

/** Keys that end soon and whose holder was not told; they count as told from then on. */
export const takeKeysToTell = (
  tx: Tx,
  { now, until }: { now: Temporal.Instant; until: Temporal.Instant },
): Promise<PartnerKey[]> =>
  tx
    .update(partnerKey)
    .set({ toldAt: now })
    .where(
      and(
        isNull(partnerKey.toldAt),
        isNull(partnerKey.revokedAt),
        gt(partnerKey.validUntil, now),
        lte(partnerKey.validUntil, until),
      ),
    )
    .returning()
