import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import {
  netDispute,
  netItem,
  netPayment,
  netPaymentPart,
  netStatement,
  netStep,
} from '@yibao/drizzle/settlement-netting'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { NetItem, NetKind, NetPayment, NetSide, NetState, NetStatement } from '../domain/netting.ts'

export const addNetStatement = async (tx: Tx, one: NetStatement): Promise<void> =>
  void (await tx.insert(netStatement).values(one))

/** Holds a statement that is to change. */
export async function holdNetStatement(tx: Tx, id: string): Promise<NetStatement | null> {
  const [row] = await tx.select().from(netStatement).where(eq(netStatement.id, id)).for('update')
  return row ?? null
}

export const setNetStatement = async (
  tx: Tx,
  id: string,
  set: Partial<Pick<NetStatement, 'count' | 'amount' | 'dueOn'>> & Pick<NetStatement, 'state'>,
): Promise<void> => void (await tx.update(netStatement).set(set).where(eq(netStatement.id, id)))

/** Notes a step, whose number follows the last. */
export async function addNetStep(
  tx: Tx,
  step: {
    readonly statementId: string
    readonly state: NetState
    readonly caller: string
    readonly at: Temporal.Instant
  },
): Promise<void> {
  const [last] = await tx
    .select({ number: sql<number>`coalesce(max(${netStep.number}), 0)::int` })
    .from(netStep)
    .where(eq(netStep.statementId, step.statementId))
  await tx.insert(netStep).values({ ...step, number: (last?.number ?? 0) + 1 })
}

/** Home has refused it for good: it and its withdrawal are in no statement, and come to nothing. */
const refusedAtHome = sql`exists (select from settlement.province_message m
  where m.id = coalesce(d.withdraws, d.id) and m.rejection is not null)`
const isWithdrawn = sql.raw('exists (select from settlement.deduction w where w.withdraws = d.id)')

/**
 * Puts into a statement what another province owes for: bills and reversals that are settled here, and deductions of them, up to the
 * first id after the month, that stand in no statement. What becomes visible later stands in the next. Lines of one bill are settled
 * in their order: of a bill that stands in a statement nobody has received yet what came after it waits; once it is reversed a
 * deduction waits until it is given back, and the reversal for all of them. What home has refused for good stands nowhere, and
 * neither does its withdrawal: home knows of neither.
 */
export async function collectNet(
  tx: Tx,
  { id, province, before }: { readonly id: string; readonly province: string; readonly before: string },
): Promise<void> {
  await tx.execute(sql`
    with line as (
      select a.exchange as item, 'BILL' as kind, a.exchange as bill, s.clearing_agency as pool, a.settlement_id, s.insured_id,
        s.total - s.hospital - s.cash as amount
      from settlement.settlement s
      join settlement.away_bill a on a.settlement_id = s.id and a.insured_id = s.insured_id and a.state = 'COMMITTED'
      where s.other_province = ${province}::bpchar and starts_with(s.pool, ${province}) and s.id < ${before}::uuid
        and a.kind = 'SETTLE'
      union all
      select a.exchange, 'REVERSAL', a.of, s.clearing_agency, s.reverses, s.insured_id, s.total - s.hospital - s.cash
      from settlement.settlement s
      join settlement.away_bill a on a.settlement_id = s.id and a.insured_id = s.insured_id and a.state = 'COMMITTED'
      where s.other_province = ${province}::bpchar and starts_with(s.pool, ${province}) and s.id < ${before}::uuid
        and a.kind = 'REVERSE' and not exists (
          select from settlement.deduction d where d.settlement_id = s.reverses and not ${refusedAtHome}
            and (d.id >= ${before}::uuid or d.withdraws is null and not ${isWithdrawn}))
      union all
      select d.id, 'DEDUCTION', a.exchange, d.pool, d.settlement_id, d.insured_id, -d.amount
      from settlement.deduction d
      join settlement.away_bill a on a.settlement_id = d.settlement_id and a.insured_id = d.insured_id
      where d.other_province = ${province}::bpchar and d.id < ${before}::uuid and not ${refusedAtHome}
        and (d.withdraws is not null or exists (
            select from settlement.deduction w where w.withdraws = d.id and w.id < ${before}::uuid)
          or not exists (select from settlement.away_bill r where r.of = a.exchange and r.state = 'COMMITTED')))
    insert into settlement.net_item (item, statement_id, kind, bill, pool, amount)
    select l.item, ${id}::uuid, l.kind, l.bill, l.pool, l.amount from line l
    where not exists (select from settlement.net_item i where i.item = l.item)
      and (l.item = l.bill or l.settlement_id < ${before}::uuid)
      and not exists (
        select from settlement.net_item i join settlement.net_statement n on n.id = i.statement_id
        where i.bill = l.bill and n.side = 'PLACE' and n.state <> 'RECEIVED')`)
}

/** Whether one of these is a bill, a reversal or a deduction of which this platform is the place. */
export async function hasOwn(tx: Tx, ids: readonly string[]): Promise<boolean> {
  const all = sql`${sql.param(ids)}::uuid[]`
  const { rows } = await tx.execute(sql`
    select from settlement.away_bill where exchange = any (${all})
    union all select from settlement.deduction where id = any (${all}) limit 1`)
  return rows.length > 0
}

/** How lines stand by the books at home, by their ids; what is not known here is left out. */
export async function listOwned(
  tx: Tx,
  province: string,
  items: readonly string[],
): Promise<ReadonlyMap<string, Pick<NetItem, 'kind' | 'amount' | 'pool' | 'bill'>>> {
  const ids = sql`array[${sql.join(
    items.map((one) => sql`${one}`),
    sql`, `,
  )}]`
  const { rows } = await tx.execute<{ item: string; kind: NetKind; bill: string; pool: string; amount: string }>(sql`
    select r.request_id as item, case when s.reverses is null then 'BILL' else 'REVERSAL' end as kind,
      coalesce((select o.request_id from settlement.settlement o where o.id = s.reverses and o.insured_id = s.insured_id),
        r.request_id) as bill, s.pool, (s.total - s.hospital - s.cash)::text as amount
    from settlement.request r
    join settlement.settlement s on s.insured_id = r.insured_id
      and s.id = (case r.operation when 'reverse' then r.result ->> 'reversal' else r.result ->> 'settlement' end)::uuid
    join settlement.confirmation c on c.settlement_id = coalesce(s.reverses, s.id) and c.insured_id = s.insured_id
      and c.confirmed_at is not null
    where r.caller = 'province:' || ${province} and r.request_id = any (${ids}::text[])
    union all
    select d.id::text, 'DEDUCTION', d.exchange::text, d.pool, (-d.amount)::text from settlement.exchange_deduction d
    where d.province = ${province}::bpchar and d.id = any (${ids}::uuid[])`)
  return new Map(rows.map(({ item, amount, ...one }) => [item, { ...one, amount: fenOf(BigInt(amount)) }]))
}

/** Adds lines to a statement; those that stand in one already are left where they are. Answers those that were added. */
export async function addNetItems(tx: Tx, items: readonly NetItem[]): Promise<readonly string[]> {
  if (items.length === 0) return []
  const added = await tx
    .insert(netItem)
    .values([...items])
    .onConflictDoNothing()
    .returning({ item: netItem.item })
  return added.map((one) => one.item)
}

/** In which statements lines stand. */
export const listStandsIn = async (
  tx: Tx,
  items: readonly string[],
): Promise<{ item: string; statementId: string }[]> =>
  tx
    .select({ item: netItem.item, statementId: netItem.statementId })
    .from(netItem)
    .where(inArray(netItem.item, [...items]))

/** Takes every line out of a statement: it stands in none. */
export const releaseAll = async (tx: Tx, id: string): Promise<void> =>
  void (await tx.delete(netItem).where(eq(netItem.statementId, id)))

interface Come {
  readonly count: number
  readonly amount: Fen
}
const comeTo = async (tx: Tx, from: typeof netItem | typeof netDispute, id: string): Promise<Come> => {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int`, amount: sql<string>`coalesce(sum(${from.amount}), 0)::text` })
    .from(from)
    .where(eq(from.statementId, id))
  return { count: row?.count ?? 0, amount: fenOf(BigInt(row?.amount ?? 0)) }
}
/** What stands in a statement, and what does not stand in it any more. */
export const sumNetItems = (tx: Tx, id: string): Promise<Come> => comeTo(tx, netItem, id)
export const sumDisputes = (tx: Tx, id: string): Promise<Come> => comeTo(tx, netDispute, id)

/** What statements come to by pool and direction. */
export async function sumByPool(
  tx: Tx,
  ids: readonly string[],
): Promise<{ readonly side: NetSide; readonly pool: string; readonly amount: Fen }[]> {
  const { rows } = await tx.execute<{ side: NetSide; pool: string; amount: string }>(sql`
    select s.side, i.pool, sum(i.amount)::text as amount from settlement.net_item i
    join settlement.net_statement s on s.id = i.statement_id
    where s.id in (${sql.join(
      ids.map((one) => sql`${one}::uuid`),
      sql`, `,
    )}) group by 1, 2 order by 1, 2`)
  return rows.map((row) => ({ ...row, amount: fenOf(BigInt(row.amount)) }))
}

export const listNetItems = async (
  db: ReadTx | Tx,
  id: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<NetItem[]> =>
  db
    .select()
    .from(netItem)
    .where(and(eq(netItem.statementId, id), after === null ? undefined : gt(netItem.item, after)))
    .orderBy(asc(netItem.item))
    .limit(limit)

export const listNetSteps = async (db: ReadTx, ids: readonly string[]): Promise<(typeof netStep.$inferSelect)[]> =>
  db
    .select()
    .from(netStep)
    .where(inArray(netStep.statementId, [...ids]))
    .orderBy(asc(netStep.statementId), asc(netStep.number))

interface Filter {
  readonly province?: string
  readonly side?: NetSide
  readonly month?: string
  readonly state?: NetState
  readonly ids?: readonly string[]
  readonly before?: string
}

/** A page of statements, the latest first. */
export const listNetStatements = async (
  db: ReadTx | Tx,
  { province, side, month, state, ids, before }: Filter,
  limit: number,
): Promise<NetStatement[]> =>
  db
    .select()
    .from(netStatement)
    .where(
      and(
        province === undefined ? undefined : eq(netStatement.province, province),
        side === undefined ? undefined : eq(netStatement.side, side),
        month === undefined ? undefined : eq(netStatement.month, month),
        state === undefined ? undefined : eq(netStatement.state, state),
        ids === undefined ? undefined : inArray(netStatement.id, [...ids]),
        before === undefined ? undefined : lt(netStatement.id, before),
      ),
    )
    .orderBy(desc(netStatement.id))
    .limit(limit)

export async function addNetPayment(tx: Tx, payment: NetPayment, statements: readonly string[]): Promise<void> {
  await tx.insert(netPayment).values(payment)
  if (statements.length === 0) return
  await tx.insert(netPaymentPart).values(statements.map((statementId) => ({ statementId, paymentId: payment.id })))
}

export async function holdNetPayment(tx: Tx, id: string): Promise<NetPayment | null> {
  const [row] = await tx.select().from(netPayment).where(eq(netPayment.id, id)).for('update')
  return row ?? null
}

export const setNetPayment = async (
  tx: Tx,
  id: string,
  set: Pick<NetPayment, 'state'> & Partial<Pick<NetPayment, 'pool' | 'trouble'>>,
): Promise<void> => void (await tx.update(netPayment).set(set).where(eq(netPayment.id, id)))

/** Frees the statements of a payment that is denied: another one may settle them. */
export const releasePayment = async (tx: Tx, id: string): Promise<void> =>
  void (await tx.update(netPaymentPart).set({ live: false }).where(eq(netPaymentPart.paymentId, id)))

export const listPaymentParts = async (
  db: ReadTx | Tx,
  ids: readonly string[],
): Promise<{ paymentId: string; statementId: string }[]> =>
  db
    .select({ paymentId: netPaymentPart.paymentId, statementId: netPaymentPart.statementId })
    .from(netPaymentPart)
    .where(inArray(netPaymentPart.paymentId, [...ids]))
    .orderBy(asc(netPaymentPart.statementId))

/** A page of payments, the latest first. */
export const listNetPayments = async (
  db: ReadTx,
  { province, ids, before }: { readonly province?: string; readonly ids?: readonly string[]; readonly before?: string },
  limit: number,
): Promise<NetPayment[]> =>
  db
    .select()
    .from(netPayment)
    .where(
      and(
        province === undefined ? undefined : eq(netPayment.province, province),
        ids === undefined ? undefined : inArray(netPayment.id, [...ids]),
        before === undefined ? undefined : lt(netPayment.id, before),
      ),
    )
    .orderBy(desc(netPayment.id))
    .limit(limit)
