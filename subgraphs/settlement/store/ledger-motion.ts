import type { Statements } from '@yibao/drizzle/hot'
import type { InMotion } from '../domain/ledger-archive.ts'

// A bill and its reversal of which neither was declared come to nothing: nobody will ask for their entries.
const UNDECLARED = (item: (id: string) => string) => `(not exists (${item('s.id')}) and o.id is not null
      and not exists (${item('o.id')}))`
const CLEARED = (id: string) => `select from settlement.clearing_item i
        where i.insured_id = s.insured_id and i.settlement_id = ${id}`

/** The line of a bill or a reversal in the clearing between provinces: the exchange at the place, the request at home. */
const NETTED = (id: string) => `select from settlement.net_item i where i.item in (
        select a.exchange from settlement.away_bill a where a.settlement_id = ${id} and a.insured_id = s.insured_id
        union all
        select x.request_id::uuid from settlement.settlement x where x.id = ${id} and x.insured_id = s.insured_id
          and x.caller = 'province:' || x.other_province)`

const owes = (account: string) => `exists (select from settlement.ledger_entry e
        where e.group_id = s.id and ${account})`

const MOTION = `
  with month as materialized (
    select s.id, s.insured_id, s.claim_id from settlement.settlement s where s.id >= $1::uuid and s.id < $2::uuid),
  other as materialized (
    select s.id as of, v.reversal_id as id from month s
    join settlement.reversal v on v.settlement_id = s.id and v.insured_id = s.insured_id
    union all
    select x.id, x.reverses from settlement.settlement x
    where x.id >= $1::uuid and x.id < $2::uuid and x.reverses is not null),
  moving (kind, id) as (
    select 'INSTITUTION', s.id from month s left join other o on o.of = s.id
    where ${owes(`starts_with(e.account, 'payable:institution:')`)}
      and not exists (${CLEARED('s.id')} and exists (
        select from settlement.monthly_statement m where m.id = i.statement_id and m.state = 'PAID'))
      and not ${UNDECLARED(CLEARED)}
    union all
    select 'PROVINCE', s.id from month s left join other o on o.of = s.id
    where ${owes(`(starts_with(e.account, 'receivable:province:') or starts_with(e.account, 'payable:province:'))`)}
      and not exists (${NETTED('s.id')} and exists (
        select from settlement.net_statement n where n.id = i.statement_id and n.state in ('PAID', 'RECEIVED')))
      and not ${UNDECLARED(NETTED)}
    union all
    select 'CLAIM', s.id from month s join settlement.claim c on c.id = s.claim_id where c.owed <> c.paid)
  select kind, count(*)::bigint as count, (array_agg(id::text order by id))[1] as example from moving group by 1 order by 1`

/**
 * What of the settlements between two ids still moves: what an institution is owed stands in no statement that was paid, what
 * another province owes or is owed was not cleared, a claim was not paid. Corrections of it would ask for its entries.
 */
export const findMoving = (tx: Statements, lower: string, upper: string): Promise<InMotion[]> =>
  tx.unsafe<InMotion>(MOTION, [lower, upper])
