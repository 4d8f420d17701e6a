import type { ReadTx } from '@yibao/drizzle/connect'
import { settlement } from '@yibao/drizzle/settlement'
import { clearingItem } from '@yibao/drizzle/settlement-clearing'
import { reconciled } from '@yibao/drizzle/settlement-reconciliation'
import { and, desc, eq, isNull, lt, sql, type SQL } from 'drizzle-orm'
import { endOfMonth } from '../domain/clearing.ts'
import { idFloor } from '../domain/settlement-id.ts'
import type { Settlement } from '../domain/settlement.ts'
import { findSettlements } from './settlements.ts'

interface WaitingFilter {
  readonly institution: string
  readonly month: string
  /** Reconciled ones, the others, or both. */
  readonly reconciled: boolean | null
  readonly after: string | null
}

const has = (table: typeof clearingItem | typeof reconciled): SQL =>
  sql`exists (select from ${table} where ${table.settlementId} = ${settlement.id}
    and ${table.insuredId} = ${settlement.insuredId})`

/** Settlements up to the end of a month that stand in no statement, the latest first. */
export async function listWaiting(tx: ReadTx, filter: WaitingFilter, limit: number): Promise<Settlement[]> {
  const end = idFloor(endOfMonth(filter.month).toZonedDateTime('Asia/Shanghai').toInstant())
  const before = filter.after === null || filter.after > end ? end : filter.after
  const known = has(reconciled)
  const rows = await tx
    .select({ id: settlement.id })
    .from(settlement)
    .where(
      and(
        eq(settlement.institution, filter.institution),
        // What was paid by hand is no business of the institution.
        isNull(settlement.claimId),
        lt(settlement.id, before),
        sql`not ${has(clearingItem)}`,
        filter.reconciled === null ? undefined : filter.reconciled ? known : sql`not ${known}`,
      ),
    )
    .orderBy(desc(settlement.id))
    .limit(limit)
  const ids = rows.map(({ id }) => id)
  const found = new Map((await findSettlements(tx, ids)).map((one) => [one.id, one]))
  return ids.flatMap((id) => found.get(id) ?? [])
}
