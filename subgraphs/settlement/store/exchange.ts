import type { Statements } from '@yibao/drizzle/hot'
import type { RequestRecord } from '../domain/facts.ts'

/** What stands of an exchange at home: the request, the word of the other side, and what took it back. */
export interface ExchangeRecord extends Pick<RequestRecord, 'operation' | 'outcome' | 'result' | 'insuredId'> {
  /** Until when it can be committed. */
  readonly dueAt: Temporal.Instant | null
  readonly confirmedAt: Temporal.Instant | null
  /** Since when it cannot be committed any more. */
  readonly closedAt: Temporal.Instant | null
  readonly reversal: string | null
  /** Whose bill it is; null when it led to nothing that has to be confirmed. */
  readonly institution: string | null
}

/** Everything durable of an exchange; null when nothing is. */
export async function findExchange(
  hot: Statements,
  { caller, requestId }: { readonly caller: string; readonly requestId: string },
): Promise<ExchangeRecord | null> {
  const [row] = await hot.unsafe<ExchangeRecord>(
    `select r.operation, r.outcome, r.result, r.insured_id::text as "insuredId", c.due_at as "dueAt",
       c.confirmed_at as "confirmedAt", c.closed_at as "closedAt", v.reversal_id::text as reversal,
       c.institution
     from settlement.request r
     left join settlement.confirmation c
       on c.settlement_id = (r.result ->> 'settlement')::uuid and c.insured_id = r.insured_id
     left join settlement.reversal v
       on v.settlement_id = (r.result ->> 'settlement')::uuid and v.insured_id = r.insured_id
     where r.caller = $1::text and r.request_id = $2::text`,
    [caller, requestId],
  )
  return row ?? null
}

/** Whether a settlement was reserved by this caller and waits for its word, or for being taken back. */
export async function isReserved(
  hot: Statements,
  { caller, settlementId, insuredId }: { caller: string; settlementId: string; insuredId: string },
): Promise<boolean> {
  const rows = await hot.unsafe(
    `select from settlement.confirmation c
     join settlement.settlement s on s.id = c.settlement_id and s.insured_id = c.insured_id
     where c.settlement_id = $1::uuid and c.insured_id = $2::uuid and c.confirmed_at is null and s.caller = $3::text`,
    [settlementId, insuredId, caller],
  )
  return rows.length === 1
}

/** Whether a bill of the visit was reserved by this caller and waits for its word, or for being taken back. */
export async function hasReserved(
  hot: Statements,
  { caller, institution, visit }: { caller: string; institution: string; visit: string },
): Promise<boolean> {
  const rows = await hot.unsafe(
    `select from settlement.bill b
     join settlement.confirmation c on c.settlement_id = b.settlement_id and c.insured_id = b.insured_id
     join settlement.settlement s on s.id = b.settlement_id and s.insured_id = b.insured_id
     where b.institution = $2::text and b.visit = $3::text and c.confirmed_at is null and s.caller = $1::text limit 1`,
    [caller, institution, visit],
  )
  return rows.length === 1
}

/** Ends the time of a settlement that was not confirmed. False when it was confirmed: then it stands. */
export async function closeConfirmation(
  hot: Statements,
  { settlementId, insuredId, at }: { settlementId: string; insuredId: string; at: Temporal.Instant },
): Promise<boolean> {
  const rows = await hot.unsafe(
    `update settlement.confirmation set closed_at = coalesce(closed_at, $3::text::timestamptz)
     where settlement_id = $1::uuid and insured_id = $2::uuid and confirmed_at is null returning true`,
    [settlementId, insuredId, at.toString()],
  )
  return rows.length === 1
}
