import type { Statements } from '@yibao/drizzle/hot'
import type { AccountChange, CounterChange } from '../domain/settle.ts'
import type { Settlement } from '../domain/settlement.ts'
import type { SponsorChange } from '../domain/sponsor.ts'
import type { VisitRefund } from '../domain/visit-refund.ts'
import { arrayLiteral } from './array-literal.ts'
import { AWAY_BACK } from './away-parts.ts'
import { billBackToClaim, CLAIM_BACK } from './claim-parts.ts'
import { composed, type Part } from './compose.ts'
import { DISPENSING_BACK } from './dispensing-parts.ts'
import { ORDER_FOLLOWS, ORDER_TAKEN_BACK } from './order-parts.ts'
import { OF_NEW, OF_PENDING, type Request } from './requests.ts'
import { FROM_REFUND, SPONSORS_BACK, TOLD } from './reversal-parts.ts'
import { CLAIM_COLUMNS, LINK_COLUMNS, PROVINCE_COLUMNS, SETTLEMENT_COLUMNS } from './settlement-columns.ts'
import { appendParts, type Appended } from './settlement-insert.ts'
import { guardOfAll } from './sponsor-parts.ts'
import { isConflict, type Statement } from './statement.ts'
import { TRACE_CODES_FREED } from './trace-code-parts.ts'
import { REFUNDED_LINES, REOPENED } from './visit-parts.ts'

/** Everything the reversal of one settlement leaves in the database; `settlement` is the reversal. */
export interface ReversalWrite extends Appended {
  readonly version: bigint
  /** What asked for it: a reverse, an annulment, a refund. */
  readonly request: Request
  /** The settlement that is taken back, and the request that led to it. */
  readonly original: Pick<Settlement, 'id' | 'caller' | 'requestId' | 'replaces'>
  readonly accounts: readonly AccountChange[]
  readonly counters: readonly CounterChange[]
  /** What goes back to relatives' accounts; amounts are negative, as taken. */
  readonly sponsors: readonly SponsorChange[]
  /** Number of closings it was decided on. */
  readonly closings: bigint
  /** The settlement of what remains, when this is the first half of a refund; the second half writes the request. */
  readonly replacement: string | null
  /** What the refund takes back of the lines of an opened visit. */
  readonly visitRefunds: readonly VisitRefund[]
  /** The exchange with another platform it ends. */
  readonly away?: string
  /** What the institution is told by, when it did not ask for it. */
  readonly event?: ReversalEvent
}

export interface ReversalEvent {
  readonly id: string
  readonly topic: string
  /** Ids and codes. */
  readonly payload: Readonly<Record<string, string>>
}

/** A part of the write that only some reversals need; like a part of a settlement's write. */
export interface ReversalPart extends Part<ReversalWrite> {
  /** A query that gives one row while what was read still holds, and locks it; it selects from `guard`. */
  readonly gate?: { readonly name: string; readonly sql: (statement: Statement<ReversalWrite>) => string }
  /** Further parts of the `with`, which select from `request_row r`. */
  readonly effects?: (statement: Statement<ReversalWrite>) => readonly string[]
}

const COLUMNS = [...SETTLEMENT_COLUMNS, ...LINK_COLUMNS, ...PROVINCE_COLUMNS, ...CLAIM_COLUMNS]

const PARTS: readonly ReversalPart[] = [
  SPONSORS_BACK,
  FROM_REFUND,
  DISPENSING_BACK,
  TRACE_CODES_FREED,
  REOPENED,
  REFUNDED_LINES,
  ORDER_TAKEN_BACK,
  ORDER_FOLLOWS,
  AWAY_BACK,
  CLAIM_BACK,
  TOLD,
]

// The same chain as for a settlement, in one statement for the same reason: guard, closings, request, everything else.
// Counters and balances go by deltas, so what later bills consumed stays; the natural keys are free again.
const write = composed<ReversalWrite, ReversalPart>(PARTS, (statement, chosen) => {
  const { param } = statement
  const id = param('uuid', (w) => w.settlement.id)
  const original = param('uuid', (w) => w.original.id)
  const at = param('timestamptz', (w) => w.settlement.settledAt.toString())
  const gates = chosen.flatMap(({ gate }) => (gate === undefined ? [] : [gate]))
  const effects = chosen.flatMap(({ effects: more }) => more?.(statement) ?? [])
  const from = ['guard', 'closings', ...gates.map(({ name }) => name)].join(', ')
  return `
  with ${chosen.includes(SPONSORS_BACK) ? guardOfAll(statement) : guardOfOne(statement)},
  closings as (
    select v.version from settlement.closing_version v, guard
    where v.version = ${param('bigint', (w) => w.closings)} for share of v),
  ${gates.map(({ name, sql }) => `${name} as (${sql(statement)}),`).join('\n')}
  request_row as (${chosen.includes(FROM_REFUND) ? `select guard.insured_id from ${from}` : ownRequest(statement, from, chosen.includes(AWAY_BACK) ? OF_PENDING : OF_NEW)}),
  reversal as (
    insert into settlement.reversal (settlement_id, insured_id, reversal_id, replacement_id, at)
    select ${original}, r.insured_id, ${id}, ${param('uuid', (w) => w.replacement)}, ${at} from request_row r),
  target as (
    update settlement.request t
    set outcome = 'ANNULLED', result = t.result || jsonb_build_object('reversal', ${id})
    from request_row
    where t.caller = ${param('text', (w) => w.original.caller)}
      and t.request_id = ${param('text', (w) => w.original.requestId)} and t.operation <> 'refund'),
  ${chosen.includes(CLAIM_BACK) ? billBackToClaim(statement) : billFreed(statement)},
  ${purse(statement)},
  ${[...effects, appendParts(statement, 'request_row', COLUMNS)].join(',\n')}
  select true as written from request_row`
})

const guardOfOne = ({ param }: Statement<ReversalWrite>): string => `
  guard as (
    update settlement.person p
    set version = p.version + 1, last_at = ${param('timestamptz', (w) => w.settlement.settledAt.toString())}
    where p.insured_id = ${param('uuid', (w) => w.settlement.insuredId)}
      and p.version = ${param('bigint', (w) => w.version)}
    returning insured_id)`

const ownRequest = ({ param }: Statement<ReversalWrite>, from: string, otherwise: string): string => `
    insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
    select ${param('text', (w) => w.request.caller)}, ${param('text', (w) => w.request.requestId)},
      ${param('text', (w) => w.request.operation)}, ${param('text', (w) => w.request.digest)}, 'COMMITTED',
      jsonb_build_object('settlement', ${param('uuid', (w) => w.original.id)},
        'reversal', ${param('uuid', (w) => w.settlement.id)}), guard.insured_id,
      ${param('timestamptz', (w) => w.settlement.settledAt.toString())}
    from ${from}
    ${otherwise}
    returning insured_id`

const billFreed = ({ param }: Statement<ReversalWrite>): string => `
  bill as (
    delete from settlement.bill b using request_row
    where b.institution = ${param('text', (w) => w.settlement.institution)}
      and b.visit = ${param('text', (w) => w.settlement.visit)}
      and b.charge_batch = ${param('text', (w) => w.settlement.chargeBatch)}
      and b.settlement_id = ${param('uuid', (w) => w.original.id)})`

/** What goes back to the person, and the keys and the admission that are free again. */
function purse({ param }: Statement<ReversalWrite>): string {
  const original = param('uuid', (w) => w.original.id)
  const institution = param('text', (w) => w.settlement.institution)
  const accountKinds = param('text[]', (w) => arrayLiteral(w.accounts.map((one) => one.kind)))
  const accountAmounts = param('bigint[]', (w) => arrayLiteral(w.accounts.map((one) => one.amount)))
  const counterNames = param('text[]', (w) => arrayLiteral(w.counters.map((one) => one.name)))
  const counterPeriods = param('text[]', (w) => arrayLiteral(w.counters.map((one) => one.period)))
  const counterAmounts = param('bigint[]', (w) => arrayLiteral(w.counters.map((one) => one.amount)))
  return `
  accounts as (
    update settlement.account a set balance = a.balance + c.amount
    from request_row r, unnest(${accountKinds}, ${accountAmounts}) as c (kind, amount)
    where a.insured_id = r.insured_id and a.kind = c.kind),
  counters as (
    update settlement.counter k set amount = k.amount + c.amount
    from request_row r, unnest(${counterNames}, ${counterPeriods}, ${counterAmounts}) as c (name, period, amount)
    where k.insured_id = r.insured_id and k.pool = ${param('text', (w) => w.settlement.pool)}
      and k.insurance_type = ${param('text', (w) => w.settlement.insuranceType)}
      and k.name = c.name and k.period = c.period),
  invoice as (
    delete from settlement.invoice i using request_row
    where i.institution = ${institution} and i.invoice = ${param('text', (w) => w.settlement.invoice)}
      and i.settlement_id = ${original}),
  conversion as (
    delete from settlement.conversion n using request_row
    where n.institution = ${institution} and n.settlement_id = ${original}
      and ${param('boolean', (w) => w.request.operation === 'annul' || w.replacement !== null)}),
  stay as (
    delete from settlement.stay s using request_row r
    where s.insured_id = r.insured_id and s.settlement_id = ${original})`
}

/** Writes a reversal, whole or not at all; false when the person's money or the request changed since the read. */
export async function writeReversal(hot: Statements, input: ReversalWrite): Promise<boolean> {
  const { text, args } = write(input)
  try {
    const rows = await hot.unsafe(text, args)
    return rows.length === 1
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}
