import type { Statements } from '@yibao/drizzle/hot'
import type { RequestRecord, RequestResult } from '../domain/facts.ts'
import { statement } from './statement.ts'

/** A request of a caller, with the digest of what it asked for. */
export interface Request {
  readonly caller: string
  readonly requestId: string
  readonly operation: 'settle' | 'annul' | 'reverse' | 'refund'
  readonly digest: string
}

/** A request together with what came of it. */
export interface RequestOutcome extends Request {
  readonly outcome: 'COMMITTED' | 'REFUSED' | 'ANNULLED'
  readonly result: RequestResult
  readonly insuredId: string | null
  readonly at: Temporal.Instant
}

/** Behind the values of a request that has no record yet; one that came before keeps its place. */
export const OF_NEW = 'on conflict (caller, request_id) do nothing'

const adding = statement<RequestOutcome>()
export const ADD_REQUEST = `
  insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
  values (${adding.param('text', (r) => r.caller)}, ${adding.param('text', (r) => r.requestId)},
    ${adding.param('text', (r) => r.operation)}, ${adding.param('text', (r) => r.digest)},
    ${adding.param('text', (r) => r.outcome)}, ${adding.param('jsonb', (r) => JSON.stringify(r.result))},
    ${adding.param('uuid', (r) => r.insuredId)}, ${adding.param('timestamptz', (r) => r.at.toString())})
  ${OF_NEW} returning true`

/** Behind the values of a request that may be pending: only then they become its answer. */
export const OF_PENDING = `
  on conflict (caller, request_id) do update
    set outcome = excluded.outcome, result = excluded.result, insured_id = excluded.insured_id, at = excluded.at
    where request.outcome = 'PENDING'`
/** The values of `ADD_REQUEST`, for statements that write something beside the request. */
export const requestArgs = (request: RequestOutcome) => adding.args(request)

/** Records what came of a request. False when there is a record already, which then counts. */
export async function addRequest(hot: Statements, request: RequestOutcome): Promise<boolean> {
  const rows = await hot.unsafe(ADD_REQUEST, adding.args(request))
  return rows.length === 1
}

/** A request that is to be refused when it arrives late, and the annulment that says so. */
export interface Tombstone {
  readonly target: RequestOutcome
  readonly annulment: RequestOutcome
}

const burying = statement<Tombstone>()
const columns = (of: keyof Tombstone) =>
  [
    burying.param('text', (t) => t[of].caller),
    burying.param('text', (t) => t[of].requestId),
    burying.param('text', (t) => t[of].operation),
    burying.param('text', (t) => t[of].digest),
    burying.param('text', (t) => t[of].outcome),
    burying.param('jsonb', (t) => JSON.stringify(t[of].result)),
    burying.param('uuid', (t) => t[of].insuredId),
    burying.param('timestamptz', (t) => t[of].at.toString()),
  ].join(', ')
const BURY = `
  with stone as (
    insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
    values (${columns('target')}) ${OF_NEW} returning true),
  own as (
    insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
    select ${columns('annulment')} from stone ${OF_NEW})
  select true from stone`

/** Puts a tombstone where no request is yet. False when the request arrived meanwhile. */
export async function addTombstone(hot: Statements, tombstone: Tombstone): Promise<boolean> {
  const rows = await hot.unsafe(BURY, burying.args(tombstone))
  return rows.length === 1
}

/** What became of a caller's request; null when nothing durable is known of it. */
export async function findRequest(
  hot: Statements,
  { caller, requestId }: Pick<Request, 'caller' | 'requestId'>,
): Promise<RequestRecord | null> {
  const [row] = await hot.unsafe<RequestRecord>(
    `select operation, digest, outcome, result, insured_id::text as "insuredId"
     from settlement.request where caller = $1::text and request_id = $2::text`,
    [caller, requestId],
  )
  return row ?? null
}
