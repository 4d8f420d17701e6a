/** What a reversal or the rest of a refund corrects, and whether its month or its year is closed. */
const CORRECTED = `
  select s.*, o.id as of,
    (select min(c.closed_at) from settlement.closed_period c where c.kind = 'MONTH' and c.pool = o.clearing_agency
      and c.scope = o.institution and c.period = to_char(o.settled_at at time zone 'Asia/Shanghai', 'YYYY-MM')) as month,
    (select min(c.closed_at) from settlement.closed_period c where c.kind = 'YEAR' and c.pool = o.pool
      and c.scope = o.insurance_type and c.period = o.input #>> '{care,year}') as year
  from settlement.settlement s
  join settlement.settlement o on o.id = coalesce(s.reverses, s.replaces) and o.insured_id = s.insured_id`

/** Questions about reversals, refunds and corrections; asked with those of `verify-tables.ts`. */
export const REVERSAL_CHECKS = [
  {
    table: 'settlement.reversal',
    text: `select coalesce(v.settlement_id, s.replaces)::text as row,
        case when v.settlement_id is null then 'is missing for ' || s.id || ', which replaces it'
          else 'is replaced by ' || v.replacement_id || ', which does not say so' end as what
      from (select * from settlement.reversal where replacement_id is not null) v
      full join (select id, insured_id, replaces from settlement.settlement where replaces is not null) s
        on s.replaces = v.settlement_id and s.insured_id = v.insured_id and s.id = v.replacement_id
      where v.settlement_id is null or s.id is null`,
  },
  {
    // Clocks of several processes run apart; by an hour they do not. What is claimed by hand counts in a closed year as well.
    table: 'settlement.settlement',
    text: `select s.id::text as row,
        case when s.correction and s.month is null and s.year is null then 'is a correction of what was never closed'
          when s.keeps_counters and s.year is null then 'keeps the counters of a year that was never closed'
          when not s.correction then 'is no correction of what was closed before'
          else 'changed the counters of a year that was closed before' end as what
      from (${CORRECTED}) s
      where s.correction and s.month is null and s.year is null
        or s.keeps_counters and s.year is null
        or not s.correction and least(s.month, s.year) < s.settled_at - interval '1 hour'
        or not s.keeps_counters and s.claim_id is null and s.year < s.settled_at - interval '1 hour'`,
  },
  {
    table: 'settlement.request',
    text: `select r.caller || ' ' || r.request_id as row, 'is COMMITTED but its reversal is not there' as what
      from settlement.request r
      where r.operation in ('reverse', 'refund') and r.outcome = 'COMMITTED'
        and not exists (select from settlement.settlement s
          where s.id::text = r.result ->> 'reversal' and s.insured_id = r.insured_id)`,
  },
]
