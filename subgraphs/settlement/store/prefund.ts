import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { prefund, prefundLevel, prefundStep } from '@yibao/drizzle/settlement-prefund'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Prefund, PrefundKind, PrefundLevel, PrefundSide, PrefundState, PrefundStep } from '../domain/prefund.ts'
import { MARK, owed } from './province-owed.ts'

export const addPrefund = async (tx: Tx, one: Prefund): Promise<void> => void (await tx.insert(prefund).values(one))

/** Holds a prefund that is to change. */
export async function holdPrefund(tx: Tx, id: string): Promise<Prefund | null> {
  const [row] = await tx.select().from(prefund).where(eq(prefund.id, id)).for('update')
  return row ?? null
}

export const setPrefund = async (
  tx: Tx,
  id: string,
  set: Partial<Pick<Prefund, 'pool' | 'paperNumber' | 'bankReference' | 'paidOn'>> & Pick<Prefund, 'state'>,
): Promise<void> => void (await tx.update(prefund).set(set).where(eq(prefund.id, id)))

/** Notes a step, whose number follows the last. */
export async function addPrefundStep(tx: Tx, step: Omit<PrefundStep, 'number'>): Promise<void> {
  const [last] = await tx
    .select({ number: sql<number>`coalesce(max(${prefundStep.number}), 0)::int` })
    .from(prefundStep)
    .where(eq(prefundStep.prefundId, step.prefundId))
  await tx.insert(prefundStep).values({ ...step, number: (last?.number ?? 0) + 1 })
}

export async function findPrefund(db: ReadTx, id: string): Promise<Prefund | null> {
  const [row] = await db.select().from(prefund).where(eq(prefund.id, id))
  return row ?? null
}

/** What counts as paid in: what has come in, less what has gone back. Of what did not arrive, nothing. */
const COUNTED = `case kind when 'PAYMENT' then amount else -amount end`
const COUNTS = `(state = 'RECEIVED' or kind = 'RETURN' and state = 'PAID')`

/** What another province has paid in here, less what went back to it. */
export async function sumHeld(tx: Tx, province: string): Promise<Fen> {
  const { rows } = await tx.execute<{ held: string }>(sql`
    select coalesce(sum(${sql.raw(COUNTED)}), 0)::text as held from settlement.prefund
    where province = ${province}::bpchar and side = 'HOLDER' and ${sql.raw(COUNTS)}`)
  return fenOf(BigInt(rows[0]?.held ?? 0))
}

/** What this province has paid in with another, whether it has come in there or not, less what came back. */
export async function sumPaid(tx: Tx, province: string): Promise<Fen> {
  const { rows } = await tx.execute<{ paid: string }>(sql`
    select coalesce(sum(${sql.raw(COUNTED)}), 0)::text as paid from settlement.prefund
    where province = ${province}::bpchar and side = 'PAYER' and state in ('PAID', 'RECEIVED')`)
  return fenOf(BigInt(rows[0]?.paid ?? 0))
}

interface Filter {
  readonly kind?: PrefundKind
  readonly province?: string
  readonly side?: PrefundSide
  readonly state?: PrefundState
  readonly before?: string
}

/** A page of prefunds, the latest first. */
export const listPrefunds = async (
  db: ReadTx,
  { kind, province, side, state, before }: Filter,
  limit: number,
): Promise<Prefund[]> =>
  db
    .select()
    .from(prefund)
    .where(
      and(
        kind === undefined ? undefined : eq(prefund.kind, kind),
        province === undefined ? undefined : eq(prefund.province, province),
        side === undefined ? undefined : eq(prefund.side, side),
        state === undefined ? undefined : eq(prefund.state, state),
        before === undefined ? undefined : lt(prefund.id, before),
      ),
    )
    .orderBy(desc(prefund.id))
    .limit(limit)

/** How prefunds came to their states, each in order. */
export const listPrefundSteps = async (db: ReadTx, ids: readonly string[]): Promise<PrefundStep[]> =>
  db
    .select()
    .from(prefundStep)
    .where(inArray(prefundStep.prefundId, [...ids]))
    .orderBy(asc(prefundStep.prefundId), asc(prefundStep.number))

/** What is between this province and another, seen from one side. */
export interface ProvincePosition {
  readonly province: string
  readonly side: PrefundSide
  /** Paid in and received, less what went back. */
  readonly amount: Fen
  /** Owed and not paid. */
  readonly used: Fen
}

const POSITIONS = `
  ${MARK}, owed as materialized (
    select 'PAYER' as side, province, used from (${owed('payable:province', '')}) o
    union all
    select 'HOLDER', province, used from (${owed('receivable:province', '-')}) o),
  paid as materialized (
    select side, province::text as province, sum(${COUNTED})::bigint as amount from settlement.prefund
    where ${COUNTS} group by 1, 2)
  select side, province, coalesce(p.amount, 0)::text as amount, coalesce(o.used, 0)::text as used
  from owed o full join paid p using (side, province) order by province, side desc`

/** What is between this province and every other. Read as the writer: sums of accounts of all pools. */
export async function readPositions(hot: Statements): Promise<ProvincePosition[]> {
  const rows = await hot.unsafe<{ province: string; side: PrefundSide; amount: string; used: string }>(POSITIONS)
  return rows.map((row) => ({ ...row, amount: fenOf(BigInt(row.amount)), used: fenOf(BigInt(row.used)) }))
}

export interface LevelRow extends ProvincePosition {
  readonly level: PrefundLevel
  readonly since: Temporal.Instant
}

export const listLevels = async (db: ReadTx | Tx): Promise<LevelRow[]> =>
  db.select().from(prefundLevel).orderBy(asc(prefundLevel.province), desc(prefundLevel.side))

/** Notes how much is used; answers the level before, null when there was none. */
export async function saveLevel(tx: Tx, row: LevelRow): Promise<PrefundLevel | null> {
  const [before] = await tx
    .select({ level: prefundLevel.level, since: prefundLevel.since })
    .from(prefundLevel)
    .where(and(eq(prefundLevel.province, row.province), eq(prefundLevel.side, row.side)))
    .for('update')
  const { amount, used, level } = row
  const since = before?.level === level ? before.since : row.since
  await tx
    .insert(prefundLevel)
    .values({ ...row, since })
    .onConflictDoUpdate({
      target: [prefundLevel.province, prefundLevel.side],
      set: { amount, used, level, since },
    })
  return before?.level ?? null
}
