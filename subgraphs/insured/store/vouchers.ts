import type { Tx } from '@yibao/drizzle/connect'
import { refusedCode, voucher } from '@yibao/drizzle/insured-credential'
import { and, eq, lt, ne, sql } from 'drizzle-orm'
import type { Code } from '../domain/voucher.ts'

interface NewCode extends Pick<Code, 'insuredId' | 'origin' | 'expiresAt'> {
  readonly codeHash: Buffer
  readonly electronicCardId: string | null
  readonly issuedAt: Temporal.Instant
}

export async function addCode(tx: Tx, code: NewCode): Promise<void> {
  await tx.insert(voucher).values(code)
}

interface CodeRow extends Record<string, unknown> {
  readonly insured_id: string
  readonly origin: Code['origin']
  readonly card_id: string | null
  readonly expires_at: string
  readonly used_at: string | null
  readonly ordered: boolean
  readonly dead: boolean
}

/**
 * The code with this hash; null when there is none. Settlement notes codes that authorise orders in its own tables: both
 * sides read the other's in a serializable transaction, so that of the two one comes first and the other sees it.
 */
export async function findCode(tx: Tx, codeHash: Buffer): Promise<Code | null> {
  const { rows } = await tx.execute<CodeRow>(sql`
    select v.insured_id::text, v.origin, k.card_id::text, v.expires_at, v.used_at,
      exists (select from settlement.order_voucher_v1 o where o.code_hash = v.code_hash) as ordered,
      v.origin = 'CARD' and (e.state <> 'ISSUED' or k.state <> 'IN_FORCE') as dead
    from insured.voucher v
    left join insured.electronic_card e on e.insured_id = v.insured_id and e.electronic_card_id = v.electronic_card_id
    left join insured.card k on k.insured_id = e.insured_id and k.card_id = e.card_id
    where v.code_hash = ${codeHash}`)
  const [row] = rows
  if (row === undefined) return null
  return {
    insuredId: row.insured_id,
    origin: row.origin,
    cardId: row.card_id,
    expiresAt: Temporal.Instant.from(row.expires_at),
    usedAt: row.used_at === null ? null : Temporal.Instant.from(row.used_at),
    isOrdered: row.ordered,
    isDead: row.dead,
  }
}

/** Notes who has decoded a code, and when. */
export async function useCode(tx: Tx, codeHash: Buffer, usedBy: string, usedAt: Temporal.Instant): Promise<void> {
  await tx.update(voucher).set({ usedBy, usedAt }).where(eq(voucher.codeHash, codeHash))
}

/** Removes codes of a person that nobody can ask about any more; certificates can be asked about always. */
export async function forgetCodes(tx: Tx, insuredId: string, expiredBefore: Temporal.Instant): Promise<void> {
  const old = and(eq(voucher.insuredId, insuredId), lt(voucher.expiresAt, expiredBefore))
  await tx.delete(voucher).where(and(old, ne(voucher.origin, 'CERTIFICATE')))
}

interface Place {
  readonly institution: string
  readonly day: Temporal.PlainDate
}

/** How many codes of nobody, or used before, the institution has shown on the day. */
export async function countOfRefused(tx: Tx, { institution, day }: Place): Promise<number> {
  const here = and(eq(refusedCode.institution, institution), eq(refusedCode.day, day))
  const [row] = await tx.select({ count: refusedCode.count }).from(refusedCode).where(here)
  return row?.count ?? 0
}

/** Counts one more, and answers how many that are. */
export async function countRefused(tx: Tx, place: Place): Promise<number> {
  const [row] = await tx
    .insert(refusedCode)
    .values({ ...place, count: 1 })
    .onConflictDoUpdate({
      target: [refusedCode.institution, refusedCode.day],
      set: { count: sql`${refusedCode.count} + 1` },
    })
    .returning({ count: refusedCode.count })
  return row?.count ?? 0
}
