import type { Tx } from '@yibao/drizzle/connect'
import { contributionDeclared } from '@yibao/drizzle/insured-contribution'
import { fenOf } from '@yibao/schema/money'
import { sql } from 'drizzle-orm'
import type { DeclaredLine } from '../domain/contribution-bill.ts'

/** A declared month whose bills are not made yet, the earliest declared first; null when there is none. */
export async function findUnbilled(tx: Tx): Promise<string | null> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select d.declaration_id as id from insured.declaration d
    where d.state = 'DECLARED'
      and not exists (select from insured.contribution_declared c where c.declaration_id = d.declaration_id)
    order by d.declared_at, d.declaration_id limit 1`)
  return rows[0]?.id ?? null
}

interface Row
  extends Record<string, unknown>, Omit<DeclaredLine, 'base' | 'insuredId' | 'insuranceType' | 'personType'> {
  readonly insured_id: string
  readonly insurance_type: string
  readonly person_type: string
  readonly base: string
}

/** The lines of a declared month, each of the person it is of today; where two records became one, the own line comes last. */
export async function findDeclaredLines(tx: Tx, declarationId: string): Promise<DeclaredLine[]> {
  const { rows } = await tx.execute<Row>(sql`
    select coalesce(a.survivor_id, l.insured_id) as insured_id, l.employer, l.pool, l.insurance_type, l.month, l.person_type,
      l.base::text as base
    from insured.declaration_line l left join insured.person_alias a on a.insured_id = l.insured_id
    where l.declaration_id = ${declarationId} order by a.survivor_id nulls last, l.insured_id`)
  return rows.map(
    ({ insured_id: insuredId, insurance_type: insuranceType, person_type: personType, base, ...row }) => ({
      ...row,
      insuredId,
      insuranceType,
      personType,
      base: fenOf(BigInt(base)),
    }),
  )
}

/** Notes that the bills of a declared month are made; false when another process did it. */
export async function noteBilled(tx: Tx, declarationId: string, bills: number, at: Temporal.Instant): Promise<boolean> {
  const { rowCount } = await tx.insert(contributionDeclared).values({ declarationId, bills, at }).onConflictDoNothing()
  return rowCount === 1
}
