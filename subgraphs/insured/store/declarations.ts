import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { accountingVoucher, declaration, declarationDraftLine, declarationLine } from '@yibao/drizzle/insured-employer'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, asc, desc, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { DeclaredLine, Declaration } from '../domain/declaration.ts'

const facts = {
  id: declaration.declarationId,
  employer: declaration.employer,
  pool: declaration.pool,
  insuranceType: declaration.insuranceType,
  month: declaration.month,
  state: declaration.state,
  corrects: declaration.corrects,
  reason: declaration.reason,
  heads: declaration.heads,
  baseTotal: declaration.baseTotal,
  createdAt: declaration.createdAt,
  declaredAt: declaration.declaredAt,
}

export async function findDeclarations(tx: ReadTx, ids: readonly string[]): Promise<Declaration[]> {
  return tx
    .select(facts)
    .from(declaration)
    .where(inArray(declaration.declarationId, [...ids]))
}

type Month = Pick<Declaration, 'employer' | 'pool' | 'insuranceType' | 'month'>

/** What an employer first said of a month; null when it has said nothing. */
export async function findOriginal(
  tx: ReadTx,
  { employer, pool, insuranceType, month }: Month,
): Promise<Declaration | null> {
  const [found] = await tx
    .select(facts)
    .from(declaration)
    .where(
      and(
        eq(declaration.employer, employer),
        eq(declaration.pool, pool),
        eq(declaration.insuranceType, insuranceType),
        eq(declaration.month, month),
        isNull(declaration.corrects),
      ),
    )
  return found ?? null
}

/** The corrections of a declaration, oldest first. */
export const findCorrections = (tx: ReadTx, id: string): Promise<Declaration[]> =>
  tx.select(facts).from(declaration).where(eq(declaration.corrects, id)).orderBy(asc(declaration.declarationId))

export interface DeclarationsWanted {
  readonly employer?: string | null
  readonly month?: string | null
  readonly state?: Declaration['state'] | null
  /** The id before which the page begins. */
  readonly before: string | null
}

/** Declarations, the latest first. */
export const listDeclarations = (
  tx: ReadTx,
  { employer, month, state, before }: DeclarationsWanted,
  limit: number,
): Promise<Declaration[]> =>
  tx
    .select(facts)
    .from(declaration)
    .where(
      and(
        employer == null ? undefined : eq(declaration.employer, employer),
        month == null ? undefined : eq(declaration.month, month),
        state == null ? undefined : eq(declaration.state, state),
        before === null ? undefined : lt(declaration.declarationId, before),
      ),
    )
    .orderBy(desc(declaration.declarationId))
    .limit(limit)

export async function addDeclaration(
  tx: Tx,
  { id: declarationId, ...one }: Declaration,
  createdBy: string,
): Promise<void> {
  await tx.insert(declaration).values({ ...one, declarationId, createdBy })
}

/** Puts lines into a draft; a person that stands there is replaced. */
export async function putDraftLines(
  tx: Tx,
  { id: declarationId, employer, pool }: Declaration,
  lines: readonly Omit<DeclaredLine, 'baseBefore'>[],
): Promise<void> {
  if (lines.length === 0) return
  await tx
    .insert(declarationDraftLine)
    .values(lines.map((line) => ({ ...line, declarationId, employer, pool })))
    .onConflictDoUpdate({
      target: [declarationDraftLine.insuredId, declarationDraftLine.declarationId],
      set: {
        personType: sql`excluded.person_type`,
        base: sql`excluded.base`,
        enteredBase: sql`excluded.entered_base`,
      },
    })
}

export async function removeDraftLines(tx: Tx, id: string, insuredIds: readonly string[]): Promise<void> {
  if (insuredIds.length === 0) return
  await tx
    .delete(declarationDraftLine)
    .where(and(eq(declarationDraftLine.declarationId, id), inArray(declarationDraftLine.insuredId, [...insuredIds])))
}

/** What stands of these persons in a month: what was declared or corrected last. */
export async function findStanding(
  tx: Tx,
  { employer, pool, insuranceType, month }: Month,
  insuredIds: readonly string[],
): Promise<Map<string, { readonly base: Fen; readonly personType: string }>> {
  const { rows } = await tx.execute<{ insured_id: string; base: string; person_type: string }>(sql`
    select distinct on (l.insured_id) l.insured_id, l.base::text as base, l.person_type
    from insured.declaration_line l join insured.declaration d on d.declaration_id = l.declaration_id
    where l.insured_id = any(${sql.param([...insuredIds])}::uuid[]) and l.employer = ${employer} and l.pool = ${pool}
      and l.insurance_type = ${insuranceType} and l.month = ${month}
    order by l.insured_id, d.declared_at desc, d.declaration_id desc`)
  return new Map(rows.map((row) => [row.insured_id, { base: fenOf(BigInt(row.base)), personType: row.person_type }]))
}

/** Makes a draft a declaration: its lines are added to what was declared and the draft is gone. */
export async function freeze(
  tx: Tx,
  one: Declaration,
  { by, at }: { readonly by: string; readonly at: Temporal.Instant },
): Promise<DeclaredLine[]> {
  const draft = await tx.select().from(declarationDraftLine).where(eq(declarationDraftLine.declarationId, one.id))
  const ids = draft.map(({ insuredId }) => insuredId)
  const before = one.corrects === null ? new Map() : await findStanding(tx, one, ids)
  const lines = draft
    .map(({ insuredId, personType, base, enteredBase }) => ({
      insuredId,
      personType,
      base,
      enteredBase,
      baseBefore: (before.get(insuredId)?.base as Fen | undefined) ?? null,
    }))
    .toSorted((a, b) => (a.insuredId < b.insuredId ? -1 : 1))
  const { id: declarationId, employer, pool, insuranceType, month } = one
  for (let start = 0; start < lines.length; start += CHUNK) {
    const rows = lines.slice(start, start + CHUNK)
    await tx
      .insert(declarationLine)
      .values(rows.map((line) => ({ ...line, declarationId, employer, pool, insuranceType, month })))
  }
  await tx.delete(declarationDraftLine).where(eq(declarationDraftLine.declarationId, declarationId))
  const baseTotal = fenOf(lines.reduce((total, { base }) => total + base, 0n))
  await tx
    .update(declaration)
    .set({ state: 'DECLARED', heads: lines.length, baseTotal, declaredBy: by, declaredAt: at })
    .where(eq(declaration.declarationId, declarationId))
  return lines
}

/** Rows of one statement. */
const CHUNK = 2000

/** The lines of a declaration, or of its draft, in order of the person’s id. */
export async function listLines(
  tx: ReadTx,
  { id, state }: Pick<Declaration, 'id' | 'state'>,
  after: string | null,
  limit: number,
): Promise<DeclaredLine[]> {
  if (state === 'DRAFT') {
    const table = declarationDraftLine
    const rows = await tx
      .select({
        insuredId: table.insuredId,
        personType: table.personType,
        base: table.base,
        enteredBase: table.enteredBase,
      })
      .from(table)
      .where(and(eq(table.declarationId, id), after === null ? undefined : gt(table.insuredId, after)))
      .orderBy(asc(table.insuredId))
      .limit(limit)
    return rows.map((row) => ({ ...row, baseBefore: null }))
  }
  const table = declarationLine
  return tx
    .select({
      insuredId: table.insuredId,
      personType: table.personType,
      base: table.base,
      enteredBase: table.enteredBase,
      baseBefore: table.baseBefore,
    })
    .from(table)
    .where(and(eq(table.declarationId, id), after === null ? undefined : gt(table.insuredId, after)))
    .orderBy(asc(table.insuredId))
    .limit(limit)
}

export interface OwnLine extends DeclaredLine {
  readonly declarationId: string
  readonly employer: string
  readonly pool: string
  readonly insuranceType: string
  readonly month: string
}

/** What employers have declared of a person and of the records merged into theirs, the latest first. */
export const listOwnLines = (
  tx: ReadTx,
  insuredIds: readonly string[],
  before: string | null,
  limit: number,
): Promise<OwnLine[]> =>
  tx
    .select()
    .from(declarationLine)
    .where(
      and(
        inArray(declarationLine.insuredId, [...insuredIds]),
        before === null ? undefined : lt(declarationLine.declarationId, before),
      ),
    )
    .orderBy(desc(declarationLine.declarationId))
    .limit(limit)

export type Voucher = Omit<typeof accountingVoucher.$inferSelect, 'createdBy'>

export interface VouchersWanted {
  /** Of one entry: a declaration, a contribution. */
  readonly entryId?: string | null
  readonly number?: string | null
  readonly month?: string | null
  readonly employer?: string | null
  readonly before: string | null
}

/** Accounting vouchers, the latest first. */
export const listVouchers = (
  tx: ReadTx,
  { entryId, number, month, employer, before }: VouchersWanted,
  limit: number,
): Promise<Voucher[]> =>
  tx
    .select()
    .from(accountingVoucher)
    .where(
      and(
        entryId == null ? undefined : eq(accountingVoucher.entryId, entryId),
        number == null ? undefined : eq(accountingVoucher.number, number),
        month == null ? undefined : eq(accountingVoucher.month, month),
        employer == null ? undefined : eq(accountingVoucher.employer, employer),
        before === null ? undefined : lt(accountingVoucher.voucherId, before),
      ),
    )
    .orderBy(desc(accountingVoucher.voucherId))
    .limit(limit)
