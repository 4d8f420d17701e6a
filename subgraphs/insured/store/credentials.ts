import type { Tx } from '@yibao/drizzle/connect'
import { credential, presence } from '@yibao/drizzle/insured'
import { and, eq, lt } from 'drizzle-orm'
import type { CredentialKind } from '@yibao/schema/ids'
import type { Purpose } from '../domain/voucher.ts'
import { findAliases } from './merge-persons.ts'

/** What a presented value belongs to. */
export interface Credential {
  readonly insuredId: string
  readonly expiresAt: Temporal.Instant | null
  readonly revoked: boolean
  /** Where a visit token is good; null for what is good everywhere. */
  readonly institution: string | null
}

interface NewCredential {
  readonly kind: CredentialKind
  readonly valueHash: Buffer
  readonly insuredId: string
  readonly expiresAt: Temporal.Instant | null
  readonly issuedAt: Temporal.Instant
  /** The social-security card it stands and falls with. */
  readonly cardId?: string | null
  /** Of a visit token. */
  readonly institution?: string
  readonly purpose?: Purpose
  readonly beginsBy?: Temporal.Instant
}

/** Adds a credential, of a record that was merged into another to that one; false when the value is taken. */
export async function addCredential(tx: Tx, one: NewCredential): Promise<boolean> {
  const [alias] = await findAliases(tx, [one.insuredId])
  const row = alias === undefined ? one : { ...one, insuredId: alias.survivorId, cardId: null }
  const added = await tx.insert(credential).values(row).onConflictDoNothing().returning({ kind: credential.kind })
  return added.length === 1
}

/** Removes visit tokens of a person that nobody can ask about any more. */
export async function forgetTokens(tx: Tx, insuredId: string, expiredBefore: Temporal.Instant): Promise<void> {
  await tx
    .delete(credential)
    .where(and(eq(credential.insuredId, insuredId), eq(credential.kind, '01'), lt(credential.expiresAt, expiredBefore)))
}

/** Notes that an institution was shown a credential; once a day is enough. */
export async function addPresence(
  tx: Tx,
  one: { insuredId: string; institution: string; day: Temporal.PlainDate; kind: string; at: Temporal.Instant },
): Promise<void> {
  await tx.insert(presence).values(one).onConflictDoNothing()
}
