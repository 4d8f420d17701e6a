import type { Statements } from '@yibao/drizzle/hot'
import type { Fen } from '@yibao/schema/money'
import { creditEntries } from '../domain/ledger.ts'
import { arrayLiteral } from './array-literal.ts'
import { OWED } from './credit-correction.ts'
import { statement } from './statement.ts'

/** A contribution that is credited to a personal account. */
export interface Credit {
  /** The event that asks for it; asked again, nothing happens. */
  readonly eventId: string
  readonly insuredId: string
  readonly kind: 'CURRENT' | 'HISTORY'
  readonly pool: string
  readonly amount: Fen
  /** The bill whose payment asks for it, and its period; null for what came another way. */
  readonly billId?: string | null
  readonly period?: string | null
}

/** A credit to be written, on the version of the person's money it was decided on. */
export interface CreditWrite extends Credit {
  readonly groupId: string
  readonly at: Temporal.Instant
  readonly version: bigint
  /** How much of it goes to what the person owes of earlier credits. */
  readonly recovered: Fen
}

/** What is known before a credit: whether it was made, and the state of the person's money. */
export interface CreditFacts {
  readonly done: boolean
  readonly version: bigint
  readonly lastAt: Temporal.Instant | null
  /** What the person owes in this pool of credits that were corrected. */
  readonly owed: Fen
}

export async function readCreditFacts(hot: Statements, { eventId, insuredId, pool: of }: Credit): Promise<CreditFacts> {
  const [row] = await hot.unsafe<CreditFacts>(
    `select exists (select from settlement.credit c where c.event_id = $1::uuid and c.insured_id = $2::uuid) as done,
       coalesce(p.version, 0)::bigint as version, p.last_at as "lastAt", ${OWED('$2::uuid', '$3')} as owed
     from (values (1)) one (row) left join settlement.person p on p.insured_id = $2::uuid`,
    [eventId, insuredId, of],
  )
  if (row === undefined) throw new Error('the read before a credit gave no row')
  return row
}

const { param, args } = statement<CreditWrite>()
const event = param('uuid', (c) => c.eventId)
const insured = param('uuid', (c) => c.insuredId)
const kind = param('text', (c) => c.kind)
const pool = param('text', (c) => c.pool)
const amount = param('bigint', (c) => c.amount)
const recovered = param('bigint', (c) => c.recovered)
const group = param('uuid', (c) => c.groupId)
const bill = param('uuid', (c) => c.billId ?? null)
const period = param('text', (c) => c.period ?? null)
const at = param('timestamptz', (c) => c.at.toString())
const accounts = param('text[]', (c) => arrayLiteral(creditEntries(c).map((one) => one.account)))
const amounts = param('bigint[]', (c) => arrayLiteral(creditEntries(c).map((one) => one.amount)))

// The chain of a settlement: the guard passes while the person's money is as it was read, the credit while its event is
// new, and everything else follows from the credit.
const WRITE = `
  with guard as (
    insert into settlement.person as p (insured_id, version, last_at) values (${insured}, 1, ${at})
    on conflict (insured_id) do update set version = p.version + 1, last_at = excluded.last_at
      where p.version = ${param('bigint', (c) => c.version)}
    returning insured_id),
  credit as (
    insert into settlement.credit (event_id, insured_id, kind, pool, amount, group_id, at, bill_id, period, recovered)
    select ${event}, insured_id, ${kind}, ${pool}, ${amount}, ${group}, ${at}, ${bill}, ${period}, ${recovered} from guard
    on conflict (event_id, insured_id) do nothing
    returning insured_id),
  account as (
    insert into settlement.account as a (insured_id, kind, pool, balance)
    select insured_id, ${kind}, ${pool}, ${amount} - ${recovered} from credit
    on conflict (insured_id, kind) do update set balance = a.balance + excluded.balance),
  opening as (
    insert into settlement.opening (insured_id, kind, pool, balance, group_id, at)
    select insured_id, ${kind}, ${pool}, 0, ${group}, ${at} from credit
    on conflict (insured_id, kind) do nothing),
  entries as (
    insert into settlement.ledger_entry (group_id, insured_id, account, amount)
    select ${group}, c.insured_id, e.account, e.amount
    from credit c, unnest(${accounts}, ${amounts}) as e (account, amount))
  select true from credit`

/** Writes a credit, whole or not at all; false when the person's money changed since the read, or it was made. */
export async function writeCredit(hot: Statements, write: CreditWrite): Promise<boolean> {
  const rows = await hot.unsafe(WRITE, args(write))
  return rows.length === 1
}
