import type { Tx } from '@yibao/drizzle/connect'
import { ledgerEntry } from '@yibao/drizzle/settlement'
import { clearingPosting } from '@yibao/drizzle/settlement-clearing'
import { fenOf, type Fen } from '@yibao/schema/money'
import { sql } from 'drizzle-orm'
import { archived } from '../domain/ledger-archive.ts'
import type { LedgerEntry } from '../domain/ledger.ts'

type Posting = typeof clearingPosting.$inferInsert

/** Posts a balanced group of clearing; nothing when nothing moves. */
export async function postClearing(tx: Tx, posting: Posting, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return
  await tx.insert(clearingPosting).values(posting)
  await tx.insert(ledgerEntry).values(entries.map((entry) => ({ ...entry, groupId: posting.groupId })))
}

interface Given {
  readonly account: string
  readonly amount: Fen
}

/** What each fund, or another province, gave for a settlement and did not get back by deductions. */
export async function listFundsLeft(tx: Tx, settlementId: string): Promise<Given[]> {
  const { rows } = await tx.execute<{ account: string; amount: string }>(sql`
    select e.account, (-sum(e.amount))::text as amount from settlement.ledger_entry e
    where (starts_with(e.account, 'fund:') or starts_with(e.account, 'receivable:province:')) and e.group_id in (
      select ${settlementId}::uuid union all
      select p.group_id from settlement.deduction d join settlement.clearing_posting p on p.source = d.id
      where d.settlement_id = ${settlementId} and p.kind = 'DEDUCTION')
    group by 1 order by 1`)
  return rows.map(({ account, amount }) => ({ account, amount: fenOf(BigInt(amount)) }))
}

interface PostedRow extends Record<string, unknown> {
  readonly archived: boolean
  readonly insuredId: string | null
  readonly account: string
  readonly amount: string
}

/**
 * The entries that were posted for a deduction, a release or a decision.
 *
 * @throws NotAllowed ARCHIVED when some were put away; `path` is the field that asks for them
 */
export async function listPosted(tx: Tx, source: string, path: string): Promise<LedgerEntry[]> {
  const { rows } = await tx.execute<PostedRow>(sql`
    select p.group_id < settlement.ledger_border() as archived, e.insured_id as "insuredId", e.account,
      e.amount::text as amount
    from settlement.clearing_posting p left join settlement.ledger_entry e on e.group_id = p.group_id
    where p.source = ${source}`)
  if (rows.some((row) => row.archived)) throw archived(path)
  return rows.flatMap(({ insuredId, account, amount }) =>
    insuredId === null ? [] : [{ insuredId, account, amount: fenOf(BigInt(amount)) }],
  )
}
