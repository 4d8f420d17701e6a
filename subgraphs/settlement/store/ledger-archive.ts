import { setTimeout as sleep } from 'node:timers/promises'
import type { Statements } from '@yibao/drizzle/hot'
import { isLockTaken } from '@yibao/drizzle/partitions'
import { NOBODY } from '@yibao/schema/ids'
import { CARRIED_APART } from './verify-ledger.ts'

/** A month of the ledger, and the ids between which its groups lie. */
export interface LedgerMonth {
  readonly month: Temporal.PlainDate
  readonly lower: string
  readonly upper: string
}

/** By what the entries of a month are known. */
export interface LedgerDigest {
  readonly entries: bigint
  readonly groups: bigint
  readonly digest: string
}

/** What differs is printed one by one so far. */
const SHOWN_MAX = 20

/** The first month of the ledger that is here; null while it is empty. */
export async function findFirstMonth(hot: Statements): Promise<Temporal.PlainDate | null> {
  const [row] = await hot.unsafe<{ month: Temporal.PlainDate | null }>(
    `select coalesce((select (max(month) + interval '1 month')::date from settlement.ledger_archive),
       (select date_trunc('month', settlement.id_day(group_id))::date from settlement.ledger_entry
        order by group_id limit 1)) as month`,
  )
  return row?.month ?? null
}

/** Holds a month for the rest of the transaction; false while another process puts one away. */
export async function holdMonth(tx: Statements, { month }: LedgerMonth): Promise<boolean> {
  const [row] = await tx.unsafe<{ held: boolean }>('select settlement.hold_ledger_month($1::date) as held', [month])
  return row?.held === true
}

/** Whether a month has a partition of its own. */
export async function hasPartition(tx: Statements, { month }: LedgerMonth): Promise<boolean> {
  const [row] = await tx.unsafe<{ there: boolean }>(
    `select exists (select from pg_inherits where inhparent = 'settlement.ledger_entry'::regclass
       and inhrelid = to_regclass('settlement.ledger_entry_' || to_char($1::date, 'YYYYMM'))) as there`,
    [month],
  )
  return row?.there === true
}

/** How many entries before the end of a month stand elsewhere than in its partition, and how many are not folded. */
export async function countLoose(
  tx: Statements,
  { month, upper }: LedgerMonth,
): Promise<{ readonly outside: bigint; readonly unfolded: bigint }> {
  const [row] = await tx.unsafe<{ outside: bigint; unfolded: bigint }>(
    `select
       (select count(*) from settlement.ledger_entry where group_id < $2::uuid
         and tableoid is distinct from to_regclass('settlement.ledger_entry_' || to_char($1::date, 'YYYYMM'))) as outside,
       (select count(*) from settlement.ledger_entry where group_id < $2::uuid and tx >= (
         select case when server = settlement.server_id() then below else 0 end from settlement.ledger_fold) and tx > 0) as unfolded`,
    [month, upper],
  )
  return { outside: row?.outside ?? 0n, unfolded: row?.unfolded ?? 0n }
}

/** Counts and digests a month, in the ledger or as the table that was put away. */
export async function digestMonth(
  tx: Statements,
  month: Temporal.PlainDate,
  source = 'ledger_entry',
): Promise<LedgerDigest> {
  const [row] = await tx.unsafe<LedgerDigest>(
    'select entries, groups, digest from settlement.ledger_digest($1, $2::date)',
    [source, month],
  )
  if (row === undefined) throw new Error('a digest gave no row')
  return row
}

/**
 * Carries forward what each account held at the end of a month, as one group; answers how many entries it has. In
 * persons' names are the accounts of persons alone: there are as many entries as accounts, not as many as persons
 * have ever been to a hospital.
 */
export async function carryForward(tx: Statements, { lower, upper }: LedgerMonth): Promise<bigint> {
  const [row] = await tx.unsafe<{ carried: bigint }>(
    `with carried as (
       insert into settlement.ledger_entry (group_id, insured_id, account, amount, tx)
       select $2::uuid, case when starts_with(account, 'personal:') or starts_with(account, 'payable:person:')
           then insured_id else '${NOBODY}'::uuid end, account, sum(amount), 0
       from settlement.ledger_entry where group_id >= $1::uuid and group_id < $2::uuid
       group by 2, 3 having sum(amount) <> 0
       returning 1)
     select count(*) as carried from carried`,
    [lower, upper],
  )
  return row?.carried ?? 0n
}

/** Notes that a month was put away. */
export const recordMonth = (
  tx: Statements,
  { month }: LedgerMonth,
  { entries, groups, digest, carried, at }: LedgerDigest & { readonly carried: bigint; readonly at: Temporal.Instant },
): Promise<unknown> =>
  tx.unsafe(
    `insert into settlement.ledger_archive (month, entries, groups, carried, digest, archived_at)
     values ($1::date, $2::bigint, $3::bigint, $4::bigint, $5, $6::timestamptz)`,
    [month, entries, groups, carried, digest, at.toString()],
  )

/** What was recorded of a month; null when it was not put away. */
export async function findRecord(hot: Statements, month: Temporal.PlainDate): Promise<LedgerDigest | null> {
  const rows = await hot.unsafe<LedgerDigest>(
    'select entries, groups, digest from settlement.ledger_archive where month = $1::date',
    [month],
  )
  return rows[0] ?? null
}

/**
 * What speaks against a month that was carried forward and recorded and is still here: it adds up to zero, what was
 * carried forward of each account is what its days say, and with the days and entries after it every personal account
 * holds what it says.
 */
export async function findApart(tx: Statements, { lower, upper }: LedgerMonth): Promise<string[]> {
  const rows = await tx.unsafe<{ what: string }>(
    `select 'the month adds up to ' || sum(amount) || ', not to zero' as what
     from settlement.ledger_entry where group_id >= $1::uuid and group_id < $2::uuid having sum(amount) <> 0
     union all
     select account || ' carries forward ' || carried || ', its days add up to ' || days from (${CARRIED_APART}) apart
     union all
     select coalesce('personal:' || a.insured_id || ':' || a.kind, e.account) || ' holds ' || coalesce(a.balance, 0)
       || ', what is carried forward and what comes after it add up to ' || coalesce(e.amount, 0)
     from settlement.account a
     full join (
       select account, sum(amount) as amount from (
         select account collate "C" as account, amount from settlement.ledger_entry
         where group_id = $2::uuid and starts_with(account, 'personal:')
         union all
         select account, amount from settlement.ledger_day
         where day >= settlement.id_day($2::uuid) and account >= 'personal:' and account < 'personal;'
         union all
         select account collate "C", amount from settlement.ledger_entry
         where tx >= (select below from settlement.ledger_fold) and starts_with(account, 'personal:')
       ) moved group by 1
     ) e on e.account = 'personal:' || a.insured_id || ':' || a.kind collate "C"
     where coalesce(a.balance, 0) <> coalesce(e.amount, 0)
     limit ${SHOWN_MAX}`,
    [lower, upper],
  )
  return rows.map((row) => row.what)
}

/**
 * Makes the partition of a recorded month a table of its own; null when somebody read the ledger at each attempt. Dividing
 * the ledger wants it alone for a moment, and while that is waited for all others wait behind; so it is waited for
 * shortly, given up, and tried again.
 */
export async function detachMonth(
  tx: Statements,
  { month }: LedgerMonth,
  { attempts, pauseMs }: { readonly attempts: number; readonly pauseMs: number },
): Promise<string | null> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    await tx.unsafe('savepoint detaching')
    try {
      await tx.unsafe(`set local lock_timeout = '500ms'`)
      const [row] = await tx.unsafe<{ name: string }>('select settlement.detach_ledger_month($1::date) as name', [
        month,
      ])
      return row?.name ?? null
    } catch (error) {
      if (!isLockTaken(error)) throw error
      await tx.unsafe('rollback to savepoint detaching')
      if (attempt < attempts) await sleep(pauseMs)
    }
  }
  return null
}

/** The table of a month that was put away, when it is here. */
export async function findTable(hot: Statements, month: Temporal.PlainDate): Promise<string | null> {
  const [row] = await hot.unsafe<{ name: string | null }>(
    `select relname::text as name from pg_class
     where oid = to_regclass('settlement.ledger_archived_' || to_char($1::date, 'YYYYMM'))`,
    [month],
  )
  return row?.name ?? null
}
