import type { Tx } from '@yibao/drizzle/connect'
import { account, counter, person } from '@yibao/drizzle/settlement'
import type { Fen } from '@yibao/schema/money'
import { eq, sql } from 'drizzle-orm'
import type { LedgerEntry } from '../domain/ledger.ts'
import { nextTime } from '../domain/settlement-id.ts'

/**
 * Takes the money of a person for the rest of the transaction, as the guard of a bill does: whatever was decided on what
 * was before is decided again. Answers the time of the change; null when the person has no money here.
 */
export async function takeMoney(tx: Tx, insuredId: string, now: Temporal.Instant): Promise<Temporal.Instant | null> {
  const [held] = await tx
    .select({ lastAt: person.lastAt })
    .from(person)
    .where(eq(person.insuredId, insuredId))
    .for('update')
  if (held === undefined) return null
  const at = nextTime(now, held.lastAt)
  await tx
    .update(person)
    .set({ version: sql`${person.version} + 1`, lastAt: at })
    .where(eq(person.insuredId, insuredId))
  return at
}

interface Move {
  readonly insuredId: string
  readonly pool: string
  readonly groupId: string
  readonly at: Temporal.Instant
  /** What is added to each part of the account; negative where it is taken. */
  readonly current: Fen
  readonly history: Fen
  readonly entries: readonly LedgerEntry[]
}

/** Moves money of an account that was taken; a part that is not there yet is opened. */
export async function moveMoney(
  tx: Tx,
  { insuredId, pool, groupId, at, current, history, entries }: Move,
): Promise<void> {
  for (const [kind, amount] of [
    ['CURRENT', current],
    ['HISTORY', history],
  ] as const) {
    if (amount === 0n) continue
    const changed = await tx.execute(sql`
      update settlement.account set balance = balance + ${amount.toString()}::bigint
      where insured_id = ${insuredId} and kind = ${kind}`)
    if (changed.rowCount === 1) continue
    await tx.insert(account).values({ insuredId, kind, pool, balance: amount })
    await tx.execute(sql`
      insert into settlement.opening (insured_id, kind, pool, balance, group_id, at)
      values (${insuredId}, ${kind}, ${pool}, 0, ${groupId}, ${at.toString()}) on conflict do nothing`)
  }
  for (const one of entries) {
    await tx.execute(sql`
      insert into settlement.ledger_entry (group_id, insured_id, account, amount)
      values (${groupId}, ${one.insuredId}, ${one.account}, ${one.amount.toString()}::bigint)`)
  }
}

/** Counts what an account has paid for a relative in a year. */
export async function countAid(
  tx: Tx,
  {
    insuredId,
    pool,
    name,
    year,
    amount,
  }: {
    readonly insuredId: string
    readonly pool: string
    readonly name: string
    readonly year: string
    readonly amount: Fen
  },
): Promise<void> {
  await tx
    .insert(counter)
    .values({ insuredId, pool, insuranceType: '310', name, period: year, amount })
    .onConflictDoUpdate({
      target: [counter.insuredId, counter.pool, counter.insuranceType, counter.name, counter.period],
      set: { amount: sql`${counter.amount} + excluded.amount` },
    })
}

/** Takes back what was counted. */
export async function discountAid(
  tx: Tx,
  { insuredId, pool, name, year, amount }: Parameters<typeof countAid>[1],
): Promise<void> {
  await tx.execute(sql`
    update settlement.counter set amount = amount - ${amount.toString()}::bigint
    where insured_id = ${insuredId} and pool = ${pool} and insurance_type = '310' and name = ${name} and period = ${year}`)
}
