import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { exchangeDifference, exchangeReconciliation } from '@yibao/drizzle/settlement-exchange-reconciliation'
import { and, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { DifferenceCause } from '../domain/exchange-reconciliation.ts'

export type ExchangeRun = typeof exchangeReconciliation.$inferSelect
export type ExchangeDifference = typeof exchangeDifference.$inferSelect

/** What is compared: a day between this province and another, where one of them is the place of treatment. */
export interface RunKey {
  readonly province: string
  readonly place: string
  readonly day: Temporal.PlainDate
}

export const addExchangeRun = async (tx: Tx, run: ExchangeRun): Promise<void> =>
  void (await tx.insert(exchangeReconciliation).values(run))

/** A difference as a comparison found it. */
export type FoundDifference = Omit<
  ExchangeDifference,
  'seenAt' | 'resolvedAt' | 'acknowledgedBy' | 'acknowledgedAt' | 'words'
>

const COLUMNS = [
  'pool',
  'cause',
  'hereTotal',
  'hereFund',
  'hereAccount',
  'thereTotal',
  'thereFund',
  'thereAccount',
] as const

/** Notes what a comparison found: what was found before stays one row, with who has looked at it. */
export async function keepDifferences(tx: Tx, found: readonly FoundDifference[]): Promise<void> {
  for (const one of found) {
    const set = Object.fromEntries(COLUMNS.map((column) => [column, one[column]]))
    await tx
      .insert(exchangeDifference)
      .values({ ...one, seenAt: one.foundAt })
      .onConflictDoUpdate({
        target: [exchangeDifference.province, exchangeDifference.exchange],
        targetWhere: isNull(exchangeDifference.resolvedAt),
        set: { ...set, seenAt: one.foundAt },
      })
  }
}

/** Differences that are not resolved, between two provinces with the place of treatment on one side. */
export const listOpen = async (
  tx: Tx | ReadTx,
  { province, place }: Pick<RunKey, 'province' | 'place'>,
): Promise<{ readonly id: string; readonly exchange: string; readonly day: Temporal.PlainDate }[]> =>
  tx
    .select({ id: exchangeDifference.id, exchange: exchangeDifference.exchange, day: exchangeDifference.day })
    .from(exchangeDifference)
    .where(
      and(
        eq(exchangeDifference.province, province),
        eq(exchangeDifference.place, place),
        isNull(exchangeDifference.resolvedAt),
      ),
    )

export async function resolveDifferences(tx: Tx, ids: readonly string[], at: Temporal.Instant): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(exchangeDifference)
    .set({ resolvedAt: at })
    .where(inArray(exchangeDifference.id, [...ids]))
}

/** Holds a difference that is to be acknowledged. */
export async function holdDifference(tx: Tx, id: string): Promise<ExchangeDifference | null> {
  const [row] = await tx.select().from(exchangeDifference).where(eq(exchangeDifference.id, id)).for('update')
  return row ?? null
}

export const acknowledge = async (
  tx: Tx,
  id: string,
  set: Pick<ExchangeDifference, 'acknowledgedBy' | 'acknowledgedAt' | 'words'>,
): Promise<void> => void (await tx.update(exchangeDifference).set(set).where(eq(exchangeDifference.id, id)))

export async function findDifference(db: ReadTx, id: string): Promise<ExchangeDifference | null> {
  const [row] = await db.select().from(exchangeDifference).where(eq(exchangeDifference.id, id))
  return row ?? null
}

interface DifferenceFilter {
  readonly pool?: string
  readonly province?: string
  readonly cause?: DifferenceCause
  readonly resolved?: boolean
  readonly before?: string
}

/** A page of differences, the latest first. */
export const listExchangeDifferences = async (
  db: ReadTx,
  { pool, province, cause, resolved, before }: DifferenceFilter,
  limit: number,
): Promise<ExchangeDifference[]> =>
  db
    .select()
    .from(exchangeDifference)
    .where(
      and(
        pool === undefined ? undefined : eq(exchangeDifference.pool, pool),
        province === undefined ? undefined : eq(exchangeDifference.province, province),
        cause === undefined ? undefined : eq(exchangeDifference.cause, cause),
        resolved === undefined
          ? undefined
          : resolved
            ? sql`${exchangeDifference.resolvedAt} is not null`
            : isNull(exchangeDifference.resolvedAt),
        before === undefined ? undefined : lt(exchangeDifference.id, before),
      ),
    )
    .orderBy(desc(exchangeDifference.id))
    .limit(limit)

interface RunFilter {
  readonly province?: string
  readonly day?: Temporal.PlainDate
  readonly ids?: readonly string[]
  readonly before?: string
}

/** A page of comparisons, the latest first. */
export const listExchangeRuns = async (
  db: ReadTx,
  { province, day, ids, before }: RunFilter,
  limit: number,
): Promise<ExchangeRun[]> =>
  db
    .select()
    .from(exchangeReconciliation)
    .where(
      and(
        province === undefined ? undefined : eq(exchangeReconciliation.province, province),
        day === undefined ? undefined : eq(exchangeReconciliation.day, day),
        ids === undefined ? undefined : inArray(exchangeReconciliation.id, [...ids]),
        before === undefined ? undefined : lt(exchangeReconciliation.id, before),
      ),
    )
    .orderBy(desc(exchangeReconciliation.id))
    .limit(limit)

/**
 * The days that are to be compared: the last few, once a day, and those of which something is still open. Only with
 * provinces there was ever a bill with.
 */
export async function listDue(
  hot: Statements,
  { own, today, days }: { readonly own: string; readonly today: Temporal.PlainDate; readonly days: number },
): Promise<RunKey[]> {
  return hot.unsafe<RunKey>(
    `with recursive province as (
       (select other_province from settlement.settlement where other_province is not null order by 1 limit 1)
       union all
       select (select s.other_province from settlement.settlement s where s.other_province > p.other_province
         order by 1 limit 1) from province p where p.other_province is not null),
     wanted as (
       select p.other_province::text as province, v.place, $2::date - n as day
       from province p cross join generate_series(1, $3::int) n
       cross join lateral (values ($1::text), (p.other_province::text)) v (place)
       where p.other_province is not null
       union
       select province::text, place::text, day from settlement.exchange_difference where resolved_at is null)
     select province, place, day from wanted w
     where not exists (select from settlement.exchange_reconciliation r
       where r.province = w.province::bpchar and r.place = w.place::bpchar and r.day = w.day and r.state <> 'UNANSWERED'
         and (r.at at time zone 'Asia/Shanghai')::date = $2::date)
     order by day, province, place`,
    [own, today.toString(), days],
  )
}
