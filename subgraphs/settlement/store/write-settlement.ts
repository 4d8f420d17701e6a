import type { Statements } from '@yibao/drizzle/hot'
import type { Settling } from '../domain/settle.ts'
import { arrayLiteral } from './array-literal.ts'
import { appendParts } from './settlement-insert.ts'
import { isConflict, statement } from './statement.ts'

/** Everything one settled bill leaves in the database, and what it was decided on. */
export interface SettlementWrite extends Settling {
  /** Version of the person's row the decision was made on; 0 when there was none. */
  readonly version: bigint
  /** Digest of the request's input. */
  readonly digest: string
}

const { param, args } = statement<SettlementWrite>()

const insured = param('uuid', (w) => w.settlement.insuredId)
const id = param('uuid', (w) => w.settlement.id)
const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
const pool = param('text', (w) => w.settlement.pool)
const insuranceType = param('text', (w) => w.settlement.insuranceType)
const institution = param('text', (w) => w.settlement.institution)
const visit = param('text', (w) => w.settlement.visit)
const accountKinds = param('text[]', (w) => arrayLiteral(w.accounts.map((one) => one.kind)))
const accountAmounts = param('bigint[]', (w) => arrayLiteral(w.accounts.map((one) => one.amount)))
const counterNames = param('text[]', (w) => arrayLiteral(w.counters.map((one) => one.name)))
const counterPeriods = param('text[]', (w) => arrayLiteral(w.counters.map((one) => one.period)))
const counterAmounts = param('bigint[]', (w) => arrayLiteral(w.counters.map((one) => one.amount)))
const invoice = param('text', (w) => w.settlement.invoice)
const stayYear = param('text', (w) => w.stay?.year ?? null)
const stayNumber = param('smallint', (w) => w.stay?.number ?? null)

// One statement is one durable transaction and one round trip. Measured on 2 cores, 10-line bills, 32 in flight: a dozen
// ORM statements in a transaction gave about 300 bills/s, the same statements prepared 800, this form 2,700.
// The chain is what makes it safe without a lock taken before: `guard` passes only while the person's version is the one
// the decision was made on and then holds the row until commit; `request_row` passes only for a new request id; every
// other part selects from it. No row comes back: somebody was first, nothing but the version was written.
const TEXT = `
  with guard as (
    insert into settlement.person as p (insured_id, version, last_at) values (${insured}, 1, ${at})
    on conflict (insured_id) do update set version = p.version + 1, last_at = excluded.last_at
      where p.version = ${param('bigint', (w) => w.version)}
    returning insured_id),
  request_row as (
    insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
    select ${param('text', (w) => w.settlement.caller)}, ${param('text', (w) => w.settlement.requestId)}, 'settle',
      ${param('text', (w) => w.digest)}, 'COMMITTED', jsonb_build_object('settlement', ${id}), guard.insured_id,
      ${at}
    from guard
    on conflict (caller, request_id) do nothing
    returning insured_id),
  accounts as (
    update settlement.account a set balance = a.balance + c.amount
    from request_row r, unnest(${accountKinds}, ${accountAmounts}) as c (kind, amount)
    where a.insured_id = r.insured_id and a.kind = c.kind),
  counters as (
    insert into settlement.counter as k (insured_id, pool, insurance_type, name, period, amount)
    select r.insured_id, ${pool}, ${insuranceType}, c.name, c.period, c.amount
    from request_row r, unnest(${counterNames}, ${counterPeriods}, ${counterAmounts}) as c (name, period, amount)
    on conflict (insured_id, pool, insurance_type, name, period) do update set amount = k.amount + excluded.amount),
  bill as (
    insert into settlement.bill (institution, visit, charge_batch, insured_id, settlement_id)
    select ${institution}, ${visit}, ${param('text', (w) => w.settlement.chargeBatch)}, r.insured_id, ${id}
    from request_row r),
  invoice as (
    insert into settlement.invoice (institution, invoice, insured_id, settlement_id)
    select ${institution}, ${invoice}, r.insured_id, ${id} from request_row r where ${invoice} is not null),
  stay as (
    insert into settlement.stay (insured_id, pool, insurance_type, year, institution, visit, number, settlement_id)
    select r.insured_id, ${pool}, ${insuranceType}, ${stayYear}, ${institution}, ${visit}, ${stayNumber}, ${id}
    from request_row r where ${stayYear} is not null
    on conflict do nothing),
  ${appendParts({ param, args }, 'request_row')}
  select true as written from request_row`

/**
 * Writes a settled bill, whole or not at all, and returns true when it is durable. False means that the person's money,
 * the request or a natural key was changed by somebody else since the read: read again and decide again.
 */
export async function writeSettlement(hot: Statements, write: SettlementWrite): Promise<boolean> {
  try {
    const rows = await hot.unsafe(TEXT, args(write), { prepare: true })
    return rows.length === 1
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}
