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

interface KeyFilter {
  readonly institution: string | null
  readonly state: 'VALID' | 'EXPIRED' | 'REVOKED' | null
  readonly now: Temporal.Instant
  readonly after: string | null
}

/** Keys the reader may see, of one institution or of all, the latest first. */
export function listPartnerKeys(tx: ReadTx, filter: KeyFilter, limit: number): Promise<PartnerKey[]> {
  const { institution, state, now, after } = filter
  const [validFrom = '', clientId = '', thumbprint = ''] = after?.split('/') ?? []
  const states = {
    VALID: and(isNull(partnerKey.revokedAt), gt(partnerKey.validUntil, now)),
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

/** How many keys of a holder count now or will. */
export const countPartnerKeys = (tx: Tx, holder: Holder, now: Temporal.Instant): Promise<number> =>
  tx.$count(partnerKey, and(of(holder), isNull(partnerKey.revokedAt), gt(partnerKey.validUntil, now)))

/** False when the key is or was somebody's already. */
export async function addPartnerKey(
  tx: Tx,
  key: Omit<PartnerKey, 'clientId' | 'revokedAt' | 'reason' | 'toldAt'>,
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

export async function revokePartnerKey(
  tx: Tx,
  { holder, thumbprint, at, reason }: { holder: Holder; thumbprint: string; at: Temporal.Instant; reason: string },
): Promise<void> {
  await tx
    .update(partnerKey)
    .set({ revokedAt: at, reason })
    .where(and(of(holder, thumbprint), isNull(partnerKey.revokedAt)))
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
