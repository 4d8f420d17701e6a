import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { signingKey } from '@yibao/drizzle/settlement-prescription'
import { and, asc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import type { SigningKey } from '../domain/signing-key.ts'

/** The keys of these institutions, as far as the reader may see them. */
export const listSigningKeys = async (tx: ReadTx | Tx, institutions: readonly string[]): Promise<SigningKey[]> =>
  tx
    .select()
    .from(signingKey)
    .where(inArray(signingKey.institution, [...institutions]))
    .orderBy(asc(signingKey.institution), asc(signingKey.registeredAt), asc(signingKey.kid))

interface KeyFilter {
  readonly institution: string
  readonly retired: boolean | null
  readonly after: string | null
}

/** Keys of one institution, by their ids. */
export const listKeysOf = async (
  tx: ReadTx,
  { institution, retired, after }: KeyFilter,
  limit: number,
): Promise<SigningKey[]> =>
  tx
    .select()
    .from(signingKey)
    .where(
      and(
        eq(signingKey.institution, institution),
        retired === null ? undefined : (retired ? isNotNull : isNull)(signingKey.retiredAt),
        after === null ? undefined : sql`${signingKey.kid} collate "C" > ${after}`,
      ),
    )
    .orderBy(sql`${signingKey.kid} collate "C"`)
    .limit(limit)

/** Adds a key; false when the institution has one with this id. */
export async function addSigningKey(tx: Tx, key: SigningKey): Promise<boolean> {
  const added = await tx.insert(signingKey).values(key).onConflictDoNothing().returning({ kid: signingKey.kid })
  return added.length === 1
}

export async function retireSigningKey(
  tx: Tx,
  { institution, kid, at }: { institution: string; kid: string; at: Temporal.Instant },
): Promise<void> {
  await tx
    .update(signingKey)
    .set({ retiredAt: at })
    .where(and(eq(signingKey.institution, institution), eq(signingKey.kid, kid)))
}
