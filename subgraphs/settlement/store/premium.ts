import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { premium, premiumReturn } from '@yibao/drizzle/settlement-account'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, desc, eq, sql } from 'drizzle-orm'
import type { PremiumAccount, PremiumBill } from '../domain/premium.ts'
import { aidCounter } from '../domain/sponsor.ts'
import { findRecords } from './own-records.ts'

export type PremiumRow = typeof premium.$inferSelect

const fen = (text: string | null): Fen => fenOf(BigInt(text ?? 0))

/** A bill of contributions, as insured publishes it, of whoever goes on when its record was merged; null when there is none. */
export async function findPremiumBill(tx: Tx, billId: string): Promise<PremiumBill | null> {
  const { rows } = await tx.execute<
    Record<'insured_id' | 'pool' | 'insurance_type' | 'amount', string> & { paid: boolean }
  >(
    sql`select coalesce(a.survivor_id, b.insured_id) as insured_id, b.pool, b.insurance_type, b.amount::text as amount, b.paid
      from insured.contribution_bill_v1 b left join insured.person_alias_v1 a on a.insured_id = b.insured_id
      where b.bill_id = ${billId}`,
  )
  const [row] = rows
  if (row === undefined) return null
  const { insured_id: insuredId, insurance_type: insuranceType, amount, ...rest } = row
  return { ...rest, billId, insuredId, insuranceType, amount: fen(amount) }
}

interface AccountRow extends Record<string, unknown> {
  readonly pool: string | null
  readonly current: string | null
  readonly history: string | null
  readonly used: string | null
  readonly relation: string | null
  readonly yearly_limit: string | null
  readonly under_way: boolean
}

/** What is known of an account that is asked to pay a bill of somebody. */
export async function findPremiumAccount(
  tx: Tx,
  {
    insuredId,
    beneficiaryId,
    billId,
    today,
  }: {
    readonly insuredId: string
    readonly beneficiaryId: string
    readonly billId: string
    readonly today: Temporal.PlainDate
  },
): Promise<PremiumAccount> {
  const day = today.toString()
  // A promise is one, under whichever record of the beneficiary it was used.
  const records = await findRecords(tx, beneficiaryId)
  const { rows } = await tx.execute<AccountRow>(sql`
    select (select min(a.pool) from settlement.account a where a.insured_id = ${insuredId}) as pool,
      (select a.balance::text from settlement.account a where a.insured_id = ${insuredId} and a.kind = 'CURRENT') as current,
      (select a.balance::text from settlement.account a where a.insured_id = ${insuredId} and a.kind = 'HISTORY') as history,
      (select sum(k.amount)::text from settlement.counter k where k.insured_id = ${insuredId}
        and k.name in (select ${aidCounter('')} || r.id from unnest(${sql.param([...records])}::uuid[]) r (id)) and k.period = ${String(today.year)}) as used,
      m.relation, m.yearly_limit::text as yearly_limit,
      exists (select from settlement.premium p where p.bill_id = ${billId} and not exists (
        select from settlement.premium_return r where r.insured_id = p.insured_id and r.premium_id = p.premium_id)) as under_way
    from (values (1)) one (row)
    left join insured.mutual_aid_v1 m on m.sponsor_id = ${insuredId} and m.beneficiary_id = ${beneficiaryId}
      and m.begin_on <= ${day}::date and (m.end_on is null or m.end_on >= ${day}::date)`)
  const [row] = rows
  if (row === undefined) throw new Error('the look at an account gave no row')
  const { relation, yearly_limit: limit } = row
  return {
    insuredId,
    pool: row.pool,
    current: fen(row.current),
    history: fen(row.history),
    used: fen(row.used),
    binding: relation === null ? null : { relation, yearlyLimit: limit === null ? null : fen(limit) },
    isUnderWay: row.under_way,
  }
}

/** Writes a premium. */
export const addPremium = async (tx: Tx, row: PremiumRow): Promise<void> => void (await tx.insert(premium).values(row))

/** A premium by id, of whatever account; null when there is none. */
export async function findPremium(tx: ReadTx, premiumId: string): Promise<PremiumRow | null> {
  const [row] = await tx.select().from(premium).where(eq(premium.premiumId, premiumId))
  return row ?? null
}

/** Writes that a premium is given back; false when it was before. */
export async function addPremiumReturn(tx: Tx, row: typeof premiumReturn.$inferInsert): Promise<boolean> {
  const { rowCount } = await tx.insert(premiumReturn).values(row).onConflictDoNothing()
  return rowCount === 1
}

/** A premium with when it was given back, as far as the reader may see it. */
export async function readPremium(tx: ReadTx, premiumId: string) {
  const [row] = await tx
    .select({ premium, returnedAt: premiumReturn.at })
    .from(premium)
    .leftJoin(
      premiumReturn,
      and(eq(premiumReturn.insuredId, premium.insuredId), eq(premiumReturn.premiumId, premium.premiumId)),
    )
    .where(eq(premium.premiumId, premiumId))
    .orderBy(desc(premium.at))
  return row ?? null
}
