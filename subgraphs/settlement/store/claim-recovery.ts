import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { claimRecovery as recovery, claimRecoveryStep as step } from '@yibao/drizzle/settlement-claim-payment'
import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { findRecords, survivorOf } from './own-records.ts'

/** A recovery `r` is of the person of a claim `c`. */
export const IS_SAME_PERSON = sql.raw(`${survivorOf('r.insured_id')} = ${survivorOf('c.insured_id')}`)

export type ClaimRecovery = typeof recovery.$inferSelect
export type RecoveryStep = typeof step.$inferSelect

/**
 * Claims that wait for no bank and are out of balance: more was paid than is owed, or nothing is left to pay of what was
 * approved, or the person has to give back something that can be set off against it.
 */
export async function listUnbalanced(tx: ReadTx | Tx, pool: string | null, limit: number): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select c.id from settlement.claim c
    where ${pool === null ? sql`true` : sql`c.pool = ${pool}`} and c.submitted_at is not null
      and (c.paid > c.owed and c.state in ('APPROVED', 'PAID', 'REJECTED', 'NOT_ACCEPTED', 'WITHDRAWN')
        or c.state = 'APPROVED' and c.owed <= c.paid
        or c.state in ('APPROVED', 'PAYMENT_RETURNED', 'REJECTED', 'NOT_ACCEPTED', 'WITHDRAWN') and c.owed > c.paid and exists (
          select from settlement.claim_recovery r where r.pool = c.pool and r.settled < r.amount
            and ${IS_SAME_PERSON}))
      and not exists (select from settlement.claim_payment_return t where t.claim_id = c.id and t.state = 'OPEN')
    order by c.id limit ${limit}`)
  return rows.map(({ id }) => id)
}

/** Holds what a person has to give back to a pool and has not given yet, the oldest first. */
export const holdOpenRecoveries = async (tx: Tx, pool: string, insuredId: string): Promise<ClaimRecovery[]> =>
  tx
    .select()
    .from(recovery)
    .where(
      and(
        eq(recovery.pool, pool),
        sql`${recovery.settled} < ${recovery.amount}`,
        inArray(recovery.insuredId, await findRecords(tx, insuredId)),
      ),
    )
    .orderBy(asc(recovery.id))
    .for('update')

export async function holdRecovery(tx: Tx, id: string): Promise<ClaimRecovery | null> {
  const [row] = await tx.select().from(recovery).where(eq(recovery.id, id)).for('update')
  return row ?? null
}

export const addRecovery = async (tx: Tx, one: ClaimRecovery): Promise<void> =>
  void (await tx.insert(recovery).values(one))

/** Says who of the bureau sees to it that it comes back. */
export const giveRecovery = async (tx: Tx, id: string, owner: string): Promise<void> =>
  void (await tx.update(recovery).set({ owner }).where(eq(recovery.id, id)))

/** Some of it came back. */
export async function settleRecovery(tx: Tx, one: RecoveryStep): Promise<void> {
  await tx.insert(step).values(one)
  await tx
    .update(recovery)
    .set({ settled: sql`${recovery.settled} + ${one.amount}` })
    .where(eq(recovery.id, one.recoveryId))
}

export async function isReferenceKnown(tx: Tx, pool: string, reference: string): Promise<boolean> {
  const rows = await tx
    .select({ id: step.id })
    .from(step)
    .where(and(eq(step.pool, pool), eq(step.kind, 'RECEIVED'), eq(step.reference, reference)))
  return rows.length > 0
}

export async function findRecovery(db: ReadTx, id: string): Promise<ClaimRecovery | null> {
  const [row] = await db.select().from(recovery).where(eq(recovery.id, id))
  return row ?? null
}

/** What is to be given back of claims, in the order in which it was found. */
export const listRecoveriesOf = (db: ReadTx, claims: readonly string[]): Promise<ClaimRecovery[]> =>
  db
    .select()
    .from(recovery)
    .where(inArray(recovery.claimId, [...claims]))
    .orderBy(asc(recovery.claimId), asc(recovery.id))

/** How each came back so far. */
export const listRecoverySteps = (db: ReadTx, recoveries: readonly string[]): Promise<RecoveryStep[]> =>
  db
    .select()
    .from(step)
    .where(inArray(step.recoveryId, [...recoveries]))
    .orderBy(asc(step.recoveryId), asc(step.id))

interface RecoveryFilter {
  readonly pool?: string
  readonly open: boolean | null
  /** Only what this one of the bureau sees to. */
  readonly owner?: string
  readonly before?: string
}

/** A page of what is to be given back, the latest first. */
export const listRecoveries = (
  db: ReadTx,
  { pool, open, owner, before }: RecoveryFilter,
  limit: number,
): Promise<ClaimRecovery[]> =>
  db
    .select()
    .from(recovery)
    .where(
      and(
        pool === undefined ? undefined : eq(recovery.pool, pool),
        owner === undefined ? undefined : eq(recovery.owner, owner),
        open === null
          ? undefined
          : open
            ? sql`${recovery.settled} < ${recovery.amount}`
            : eq(recovery.settled, recovery.amount),
        before === undefined ? undefined : lt(recovery.id, before),
      ),
    )
    .orderBy(desc(recovery.id))
    .limit(limit)
