import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { declarationNotice, employer } from '@yibao/drizzle/insured-employer'
import { sql } from 'drizzle-orm'
import type { DeclarationCall } from '../domain/declaration-notice.ts'
import { firstDay } from '../domain/declaration.ts'

interface Called {
  readonly employer: string
  readonly insuranceType: string
}

/** Pools that have registered employers. */
export async function findEmployerPools(tx: ReadTx): Promise<string[]> {
  const rows = await tx.selectDistinct({ pool: employer.pool }).from(employer).orderBy(employer.pool)
  return rows.map(({ pool }) => pool)
}

/**
 * Employers that have somebody in work by the last day to declare a month, have not declared it and were not told. The
 * retired and the suspended are not declared.
 */
export async function findUndeclared(
  tx: ReadTx,
  { pool, month, step, dueOn, limit }: DeclarationCall & { readonly pool: string; readonly limit: number },
): Promise<Called[]> {
  const first = firstDay(month)
  const last = first.add({ months: 1 }).subtract({ days: 1 })
  const { rows } = await tx.execute<{ employer: string; insurance_type: string }>(sql`
    select r.credit_code as employer, t.insurance_type from insured.employer r
    cross join lateral (select distinct e.insurance_type from insured.enrolment e
      where e.employer = r.credit_code and e.pool = r.pool and e.voided_at is null and e.status <> '2'
        and e.person_type not like '12%' and e.begin_on <= least(${dueOn.toString()}::date, ${last.toString()}::date)
        and (e.end_on is null or e.end_on >= ${first.toString()}::date)) t
    where r.pool = ${pool}
      and not exists (select from insured.declaration d where d.employer = r.credit_code and d.pool = r.pool
        and d.insurance_type = t.insurance_type and d.month = ${month} and d.state = 'DECLARED')
      and not exists (select from insured.declaration_notice n where n.employer = r.credit_code and n.pool = r.pool
        and n.insurance_type = t.insurance_type and n.month = ${month} and n.step = ${step})
    order by 1, 2 limit ${limit}`)
  return rows.map((row) => ({ employer: row.employer, insuranceType: row.insurance_type }))
}

/** Notes that employers are told; answers those that were not before. */
export async function noteCalled(
  tx: Tx,
  called: readonly Called[],
  {
    pool,
    month,
    step,
    at,
  }: Pick<DeclarationCall, 'month' | 'step'> & { readonly pool: string; readonly at: Temporal.Instant },
): Promise<Called[]> {
  if (called.length === 0) return []
  const rows = called.map((one) => ({ ...one, pool, month, step, at }))
  return tx.insert(declarationNotice).values(rows).onConflictDoNothing().returning({
    employer: declarationNotice.employer,
    insuranceType: declarationNotice.insuranceType,
  })
}
