import type { Tx } from '@yibao/drizzle/connect'
import { account, ledgerEntry, person } from '@yibao/drizzle/settlement'
import { accountTransfer, transferredAccount } from '@yibao/drizzle/settlement-account-transfer'
import { fenOf, type Fen } from '@yibao/schema/money'
import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm'
import { personalAccount, type LedgerEntry } from '../domain/ledger.ts'
import { idFloor } from '../domain/settlement-id.ts'
import { refuseArchived } from './ledger-border.ts'

type AccountTransfer = typeof accountTransfer.$inferSelect
type TransferredAccount = typeof transferredAccount.$inferSelect

/** Notes that a person's insurance goes on in another pool; of a record that was merged, that of the one that goes on. */
export async function addTransfer(tx: Tx, { insuredId, ...row }: Omit<AccountTransfer, 'movedAt'>): Promise<void> {
  const survivor = sql<string>`coalesce(
    (select a.survivor_id from settlement.person_alias a where a.insured_id = ${insuredId}), ${insuredId}::uuid)`
  await tx.insert(accountTransfer).values({ ...row, insuredId: survivor })
}

/** The transfers that hold by a day and were not carried out, in the order in which they hold. */
export async function findDue(tx: Tx, today: Temporal.PlainDate): Promise<string[]> {
  const rows = await tx
    .select({ id: accountTransfer.eventId })
    .from(accountTransfer)
    .where(and(isNull(accountTransfer.movedAt), lte(accountTransfer.fromDay, today)))
    .orderBy(asc(accountTransfer.fromDay), asc(accountTransfer.eventId))
    .limit(100)
  return rows.map((one) => one.id)
}

/** Holds a transfer that is not carried out; null when it was. */
export async function holdTransfer(tx: Tx, eventId: string): Promise<AccountTransfer | null> {
  const [row] = await tx
    .select()
    .from(accountTransfer)
    .where(and(eq(accountTransfer.eventId, eventId), isNull(accountTransfer.movedAt)))
    .for('update')
  return row ?? null
}

interface Leaving {
  readonly kind: 'CURRENT' | 'HISTORY'
  readonly fromPool: string
  readonly amount: Fen
}

/**
 * What the accounts of a person held when the insurance went over: what they hold now, and what bills of the new pool have
 * taken since, which it owes the institutions.
 *
 * @throws NotAllowed ARCHIVED when some of those bills were put away
 */
export async function readLeaving(tx: Tx, { insuredId, pool, fromDay }: AccountTransfer): Promise<Leaving[]> {
  const from = sql`${idFloor(fromDay.toZonedDateTime('Asia/Shanghai').toInstant())}::uuid`
  const { rows: first } = await tx.execute<{ id: string }>(sql`
    select s.id from settlement.settlement s where s.insured_id = ${insuredId} and s.pool = ${pool} and s.id >= ${from}
    order by s.id limit 1`)
  if (first[0] !== undefined) await refuseArchived(tx, first[0].id, 'fromDay')
  const { rows } = await tx.execute<{ kind: Leaving['kind']; pool: string; amount: string }>(sql`
    select a.kind, a.pool, (a.balance - coalesce((
      select sum(e.amount) from settlement.settlement s
      join settlement.ledger_entry e on e.group_id = s.id and e.insured_id = s.insured_id
        and e.account = case a.kind when 'CURRENT' then ${personalAccount(insuredId, 'CURRENT')}
          else ${personalAccount(insuredId, 'HISTORY')} end
      where s.insured_id = a.insured_id and s.pool = ${pool} and s.id >= ${from}), 0)
    )::text as amount
    from settlement.account a where a.insured_id = ${insuredId} and a.pool <> ${pool} order by a.kind`)
  return rows.map(({ kind, pool: fromPool, amount }) => ({ kind, fromPool, amount: fenOf(BigInt(amount)) }))
}

interface Posted {
  readonly left: readonly LedgerEntry[]
  readonly taken: readonly LedgerEntry[]
}

/** Moves one account of a person that is held. */
export async function writeTransfer(tx: Tx, moved: TransferredAccount, { left, taken }: Posted): Promise<void> {
  await tx.insert(transferredAccount).values(moved)
  const { insuredId, kind, pool, groupId, intoGroupId } = moved
  const entries = [
    ...left.map((one) => ({ ...one, groupId })),
    ...taken.map((one) => ({ ...one, groupId: intoGroupId })),
  ]
  if (entries.length > 0) await tx.insert(ledgerEntry).values(entries)
  await tx
    .update(account)
    .set({ pool })
    .where(and(eq(account.insuredId, insuredId), eq(account.kind, kind)))
}

/** Notes that a transfer was carried out, so that no bill goes by what was read of the money before. */
export async function noteTransferred(
  tx: Tx,
  { eventId, insuredId }: AccountTransfer,
  at: Temporal.Instant,
): Promise<void> {
  await tx.update(accountTransfer).set({ movedAt: at }).where(eq(accountTransfer.eventId, eventId))
  await tx
    .update(person)
    .set({ version: sql`${person.version} + 1`, lastAt: at })
    .where(eq(person.insuredId, insuredId))
}
