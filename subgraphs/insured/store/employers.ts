import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { employer } from '@yibao/drizzle/insured-employer'
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Employer } from '../domain/employer.ts'

const facts = {
  creditCode: employer.creditCode,
  pool: employer.pool,
  empNo: employer.empNo,
  name: employer.name,
  registeredAt: employer.registeredAt,
}

/** A pool’s registration of an employer; null when there is none, or the reader may not see it. */
export async function findEmployer(tx: ReadTx, creditCode: string, pool: string): Promise<Employer | null> {
  const [found] = await tx
    .select(facts)
    .from(employer)
    .where(and(eq(employer.creditCode, creditCode), eq(employer.pool, pool)))
  return found ?? null
}

interface Wanted {
  readonly name?: string | null
  readonly after: string | null
}

/** Employers in order of their number. */
export const listEmployers = (tx: ReadTx, { name, after }: Wanted, limit: number): Promise<Employer[]> =>
  tx
    .select(facts)
    .from(employer)
    .where(
      and(
        after === null ? undefined : gt(employer.empNo, after),
        name == null ? undefined : sql`position(${name} in ${employer.name}) > 0`,
      ),
    )
    .orderBy(asc(employer.empNo))
    .limit(limit)

/** A number nobody has: the division of the pool and a running number. */
export async function chooseEmployerNumber(tx: Tx, pool: string): Promise<string> {
  const next = sql`select ${pool}::text || lpad(nextval('insured.employer_number_sequence')::text, 8, '0') as number`
  const { rows } = await tx.execute<{ number: string }>(next)
  return rows[0]?.number ?? ''
}

/** False when the pool has registered it already. */
export async function addEmployer(tx: Tx, one: Employer, registeredBy: string): Promise<boolean> {
  const added = await tx
    .insert(employer)
    .values({ ...one, registeredBy })
    .onConflictDoNothing()
    .returning(facts)
  return added.length === 1
}
