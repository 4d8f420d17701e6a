import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { filing, filingDocument } from '@yibao/drizzle/cross-province'
import type { PageWanted } from '@yibao/schema/page'
import { and, asc, desc, eq, getTableColumns, inArray, isNotNull, lt, or, sql, type SQL } from 'drizzle-orm'
import type { Filing, Stage } from '../domain/filing.ts'
import type { FilingType } from '../domain/rules.ts'
import { findOwnRecords } from './own-records.ts'

const documents = sql<string[]>`array(select d.document_id::text from cross_province.filing_document d
  where d.insured_id = filing.insured_id and d.filing_id = filing.filing_id order by d.document_id)`

type Row = typeof filing.$inferSelect & { readonly documents: string[] }

function asFiling({ filingId, referredBy, referralNumber, referredOn, ...row }: Row): Filing {
  const certified = referredBy !== null && referredOn !== null
  return {
    ...row,
    id: filingId,
    referral: certified ? { institution: referredBy, number: referralNumber, issuedOn: referredOn } : null,
  }
}

const select = (tx: ReadTx) => tx.select({ ...getTableColumns(filing), documents }).from(filing)

/** The filings with these ids, as far as the reader may see them. */
export async function findFilings(tx: ReadTx, ids: readonly string[]): Promise<Filing[]> {
  const rows = await select(tx).where(inArray(filing.filingId, [...ids]))
  return rows.map(asFiling)
}

/**
 * The filings of a person, latest first, as far as the reader may see them; those of records that were merged into theirs
 * are the person's as well.
 */
export async function findFilingsOf(tx: ReadTx, insuredId: string): Promise<Filing[]> {
  return (await findFilingsByOwner(tx, [insuredId])).get(insuredId) ?? []
}

/** The same of several persons, by their ids. */
export async function findFilingsByOwner(tx: ReadTx, insuredIds: readonly string[]): Promise<Map<string, Filing[]>> {
  const records = await findOwnRecords(tx, insuredIds)
  const ids = records.map((one) => one.id)
  const rows = await select(tx).where(inArray(filing.insuredId, ids)).orderBy(desc(filing.filingId))
  const found = rows.map(asFiling)
  const ownerOf = new Map(records.map(({ id, owner }) => [id, owner]))
  return Map.groupBy(found, ({ insuredId }) => ownerOf.get(insuredId) ?? insuredId)
}

/** Every filing the reader may see, latest first, one more than the page holds. */
export async function listFilings(
  tx: ReadTx,
  { size, after, type }: PageWanted & { readonly type: FilingType | null },
): Promise<Filing[]> {
  const rows = await select(tx)
    .where(
      and(after === null ? undefined : lt(filing.filingId, after), type === null ? undefined : eq(filing.type, type)),
    )
    .orderBy(desc(filing.filingId))
    .limit(size + 1)
  return rows.map(asFiling)
}

export interface QueueWanted extends PageWanted {
  readonly pool: string
  readonly stage: Stage | null
  readonly type: FilingType | null
  readonly escalated: boolean | null
}

/** What waits for a bureau, the most urgent first, one more than the page holds: as home pool, or to certify. */
export async function listQueue(tx: ReadTx, wanted: QueueWanted): Promise<Filing[]> {
  const { pool, size, after, stage, type, escalated } = wanted
  const [due = '', id = ''] = after?.split('/') ?? []
  const toCertify = and(eq(filing.certifier, pool), eq(filing.stage, 'AWAITING_CERTIFICATION'))
  const conditions: (SQL | undefined)[] = [
    isNotNull(filing.dueOn),
    or(eq(filing.pool, pool), toCertify),
    after === null ? undefined : sql`(${filing.dueOn}, ${filing.filingId}) > (${due}::date, ${id}::uuid)`,
    stage === null ? undefined : eq(filing.stage, stage),
    type === null ? undefined : eq(filing.type, type),
    escalated === null ? undefined : sql`(${filing.escalatedAt} is not null) = ${escalated}`,
  ]
  const rows = await select(tx)
    .where(and(...conditions))
    .orderBy(asc(filing.dueOn), asc(filing.filingId))
    .limit(size + 1)
  return rows.map(asFiling)
}

/** Ids of filings that wait for longer than the rules allow, and of which nobody has been told yet. */
export async function findOverdue(tx: Tx, today: Temporal.PlainDate, limit: number): Promise<string[]> {
  const rows = await tx
    .select({ id: filing.filingId })
    .from(filing)
    .where(and(lt(filing.dueOn, today), sql`${filing.escalatedAt} is null`))
    .orderBy(asc(filing.dueOn), asc(filing.filingId))
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** Adds a filing. The database vetoes a second confirmed one for the same place at the same moment. */
export async function addFiling(tx: Tx, { id, referral, documents: papers, ...rest }: Filing): Promise<void> {
  await tx.insert(filing).values({
    ...rest,
    filingId: id,
    referredBy: referral?.institution ?? null,
    referralNumber: referral?.number ?? null,
    referredOn: referral?.issuedOn ?? null,
  })
  if (papers.length === 0) return
  await tx
    .insert(filingDocument)
    .values(papers.map((documentId) => ({ insuredId: rest.insuredId, filingId: id, documentId })))
}

/** Writes how far a filing has come and how it ends; what was filed never changes. */
export async function saveFiling(tx: Tx, one: Filing): Promise<void> {
  const { id, insuredId, stage, dueOn, dueProvisional, escalatedAt, certifiedAt, effectiveFrom, decidedAt } = one
  const { cancelledFrom, cancelledAt, replacedBy, cardRequestedAt } = one
  await tx
    .update(filing)
    .set({
      stage,
      dueOn,
      dueProvisional,
      escalatedAt,
      certifiedAt,
      effectiveFrom,
      decidedAt,
      cancelledFrom,
      cancelledAt,
      replacedBy,
      cardRequestedAt,
    })
    .where(and(eq(filing.insuredId, insuredId), eq(filing.filingId, id)))
}
