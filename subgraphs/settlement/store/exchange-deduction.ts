import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { exchangeDeduction } from '@yibao/drizzle/settlement-province'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { ExchangeDeduction } from '../domain/exchange-deduction.ts'

export const addExchangeDeduction = async (tx: Tx, one: ExchangeDeduction): Promise<void> =>
  void (await tx.insert(exchangeDeduction).values(one))

export async function findExchangeDeduction(tx: Tx | ReadTx, id: string): Promise<ExchangeDeduction | null> {
  const [row] = await tx.select().from(exchangeDeduction).where(eq(exchangeDeduction.id, id))
  return row ?? null
}

export async function isWithdrawn(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.select().from(exchangeDeduction).where(eq(exchangeDeduction.withdraws, id))
  return rows.length > 0
}

/** A committed bill of another province, as money knows it. */
export interface BillOfExchange {
  readonly insuredId: string
  readonly settlementId: string
  readonly pool: string
  readonly institution: string
}

/** The bill a province has committed under an exchange; null when there is none. */
export async function findBillOf(
  tx: Tx,
  { province, exchange }: { readonly province: string; readonly exchange: string },
): Promise<BillOfExchange | null> {
  const { rows } = await tx.execute<BillOfExchange & Record<string, unknown>>(sql`
    select s.insured_id as "insuredId", s.id as "settlementId", s.pool, s.institution
    from settlement.request r
    join settlement.confirmation c on c.settlement_id = (r.result ->> 'settlement')::uuid and c.insured_id = r.insured_id
      and c.confirmed_at is not null
    join settlement.settlement s on s.id = c.settlement_id and s.insured_id = c.insured_id
    where r.caller = ${`province:${province}`} and r.request_id = ${exchange}`)
  return rows[0] ?? null
}

/** What each fund gave for a bill and did not get back by deductions there. */
export async function listFundsLeftOf(
  tx: Tx,
  settlementId: string,
): Promise<{ readonly account: string; readonly amount: Fen }[]> {
  const { rows } = await tx.execute<{ account: string; amount: string }>(sql`
    select e.account, (-sum(e.amount))::text as amount from settlement.ledger_entry e
    where starts_with(e.account, 'fund:') and e.group_id in (
      select ${settlementId}::uuid union all
      select p.group_id from settlement.exchange_deduction d join settlement.clearing_posting p on p.source = d.id
      where d.settlement_id = ${settlementId} and p.kind = 'PROVINCE_DEDUCTION')
    group by 1 order by 1`)
  return rows.map(({ account, amount }) => ({ account, amount: fenOf(BigInt(amount)) }))
}

interface Filter {
  readonly pool?: string
  readonly province?: string
  readonly before?: string
}

/** A page of what other provinces deducted, the latest first. */
export const listExchangeDeductions = async (
  db: ReadTx,
  { pool, province, before }: Filter,
  limit: number,
): Promise<ExchangeDeduction[]> =>
  db
    .select()
    .from(exchangeDeduction)
    .where(
      and(
        pool === undefined ? undefined : eq(exchangeDeduction.pool, pool),
        province === undefined ? undefined : eq(exchangeDeduction.province, province),
        before === undefined ? undefined : lt(exchangeDeduction.id, before),
      ),
    )
    .orderBy(desc(exchangeDeduction.id))
    .limit(limit)

/** The exchange under which a bill was settled whose person is insured in another province. */
export async function findExchangeOf(
  tx: Tx,
  { insuredId, settlementId }: { readonly insuredId: string; readonly settlementId: string },
): Promise<string | null> {
  const { rows } = await tx.execute<{ exchange: string }>(sql`
    select exchange from settlement.away_bill where settlement_id = ${settlementId} and insured_id = ${insuredId}`)
  return rows[0]?.exchange ?? null
}
