import type { ReadTx } from '@yibao/drizzle/connect'
import { sql } from 'drizzle-orm'

/** A record something is kept under, and the person whose it is. */
export interface OwnRecord {
  readonly owner: string
  readonly id: string
}

/** The records of these persons: their own, and those that were merged into them. What is kept under an old one stays there. */
export async function findOwnRecords(tx: ReadTx, insuredIds: readonly string[]): Promise<OwnRecord[]> {
  const { rows } = await tx.execute<OwnRecord & Record<string, unknown>>(sql`
    select own.id::text as owner, r.id::text as id
    from unnest(${sql.param([...insuredIds])}::uuid[]) as own (id), insured.records_v1(own.id) as r (id)`)
  return rows.map(({ owner, id }) => ({ owner, id }))
}
