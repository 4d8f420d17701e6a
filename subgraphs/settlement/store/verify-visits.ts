import { NOBODY } from '@yibao/schema/ids'

const person = (record: string): string =>
  `coalesce((select a.survivor_id from settlement.person_alias a where a.insured_id = ${record}), ${record})`

/**
 * Whether the bill `b` is not of the person of the visit `v`. A visit stays under a record that was merged, but for one of a person of
 * another province, whose platform says what was merged.
 */
const IS_ANOTHERS = `(${person('b.insured_id')} is distinct from ${person('v.insured_id')} and not exists (
  select from settlement.away_bill a where a.institution = v.institution and a.visit = v.visit and a.insured_id = v.insured_id
    and a.answer #> '{person,mergedFrom}' ? b.insured_id::text))`

/**
 * Whether the bill `b` is that of a claim: what its person paid was claimed by hand, and the visit names what was settled of it
 * directly alone.
 */
const IS_CLAIMED = `exists (
  select from settlement.claim c where c.insured_id = b.insured_id and c.settlement_id = b.settlement_id)`

/** Questions to opened visits and the lines they settle; asked with those of `verify-tables.ts`. */
export const VISIT_CHECKS = [
  {
    table: 'settlement.visit_line',
    text: `select l.institution || ' ' || l.visit || ' ' || l.serial as row,
        'is settled by ' || l.settled_by || ', which does not stand for its visit' as what
      from settlement.visit_line l
      left join settlement.bill b on b.institution = l.institution and b.visit = l.visit and b.settlement_id = l.settled_by
      left join settlement.visit v on v.institution = l.institution and v.visit = l.visit
        and l.settled_by = any(v.settlements)
      where l.settled_by is not null and (b.visit is null or v.visit is null)`,
  },
  {
    // What a refund left has the lines of the whole and those that took a part of them back.
    table: 'settlement.visit_line',
    text: `select s.id::text as row,
        'settled ' || s.total || ', the lines of its visit come to ' || coalesce(sum(l.amount), 0) as what
      from settlement.visit v
      join settlement.bill b on b.institution = v.institution and b.visit = v.visit and b.settlement_id = any(v.settlements)
      join settlement.settlement s on s.id = b.settlement_id and s.insured_id = b.insured_id
      left join settlement.visit_line l on l.institution = v.institution and l.visit = v.visit and l.settled_by = s.id
      group by s.id, s.total having s.total <> coalesce(sum(l.amount), 0)`,
  },
  {
    // A refund line that takes back another charge than the refund did leaves the sum as it is.
    table: 'settlement.visit_line',
    text: `select s.id::text as row, 'settled ' || t.settled || ' of the charge ' || t.charge
          || ', the lines of its visit come to ' || t.kept as what
      from settlement.visit v
      join settlement.bill b on b.institution = v.institution and b.visit = v.visit and b.settlement_id = any(v.settlements)
      join settlement.settlement s on s.id = b.settlement_id and s.insured_id = b.insured_id and s.replaces is not null
      cross join lateral (
        select u.charge, sum(u.settled) as settled, sum(u.kept) as kept
        from (
          select coalesce(l.refund_of, l.serial) as charge, l.amount as settled, 0 as kept
          from settlement.settlement_line l where l.settlement_id = s.id and l.insured_id = s.insured_id
          union all
          select coalesce(l.refund_of, l.serial), 0, l.amount
          from settlement.visit_line l
          where l.institution = v.institution and l.visit = v.visit and l.settled_by = s.id) u
        group by u.charge having sum(u.settled) <> sum(u.kept)) t`,
  },
  {
    table: 'settlement.visit_line',
    text: `select l.institution || ' ' || l.visit || ' ' || l.serial as row,
        'counts ' || l.amount || ', but was sent as ' || (l.sent ->> 'amount') as what
      from settlement.visit_line l where (l.sent ->> 'amount')::numeric * 100 <> l.amount`,
  },
  {
    table: 'settlement.visit',
    text: `select v.institution || ' ' || v.visit as row, case
          when ${IS_ANOTHERS} then 'is settled for another person'
          when v.state = 'CANCELLED' then 'was cancelled although it is settled'
          else 'is settled by ' || b.settlement_id || ', which it does not name' end as what
      from settlement.visit v join settlement.bill b on b.institution = v.institution and b.visit = v.visit
      -- What is asked for in another province holds its key for nobody yet.
        and b.insured_id <> '${NOBODY}'
      where v.state <> 'CANCELLED' and not b.settlement_id = any(v.settlements) and (${IS_ANOTHERS} or not ${IS_CLAIMED})
        or b.settlement_id = any(v.settlements) and (${IS_ANOTHERS} or v.state = 'CANCELLED')`,
  },
  {
    table: 'settlement.visit',
    text: `select v.institution || ' ' || v.visit as row, 'is settled whole and has lines that are not' as what
      from settlement.visit v where v.state = 'SETTLED' and exists (select from settlement.visit_line l
        where l.institution = v.institution and l.visit = v.visit and l.settled_by is null)`,
  },
] as const
