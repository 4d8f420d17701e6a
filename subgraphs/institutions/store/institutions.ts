import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { institution } from '@yibao/drizzle/institutions'
import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Institution, Kind } from '../domain/institution.ts'

const facts = {
  code: institution.code,
  name: institution.name,
  kind: institution.kind,
  level: institution.level,
  type: institution.type,
  creditCode: institution.creditCode,
  pool: institution.pool,
  levels: institution.levels,
}

/** The institutions that have one of these codes. */
export const findInstitutions = (tx: ReadTx, codes: readonly string[]): Promise<Institution[]> =>
  tx
    .select(facts)
    .from(institution)
    .where(inArray(institution.code, [...codes]))

interface Wanted {
  readonly limit: number
  readonly after: string | null
  readonly pool: string | null
  readonly kind: Kind | null
  /** Words that stand in the name. */
  readonly name: string | null
}

/** Institutions in order of code, after the one with code `after`. */
export const listInstitutions = (tx: ReadTx, { limit, after, pool, kind, name }: Wanted): Promise<Institution[]> =>
  tx
    .select(facts)
    .from(institution)
    .where(
      and(
        after === null ? undefined : gt(institution.code, after),
        pool === null ? undefined : eq(institution.pool, pool),
        kind === null ? undefined : eq(institution.kind, kind),
        name === null ? undefined : sql`strpos(${institution.name}, ${name}) > 0`,
      ),
    )
    .orderBy(asc(institution.code))
    .limit(limit)

/** Adds an institution; false when the code is taken. */
export async function addInstitution(tx: Tx, one: Institution, now: Temporal.Instant): Promise<boolean> {
  const added = await tx
    .insert(institution)
    .values({ ...one, registeredAt: now })
    .onConflictDoNothing()
    .returning({ code: institution.code })
  return added.length === 1
}
