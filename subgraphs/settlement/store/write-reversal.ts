import type { Statements } from '@yibao/drizzle/hot'
import type { AccountChange, CounterChange } from '../domain/settle.ts'
import { arrayLiteral } from './array-literal.ts'
import type { Request } from './requests.ts'
import { appendParts, type Appended } from './settlement-insert.ts'
import { isConflict, statement } from './statement.ts'

/** Everything the reversal of one settlement leaves in the database; `settlement` is the reversal. */
export interface ReversalWrite extends Appended {
  readonly version: bigint
  readonly annulment: Request
  /** The request the reversed settlement was settled by. */
  readonly target: string
  readonly accounts: readonly AccountChange[]
  readonly counters: readonly CounterChange[]
}

const reversing = statement<ReversalWrite>()
const { param } = reversing

const insured = param('uuid', (w) => w.settlement.insuredId)
const id = param('uuid', (w) => w.settlement.id)
const original = param('uuid', (w) => w.settlement.reverses)
const caller = param('text', (w) => w.annulment.caller)
const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
const pool = param('text', (w) => w.settlement.pool)
const insuranceType = param('text', (w) => w.settlement.insuranceType)
const accountKinds = param('text[]', (w) => arrayLiteral(w.accounts.map((one) => one.kind)))
const accountAmounts = param('bigint[]', (w) => arrayLiteral(w.accounts.map((one) => one.amount)))
const counterNames = param('text[]', (w) => arrayLiteral(w.counters.map((one) => one.name)))
const counterPeriods = param('text[]', (w) => arrayLiteral(w.counters.map((one) => one.period)))
const counterAmounts = param('bigint[]', (w) => arrayLiteral(w.counters.map((one) => one.amount)))

// The same chain as for a settlement, in one statement for the same reason: guard, request, everything else. Counters
// and balances go by deltas, so what later bills consumed stays; the natural keys are free again.
const TEXT = `
  with guard as (
    update settlement.person p set version = p.version + 1, last_at = ${at}
    where p.insured_id = ${insured} and p.version = ${param('bigint', (w) => w.version)}
    returning insured_id),
  request_row as (
    insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
    select ${caller}, ${param('text', (w) => w.annulment.requestId)}, ${param('text', (w) => w.annulment.operation)},
      ${param('text', (w) => w.annulment.digest)}, 'COMMITTED',
      jsonb_build_object('settlement', ${original}, 'reversal', ${id}), guard.insured_id, ${at}
    from guard
    on conflict (caller, request_id) do nothing
    returning insured_id),
  reversal as (
    insert into settlement.reversal (settlement_id, insured_id, reversal_id, at)
    select ${original}, r.insured_id, ${id}, ${at} from request_row r),
  target as (
    update settlement.request t
    set outcome = 'ANNULLED', result = jsonb_build_object('settlement', ${original}, 'reversal', ${id})
    from request_row
    where t.caller = ${caller} and t.request_id = ${param('text', (w) => w.target)}),
  accounts as (
    update settlement.account a set balance = a.balance + c.amount
    from request_row r, unnest(${accountKinds}, ${accountAmounts}) as c (kind, amount)
    where a.insured_id = r.insured_id and a.kind = c.kind),
  counters as (
    update settlement.counter k set amount = k.amount + c.amount
    from request_row r, unnest(${counterNames}, ${counterPeriods}, ${counterAmounts}) as c (name, period, amount)
    where k.insured_id = r.insured_id and k.pool = ${pool} and k.insurance_type = ${insuranceType}
      and k.name = c.name and k.period = c.period),
  bill as (
    delete from settlement.bill b using request_row
    where b.institution = ${param('text', (w) => w.settlement.institution)}
      and b.visit = ${param('text', (w) => w.settlement.visit)}
      and b.charge_batch = ${param('text', (w) => w.settlement.chargeBatch)} and b.settlement_id = ${original}),
  invoice as (
    delete from settlement.invoice i using request_row
    where i.institution = ${param('text', (w) => w.settlement.institution)}
      and i.invoice = ${param('text', (w) => w.settlement.invoice)} and i.settlement_id = ${original}),
  stay as (
    delete from settlement.stay s using request_row r
    where s.insured_id = r.insured_id and s.settlement_id = ${original}),
  ${appendParts(reversing, 'request_row')}
  select true as written from request_row`

/** Writes a reversal, whole or not at all; false when the person's money or the request changed since the read. */
export async function writeReversal(hot: Statements, write: ReversalWrite): Promise<boolean> {
  try {
    const rows = await hot.unsafe(TEXT, reversing.args(write))
    return rows.length === 1
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}
