import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { filing } from '@yibao/drizzle/cross-province'
import type { PageWanted } from '@yibao/schema/page'
import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import type { Filing } from '../domain/filing.ts'

type Row = typeof filing.$inferSelect

function asFiling({ filingId, referredBy, referralNumber, referredOn, ...row }: Row): Filing {
  const certified = referredBy !== null && referredOn !== null
  return {
    ...row,
    id: filingId,
    referral: certified ? { institution: referredBy, number: referralNumber, issuedOn: referredOn } : null,
  }
}

/** The filings with these ids, as far as the reader may see them. */
export async function findFilings(tx: ReadTx, ids: readonly string[]): Promise<Filing[]> {
  const rows = await tx
    .select()
    .from(filing)
    .where(inArray(filing.filingId, [...ids]))
  return rows.map(asFiling)
}

/** The filings of these persons, latest first, as far as the reader may see them. */
export async function findFilingsOf(tx: ReadTx, insuredIds: readonly string[]): Promise<Filing[]> {
  const rows = await tx
    .select()
    .from(filing)
    .where(inArray(filing.insuredId, [...insuredIds]))
    .orderBy(desc(filing.filingId))
  return rows.map(asFiling)
}

/** Every filing the reader may see, latest first, one more than the page holds. */
export async function listFilings(tx: ReadTx, { size, after }: PageWanted): Promise<Filing[]> {
  const rows = await tx
    .select()
    .from(filing)
    .where(after === null ? undefined : lt(filing.filingId, after))
    .orderBy(desc(filing.filingId))
    .limit(size + 1)
  return rows.map(asFiling)
}

/** Adds a filing. The database vetoes a second one for the same place at the same moment. */
export async function addFiling(tx: Tx, { id, referral, ...rest }: Filing): Promise<void> {
  await tx.insert(filing).values({
    ...rest,
    filingId: id,
    referredBy: referral?.institution ?? null,
    referralNumber: referral?.number ?? null,
    referredOn: referral?.issuedOn ?? null,
  })
}

/** Writes that a filing was cancelled or replaced; nothing else of it ever changes. */
export async function setCancelled(tx: Tx, one: Filing): Promise<void> {
  const { id, insuredId, cancelledFrom, cancelledAt, replacedBy } = one
  await tx
    .update(filing)
    .set({ cancelledFrom, cancelledAt, replacedBy })
    .where(and(eq(filing.insuredId, insuredId), eq(filing.filingId, id)))
}
