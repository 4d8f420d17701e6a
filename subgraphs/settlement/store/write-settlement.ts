import type { Statements } from '@yibao/drizzle/hot'
import type { Settling } from '../domain/settle.ts'
import type { Settlement } from '../domain/settlement.ts'
import { NOBODY } from '@yibao/schema/ids'
import { arrayLiteral } from './array-literal.ts'
import { AWAY } from './away-parts.ts'
import { CLAIM, CLAIMS_BESIDE, keysOfClaim } from './claim-parts.ts'
import { composed, type Part } from './compose.ts'
import { DISPENSING } from './dispensing-parts.ts'
import { FINDINGS } from './findings.ts'
import { OF_NEW, OF_PENDING } from './requests.ts'
import { appendParts } from './settlement-insert.ts'
import {
  CLOSINGS,
  CONFIRMATION,
  CONVERSION,
  INSTITUTION_ELSEWHERE,
  OTHER_PROVINCE,
  REPLACEMENT,
  RESERVED,
  SPONSORS,
} from './settlement-parts.ts'
import { guardOfAll } from './sponsor-parts.ts'
import { SETTLEMENT_COLUMNS, type Column } from './settlement-columns.ts'
import { isConflict, type Statement } from './statement.ts'
import { TRACE_CODES } from './trace-code-parts.ts'
import { OPENED } from './visit-parts.ts'

/** Everything one settled bill leaves in the database, and what it was decided on. */
export interface SettlementWrite extends Settling {
  /** Version of the person's row the decision was made on; 0 when there was none. */
  readonly version: bigint
  /** Digest of the request's input. */
  readonly digest: string
  /** What the request asked for: `settle` unless said otherwise. */
  readonly operation: string
  /** The exchange with another platform it ends. */
  readonly away?: string
  /** Another platform has to commit it: that is on disk after it, and nobody goes by it before. */
  readonly isReserved?: boolean
  /** The reversal that was written before in the same transaction, when this is what a refund left. */
  readonly reversal?: string
}

/** A part of the write that only some bills need. */
export interface SettlementPart extends Part<SettlementWrite> {
  /**
   * A query named after the gate that gives one row while what was read still holds, and locks it (`for update`); it
   * selects from `guard`. Without its row nothing else is written. A gate changes nothing itself.
   */
  readonly gate?: { readonly name: string; readonly sql: (statement: Statement<SettlementWrite>) => string }
  /** Further parts of the `with`, which select from `request_row r`. */
  readonly effects?: (statement: Statement<SettlementWrite>) => readonly string[]
  /** Columns of the settlement that otherwise keep their defaults. */
  readonly columns?: readonly Column<Settlement>[]
}

export const PARTS: readonly SettlementPart[] = [
  CLOSINGS,
  SPONSORS,
  CONFIRMATION,
  CONVERSION,
  REPLACEMENT,
  OTHER_PROVINCE,
  INSTITUTION_ELSEWHERE,
  CLAIM,
  CLAIMS_BESIDE,
  AWAY,
  RESERVED,
  DISPENSING,
  TRACE_CODES,
  FINDINGS,
  OPENED,
]

// One statement is one durable transaction and one round trip. Measured on 2 cores, 10-line bills, 32 in flight: a dozen
// ORM statements in a transaction gave about 300 bills/s, the same statements prepared 800, this form 2,700.
// The chain is what makes it safe without a lock taken before: `guard` passes only while the person's version is the one
// the decision was made on and then holds the row until commit; `request_row` passes only for a new request id; every
// other part selects from it. No row comes back: somebody was first, nothing but the version was written.
const write = composed<SettlementWrite, SettlementPart>(PARTS, (statement, chosen) => {
  const gates = chosen.flatMap(({ gate }) => (gate === undefined ? [] : [gate]))
  const effects = chosen.flatMap(({ effects: more }) => more?.(statement) ?? [])
  const columns = [...SETTLEMENT_COLUMNS, ...chosen.flatMap((part) => part.columns ?? [])]
  const from = ['guard', ...gates.map(({ name }) => name)].join(', ')
  return `
  with ${chosen.includes(SPONSORS) ? guardOfAll(statement) : guardOfOne(statement)},
  ${gates.map(({ name, sql }) => `${name} as (${sql(statement)}),`).join('\n')}
  request_row as (${ownRequest(statement, from, chosen.includes(AWAY) ? OF_PENDING : OF_NEW)}),
  ${purse(statement)},
  ${keysFor(chosen)(statement)},
  ${[...effects, appendParts(statement, 'request_row', columns)].join(',\n')}
  select true as written from request_row`
})

/** The request as it is on record, for those who passed the guard. Whoever came before it keeps its place. */
export const ownRequest = ({ param }: Statement<SettlementWrite>, from: string, otherwise = OF_NEW): string => `
    insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
    select ${param('text', (w) => w.settlement.caller)}, ${param('text', (w) => w.settlement.requestId)},
      ${param('text', (w) => w.operation)}, ${param('text', (w) => w.digest)}, 'COMMITTED',
      ${param('jsonb', resultOf)}, guard.insured_id, ${param('timestamptz', (w) => w.settlement.settledAt.toString())}
    from ${from}
    ${otherwise}
    returning insured_id`

/** How the keys come to the settlement: as its own, or from what has held them for it. */
function keysFor(chosen: readonly SettlementPart[]): (statement: Statement<SettlementWrite>) => string {
  if (chosen.includes(CLAIM)) return keysOfClaim
  return chosen.includes(AWAY) ? heldKeys : naturalKeys
}

/** Takes the keys under which nothing else is settled. */
export function naturalKeys({ param }: Statement<SettlementWrite>): string {
  const id = param('uuid', (w) => w.settlement.id)
  const institution = param('text', (w) => w.settlement.institution)
  const visit = param('text', (w) => w.settlement.visit)
  const invoice = param('text', (w) => w.settlement.invoice)
  return `
  bill as (
    insert into settlement.bill (institution, visit, charge_batch, insured_id, settlement_id, begin_at, end_at, care_kind,
      care_type, diagnosis)
    select ${institution}, ${visit}, ${param('text', (w) => w.settlement.chargeBatch)}, r.insured_id, ${id},
      ${param('timestamptz', (w) => w.settlement.beginAt.toString())},
      ${param('timestamptz', (w) => w.settlement.endAt.toString())}, ${param('text', (w) => w.settlement.careKind)},
      ${param('text', (w) => w.settlement.careType)}, ${param('text', (w) => w.settlement.diagnoses[0]?.code ?? null)}
    from request_row r),
  invoice as (
    insert into settlement.invoice (institution, invoice, insured_id, settlement_id)
    select ${institution}, ${invoice}, r.insured_id, ${id} from request_row r where ${invoice} is not null)`
}

/** Those of a bill of another province were taken when it was asked for. */
function heldKeys({ param }: Statement<SettlementWrite>): string {
  const id = param('uuid', (w) => w.settlement.id)
  const institution = param('text', (w) => w.settlement.institution)
  return `
  bill as (
    update settlement.bill b set insured_id = r.insured_id from request_row r
    where b.institution = ${institution} and b.visit = ${param('text', (w) => w.settlement.visit)}
      and b.charge_batch = ${param('text', (w) => w.settlement.chargeBatch)}
      and b.settlement_id = ${id} and b.insured_id = '${NOBODY}'),
  invoice as (
    update settlement.invoice i set insured_id = r.insured_id from request_row r
    where i.institution = ${institution} and i.invoice = ${param('text', (w) => w.settlement.invoice)}
      and i.settlement_id = ${id} and i.insured_id = '${NOBODY}')`
}

const resultOf = ({ settlement: { id }, reversal }: SettlementWrite): string =>
  JSON.stringify({ settlement: id, ...(reversal !== undefined && { reversal }) })

/** Passes while the version of the person's money is the one the bill was decided on, and holds the row. */
const guardOfOne = ({ param }: Statement<SettlementWrite>): string => `
  guard as (
    insert into settlement.person as p (insured_id, version, last_at)
    values (${param('uuid', (w) => w.settlement.insuredId)}, 1,
      ${param('timestamptz', (w) => w.settlement.settledAt.toString())})
    on conflict (insured_id) do update set version = p.version + 1, last_at = excluded.last_at
      where p.version = ${param('bigint', (w) => w.version)}
    returning insured_id)`

/** What a bill changes of the person's accounts, counters and admissions. */
export function purse({ param }: Statement<SettlementWrite>): string {
  const id = param('uuid', (w) => w.settlement.id)
  const pool = param('text', (w) => w.settlement.pool)
  const insuranceType = param('text', (w) => w.settlement.insuranceType)
  const accountKinds = param('text[]', (w) => arrayLiteral(w.accounts.map((one) => one.kind)))
  const accountAmounts = param('bigint[]', (w) => arrayLiteral(w.accounts.map((one) => one.amount)))
  const counterNames = param('text[]', (w) => arrayLiteral(w.counters.map((one) => one.name)))
  const counterPeriods = param('text[]', (w) => arrayLiteral(w.counters.map((one) => one.period)))
  const counterAmounts = param('bigint[]', (w) => arrayLiteral(w.counters.map((one) => one.amount)))
  const stayYear = param('text', (w) => w.stay?.year ?? null)
  return `
  accounts as (
    update settlement.account a set balance = a.balance + c.amount
    from request_row r, unnest(${accountKinds}, ${accountAmounts}) as c (kind, amount)
    where a.insured_id = r.insured_id and a.kind = c.kind),
  counters as (
    insert into settlement.counter as k (insured_id, pool, insurance_type, name, period, amount)
    select r.insured_id, ${pool}, ${insuranceType}, c.name, c.period, c.amount
    from request_row r, unnest(${counterNames}, ${counterPeriods}, ${counterAmounts}) as c (name, period, amount)
    on conflict (insured_id, pool, insurance_type, name, period) do update set amount = k.amount + excluded.amount),
  stay as (
    insert into settlement.stay (insured_id, pool, insurance_type, year, institution, visit, number, settlement_id)
    select r.insured_id, ${pool}, ${insuranceType}, ${stayYear}, ${param('text', (w) => w.settlement.institution)},
      ${param('text', (w) => w.settlement.visit)}, ${param('smallint', (w) => w.stay?.number ?? null)}, ${id}
    from request_row r where ${stayYear} is not null
    on conflict do nothing)`
}

/**
 * Writes a settled bill, whole or not at all, and returns true when it is durable, or one that is reserved when it is written. False means that the person's money,
 * the request or a natural key was changed by somebody else since the read: read again and decide again.
 */
export async function writeSettlement(hot: Statements, input: SettlementWrite): Promise<boolean> {
  const { text, args } = write(input)
  try {
    const rows = await hot.unsafe(text, args, { prepare: true })
    return rows.length === 1
  } catch (error) {
    if (isConflict(error)) return false
    throw error
  }
}
