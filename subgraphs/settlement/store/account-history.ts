import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { accountYear } from '@yibao/drizzle/settlement-account'
import { fenOf, type Fen } from '@yibao/schema/money'
import { sql } from 'drizzle-orm'
import type { DayMoved } from '../domain/account-history.ts'
import { personalAccount } from '../domain/ledger.ts'
import { BORDER, BORDER_DAY } from './ledger-border.ts'
import { withMerged } from './merge-person.ts'

export type HistoryKind =
  | 'OPENING'
  | 'CREDIT'
  | 'CREDIT_CORRECTED'
  | 'CONSUMPTION'
  | 'CONSUMPTION_RETURNED'
  | 'MUTUAL_AID'
  | 'PREMIUM'
  | 'PREMIUM_RETURNED'
  | 'YEAR_TURN'
  | 'MERGED'
  | 'CARRIED_FORWARD'

/** One movement of an account, with what it came from. */
export interface HistoryRow {
  readonly id: string
  readonly kind: HistoryKind
  readonly current: Fen
  readonly history: Fen
  readonly interest: Fen | null
  /** What went over from one record of the person to another; it is in the movements of before. */
  readonly merged: Fen | null
  readonly settlementId: string | null
  readonly billId: string | null
  readonly period: string | null
}

interface Row extends Record<string, unknown> {
  readonly id: string
  readonly kind: HistoryKind
  readonly current: string
  readonly history: string
  readonly interest: string | null
  readonly merged: string | null
  readonly settlement_id: string | null
  readonly bill_id: string | null
  readonly period: string | null
}

/**
 * What moved in an account, the latest first, as far as the reader may see it. Each kind of source has an index by person
 * and group and gives a page of its latest; the entries of the groups are then found by their key, since the ledger has
 * no index by person. A credit that went to what was owed, or a correction of what was spent, moves nothing. Accounts of
 * records that were merged into the person's are told as one account with theirs, so that what went over at the merge is
 * told beside, and moves nothing either. What was put away of the ledger is told as one movement that carries it forward.
 */
export async function listHistory(
  tx: ReadTx,
  insuredId: string,
  before: string | null,
  limit: number,
): Promise<HistoryRow[]> {
  const ids = (await withMerged(tx, [{ insuredId }])).map((one) => one.insuredId)
  const own = sql`any(${sql.param(ids)}::uuid[])`
  const accounts = (kind: 'CURRENT' | 'HISTORY') =>
    sql`any(${sql.param(ids.map((id) => personalAccount(id, kind)))}::text[])`
  const page = (column: string) => sql`
    and (${before}::uuid is null or ${sql.raw(column)} < ${before}::uuid) and ${sql.raw(`${column} > ${BORDER}`)}
    order by ${sql.raw(column)} desc limit ${limit}`
  const none = sql`null::uuid, null::uuid, null::text, null::bigint`
  const { rows } = await tx.execute<Row>(sql`
    with groups (id, kind, settlement_id, bill_id, period, interest) as (
      (select s.id, case when s.reverses is null then 'CONSUMPTION' else 'CONSUMPTION_RETURNED' end, s.id, null::uuid,
        null::text, null::bigint from settlement.settlement s where s.insured_id = ${own} and s.account <> 0 ${page('s.id')})
      union all (select m.settlement_id, 'MUTUAL_AID', ${none} from settlement.mutual_aid m
        where m.sponsor_id = ${own} ${page('m.settlement_id')})
      union all (select c.group_id, 'CREDIT', null, c.bill_id, c.period, null from settlement.credit c
        where c.insured_id = ${own} ${page('c.group_id')})
      union all (select c.group_id, 'CREDIT_CORRECTED', null, c.bill_id, c.period, null from settlement.credit_correction c
        where c.insured_id = ${own} ${page('c.group_id')})
      union all (select o.group_id, 'OPENING', ${none} from settlement.opening o
        where o.insured_id = ${own} and o.balance <> 0 ${page('o.group_id')})
      union all (select p.group_id, 'PREMIUM', null, p.bill_id, null, null from settlement.premium p
        where p.insured_id = ${own} ${page('p.group_id')})
      union all (select r.group_id, 'PREMIUM_RETURNED', null, p.bill_id, null, null
        from settlement.premium_return r
        join settlement.premium p on p.insured_id = r.insured_id and p.premium_id = r.premium_id
        where r.insured_id = ${own} ${page('r.group_id')})
      union all (select y.group_id, 'YEAR_TURN', null, null, y.year, y.interest from settlement.account_year y
        where y.insured_id = ${own} and y.carried + y.interest <> 0 ${page('y.group_id')})
      union all (select distinct m.group_id, 'MERGED', ${none} from settlement.merged_account m
        where (m.into_id = ${own} or m.insured_id = ${own}) ${page('m.group_id')})
      union all (select b.id, 'CARRIED_FORWARD', ${none} from settlement.ledger_border() b (id)
        where (${before}::uuid is null or b.id < ${before}::uuid) and exists (select from settlement.ledger_archive)
          and exists (select from settlement.ledger_day d where d.day < ${sql.raw(BORDER_DAY)}
            and (d.account = ${accounts('CURRENT')} or d.account = ${accounts('HISTORY')}))))
    select g.id, g.kind, g.settlement_id, g.bill_id, g.period, g.interest::text as interest,
      case when g.kind = 'MERGED' then (select sum(m.amount) from settlement.merged_account m
        where m.group_id = g.id and m.into_id = ${own})::text end as merged,
      coalesce(sum(e.amount) filter (where e.account = ${accounts('CURRENT')}), 0)::text as current,
      coalesce(sum(e.amount) filter (where e.account = ${accounts('HISTORY')}), 0)::text as history
    from groups g left join settlement.ledger_entry e on e.group_id = g.id and e.insured_id = ${own}
      and (e.account = ${accounts('CURRENT')} or e.account = ${accounts('HISTORY')})
    group by g.id, g.kind, g.settlement_id, g.bill_id, g.period, g.interest
    order by g.id desc limit ${limit}`)
  return rows.map(({ settlement_id: settlementId, bill_id: billId, current, history, interest, merged, ...row }) => ({
    ...row,
    settlementId,
    billId,
    current: fenOf(BigInt(current)),
    history: fenOf(BigInt(history)),
    interest: interest === null ? null : fenOf(BigInt(interest)),
    merged: merged === null ? null : fenOf(BigInt(merged)),
  }))
}

/** Who had an account at the end of a year that was not turned yet, after a person, in the order of their ids. */
export async function findUnturned(
  tx: Tx,
  {
    year,
    ended,
    after,
    limit,
  }: {
    readonly year: string
    readonly ended: Temporal.Instant
    readonly after: string | null
    readonly limit: number
  },
): Promise<{ readonly insuredId: string; readonly pool: string }[]> {
  const { rows } = await tx.execute<{ insured_id: string; pool: string }>(sql`
    select o.insured_id, min(a.pool) as pool from settlement.opening o
    join settlement.account a on a.insured_id = o.insured_id and a.kind = o.kind
    where o.at < ${ended.toString()}::timestamptz and (${after}::uuid is null or o.insured_id > ${after}::uuid)
      and not exists (select from settlement.account_year y where y.insured_id = o.insured_id and y.year = ${year})
    group by o.insured_id order by o.insured_id limit ${limit}`)
  return rows.map(({ insured_id: insuredId, pool }) => ({ insuredId, pool }))
}

/** What both parts of an account took and gave by days, up to the end of a year, and what the part of the year holds now. */
export async function findMoved(tx: Tx, insuredId: string, year: number) {
  const { rows } = await tx.execute<{ account: string; day: string; amount: string }>(sql`
    select account, day::text as day, sum(amount)::text as amount from settlement.ledger_day
    where account in (${personalAccount(insuredId, 'CURRENT')}, ${personalAccount(insuredId, 'HISTORY')})
      and day <= ${`${year}-12-31`}::date group by 1, 2 order by 2`)
  const held = await tx.execute<{ balance: string }>(sql`
    select balance::text as balance from settlement.account where insured_id = ${insuredId} and kind = 'CURRENT'`)
  const of = (kind: 'CURRENT' | 'HISTORY'): DayMoved[] =>
    rows
      .filter((one) => one.account === personalAccount(insuredId, kind))
      .map(({ day, amount }) => ({ day: Temporal.PlainDate.from(day), amount: fenOf(BigInt(amount)) }))
  const balance = fenOf(BigInt(held.rows[0]?.balance ?? 0))
  return { current: of('CURRENT'), history: of('HISTORY'), balance }
}

/** Writes that a year was turned; false when it was before. */
export async function addYear(tx: Tx, row: typeof accountYear.$inferInsert): Promise<boolean> {
  const { rowCount } = await tx.insert(accountYear).values(row).onConflictDoNothing()
  return rowCount === 1
}
