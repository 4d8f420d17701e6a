import type { Statements } from '@yibao/drizzle/hot'
import { NOBODY } from '@yibao/schema/ids'
import type { StoredRejection } from '@yibao/schema/rejection'
import type { Away, AwayState, OpenState } from './away.ts'
import { OF_PENDING } from './requests.ts'

interface Ending {
  /** What it is now; when it has become something else, nothing is written. */
  readonly from: OpenState
  readonly to: Extract<AwayState, 'REFUSED' | 'ABORTED'> | 'CANCELLING'
  /** What its request is answered with; null when the request has its answer. */
  readonly request:
    | { readonly outcome: 'REFUSED'; readonly rejection: StoredRejection }
    | { readonly outcome: 'ANNULLED' }
    | null
  readonly at: Temporal.Instant
}

/**
 * Ends a bill without a settlement, or gives it up: the request gets its answer, and once it is certain that nothing is
 * kept at home the natural keys are free again. False when it has become something else meanwhile.
 */
export async function endAway(hot: Statements, away: Away, { from, to, request, at }: Ending): Promise<boolean> {
  const isOver = to !== 'CANCELLING'
  const rows = await hot.unsafe(
    `with ended as (
       update settlement.away_bill
       set state = $2::text, next_at = case when $3::boolean then null else $4::text::timestamptz end
       where exchange = $1::uuid and state = $5::text returning *),
     ${freed('ended', '$3::boolean')},
     answered as (
       insert into settlement.request (caller, request_id, operation, digest, outcome, result, insured_id, at)
       select e.caller, e.request_id, e.operation, e.digest, $7::text, $6::text::jsonb, null, $4::text::timestamptz
       from ended e where $7::text is not null
       ${OF_PENDING})
     select from ended`,
    [
      away.exchange,
      to,
      isOver,
      at.toString(),
      from,
      JSON.stringify(request !== null && 'rejection' in request ? { rejection: request.rejection } : {}),
      request?.outcome ?? null,
    ],
  )
  return rows.length === 1
}

/** The natural keys that were held for bills `source` names, if `condition`; a reversal holds none. */
const freed = (source: string, condition: string): string => `
  bill as (delete from settlement.bill b using ${source} e where ${condition} and b.institution = e.institution
    and b.visit = e.visit and b.charge_batch = e.charge_batch and b.settlement_id = e.settlement_id
    and b.insured_id = '${NOBODY}'),
  invoice as (delete from settlement.invoice i using ${source} e where ${condition} and i.institution = e.institution
    and i.invoice = e.asked #>> '{bill,invoice}' and i.settlement_id = e.settlement_id and i.insured_id = '${NOBODY}')`

/** Forgets what was asked for and left nothing at home, so that the same request may come again. */
export async function forgetAway(hot: Statements, { exchange }: Pick<Away, 'exchange'>): Promise<void> {
  await hot.unsafe(
    `with forgotten as (delete from settlement.away_bill where exchange = $1::uuid and state = 'ASKED' returning *),
     request as (delete from settlement.request r using forgotten f
       where r.caller = f.caller and r.request_id = f.request_id and r.outcome = 'PENDING'),
     ${freed('forgotten', 'true')}
     select from forgotten`,
    [exchange],
  )
}

/**
 * From now on a reversal is known by the exchange under which home has carried it out; what was refused here under that
 * one makes way for it. Nothing is changed when it is not asked for any more.
 */
export async function renameAway(hot: Statements, { exchange, of }: Pick<Away, 'exchange' | 'of'>, to: string) {
  await hot.unsafe(
    `with refused as (
       delete from settlement.away_bill
       where exchange = $2::uuid and of = $3::uuid and state = 'REFUSED' returning exchange)
     update settlement.away_bill a set exchange = $2::uuid from (select count(*) from refused) gone
     where a.exchange = $1::uuid and a.state = 'ASKED'
       and (gone.count > 0 or not exists (select from settlement.away_bill b where b.exchange = $2::uuid))`,
    [exchange, to, of],
  )
}
