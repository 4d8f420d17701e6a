import type { ReadTx, Tx } from '@yibao/drizzle/connect'
import { account, counter, ledgerEntry, opening, person } from '@yibao/drizzle/settlement'
import { mergedAccount, mergedCounter, personAlias } from '@yibao/drizzle/settlement-merge'
import { fenOf } from '@yibao/schema/money'
import { and, asc, eq, inArray, ne, sql, type SQL } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { CounterAmount, MergePlan, MovingAccount } from '../domain/merge-person.ts'

/** Two records of one person, as insured has said. */
export interface Merge {
  readonly from: string
  readonly into: string
}

/** Notes that a record goes on as another; what was merged into it before leads there as well. */
export async function addAlias(
  tx: Tx,
  { from, into }: Merge,
  { pool, eventId, at }: { readonly pool: string; readonly eventId: string; readonly at: Temporal.Instant },
): Promise<void> {
  await tx.update(personAlias).set({ survivorId: into }).where(eq(personAlias.survivorId, from))
  await tx
    .insert(personAlias)
    .values({ insuredId: from, intoId: into, survivorId: into, pool, eventId, at, seenVersion: -1n })
}

/** The old records whose money was changed since it was last moved. */
export async function findUnmoved(tx: Tx): Promise<Merge[]> {
  return tx
    .select({ from: personAlias.insuredId, into: personAlias.intoId })
    .from(personAlias)
    .innerJoin(person, eq(person.insuredId, personAlias.insuredId))
    .where(ne(person.version, personAlias.seenVersion))
    .orderBy(asc(personAlias.at))
    .limit(100)
}

/** Rows of a person and of the records that were merged into theirs, found by an index; as far as the reader may see them. */
export const ofPerson = (column: AnyPgColumn, insuredId: string): SQL => sql`${column} = any(array(
  select ${insuredId}::uuid union all
  select a.insured_id from settlement.person_alias a where a.survivor_id = ${insuredId}))`

/** A person’s rows are those of the records that were merged into theirs as well, as far as the reader may see them. */
export async function withMerged<Filter extends { readonly insuredId?: string }>(
  tx: ReadTx,
  filters: readonly Filter[],
): Promise<Filter[]> {
  const ids = filters.flatMap(({ insuredId }) => (insuredId === undefined ? [] : [insuredId]))
  if (ids.length === 0) return [...filters]
  const merged = await tx
    .select({ insuredId: personAlias.insuredId, survivorId: personAlias.survivorId })
    .from(personAlias)
    .where(inArray(personAlias.survivorId, ids))
  return filters.flatMap((one) => [
    one,
    ...merged.filter(({ survivorId }) => survivorId === one.insuredId).map(({ insuredId }) => ({ ...one, insuredId })),
  ])
}

/**
 * Holds the money of both, in the order of their ids as everybody does, so that no bill is written meanwhile. Answers
 * when either was changed last.
 */
export async function holdMoney(tx: Tx, { from, into }: Merge, at: Temporal.Instant): Promise<Temporal.Instant> {
  const ids = [from, into].toSorted((a, b) => (a < b ? -1 : 1))
  for (const insuredId of ids) {
    await tx.insert(person).values({ insuredId, version: 0n, lastAt: at }).onConflictDoNothing()
  }
  const held = await tx
    .select({ lastAt: person.lastAt })
    .from(person)
    .where(inArray(person.insuredId, ids))
    .orderBy(asc(person.insuredId))
    .for('update')
  return held.map(({ lastAt }) => lastAt).reduce((a, b) => (Temporal.Instant.compare(a, b) < 0 ? b : a), at)
}

interface Held {
  readonly accounts: MovingAccount[]
  readonly counters: CounterAmount[]
  readonly given: CounterAmount[]
}

const key = { pool: counter.pool, insuranceType: counter.insuranceType, name: counter.name, period: counter.period }

/** What the old record holds, and what of it was given before. */
export async function readMoney(tx: Tx, { from, into }: Merge): Promise<Held> {
  const accounts = await tx
    .select({ kind: account.kind, pool: account.pool, balance: account.balance })
    .from(account)
    .where(eq(account.insuredId, from))
  const counters = await tx
    .select({ ...key, amount: counter.amount })
    .from(counter)
    .where(eq(counter.insuredId, from))
  const { pool, insuranceType, name, period } = mergedCounter
  const given = await tx
    .select({ pool, insuranceType, name, period, amount: sql<string>`sum(${mergedCounter.amount})::text` })
    .from(mergedCounter)
    .where(and(eq(mergedCounter.insuredId, from), eq(mergedCounter.intoId, into)))
    .groupBy(pool, insuranceType, name, period)
  return { accounts, counters, given: given.map((one) => ({ ...one, amount: fenOf(BigInt(one.amount)) })) }
}

interface At {
  readonly groupId: string
  readonly at: Temporal.Instant
}

/** Carries out a plan on what is held. */
export async function writeMerge(tx: Tx, { from, into }: Merge, plan: MergePlan, { groupId, at }: At): Promise<void> {
  for (const { kind, pool, balance } of plan.accounts) {
    await tx
      .update(account)
      .set({ balance: sql`${account.balance} - ${balance.toString()}::bigint` })
      .where(and(eq(account.insuredId, from), eq(account.kind, kind)))
    await tx
      .insert(account)
      .values({ insuredId: into, kind, pool, balance })
      .onConflictDoUpdate({
        target: [account.insuredId, account.kind],
        set: { balance: sql`${account.balance} + excluded.balance` },
      })
    await tx
      .insert(opening)
      .values({ insuredId: into, kind, pool, balance: fenOf(0n), groupId, at })
      .onConflictDoNothing()
    await tx.insert(mergedAccount).values({ insuredId: from, intoId: into, kind, amount: balance, groupId, at })
  }
  for (const entry of plan.entries) await tx.insert(ledgerEntry).values({ ...entry, groupId })
  for (const { amount, ...of } of plan.counters) {
    await addToCounter(tx, into, { ...of, amount })
    await tx.insert(mergedCounter).values({ ...of, amount, insuredId: from, intoId: into, groupId })
  }
  await tx
    .update(person)
    .set({ version: sql`${person.version} + 1`, lastAt: at })
    .where(inArray(person.insuredId, [from, into]))
}

async function addToCounter(tx: Tx, insuredId: string, { amount, ...of }: CounterAmount): Promise<void> {
  const added = sql`${counter.amount} + ${amount.toString()}::bigint`
  const { rowCount } = await tx
    .update(counter)
    .set({ amount: added })
    .where(
      and(
        eq(counter.insuredId, insuredId),
        eq(counter.pool, of.pool),
        eq(counter.insuranceType, of.insuranceType),
        eq(counter.name, of.name),
        eq(counter.period, of.period),
      ),
    )
  if (rowCount === 0) await tx.insert(counter).values({ ...of, amount, insuredId })
}

/** Notes up to which version of the old record’s money everything has moved. */
export async function noteMoved(tx: Tx, { from }: Merge): Promise<void> {
  await tx.execute(sql`
    update settlement.person_alias a set seen_version = p.version
    from settlement.person p where a.insured_id = ${from} and p.insured_id = a.insured_id`)
}
