/** Questions to prescriptions, what was dispensed of them, and trace codes; asked with those of `verify-tables.ts`. */
export const PRESCRIPTION_CHECKS = [
  {
    table: 'settlement.dispensing',
    text: `select i.prescription_id || ' ' || i.number as row,
        'settlements dispensed ' || sum(d.quantity) || ' of ' || i.quantity as what
      from settlement.prescription_item i
      join settlement.dispensing d on d.insured_id = i.insured_id and d.prescription_id = i.prescription_id
        and d.item = i.number
      group by i.insured_id, i.prescription_id, i.number
      having sum(d.quantity) > i.quantity or sum(d.quantity) < 0`,
  },
  {
    table: 'settlement.dispensing',
    text: `select d.settlement_id || ' ' || d.line as row,
        case when l.settlement_id is null then 'has no line that dispensed it'
          else 'is ' || d.quantity || ' of ' || i.code || ', its line says ' || l.quantity || ' of ' || l.code end as what
      from settlement.dispensing d
      join settlement.prescription_item i on i.insured_id = d.insured_id and i.prescription_id = d.prescription_id
        and i.number = d.item
      left join settlement.settlement s on s.id = d.settlement_id
        and s.institution = d.institution
      left join settlement.settlement_line l on l.settlement_id = s.id and l.insured_id = s.insured_id
        and l.number = d.line
      where l.quantity is distinct from d.quantity or l.code <> i.code`,
  },
  {
    table: 'settlement.dispensing',
    text: `select v.settlement_id || ' ' || coalesce(d.line, b.line) as row,
        'was not given back by the reversal as it was dispensed' as what
      from settlement.reversal v
      cross join lateral (
        select * from settlement.dispensing d where d.settlement_id = v.settlement_id
      ) d
      full join (
        select b.*, v.settlement_id as of_id from settlement.reversal v
        join settlement.dispensing b on b.settlement_id = v.reversal_id
      ) b on b.of_id = d.settlement_id and b.insured_id = d.insured_id and b.line = d.line
      where d.prescription_id is distinct from b.prescription_id or d.item is distinct from b.item
        or d.quantity is distinct from -b.quantity`,
  },
  {
    table: 'settlement.prescription_revocation',
    text: `select n.prescription_id::text as row, 'revokes what was dispensed' as what
      from settlement.prescription_revocation n
      join settlement.dispensing d on d.insured_id = n.insured_id and d.prescription_id = n.prescription_id
      group by n.insured_id, n.prescription_id having sum(d.quantity) <> 0`,
  },
  {
    table: 'settlement.prescription_number',
    text: `select coalesce(m.institution, p.institution) || ' ' || coalesce(m.own_number, p.own_number) as row,
        case when m.institution is null then 'is missing for prescription ' || p.prescription_id
          else 'names prescription ' || m.prescription_id || ', which has another number' end as what
      from settlement.prescription_number m
      full join settlement.prescription p on p.insured_id = m.insured_id and p.prescription_id = m.prescription_id
        and p.institution = m.institution and p.own_number = m.own_number
      where m.institution is null or p.institution is null`,
  },
  {
    table: 'settlement.trace_code',
    text: `select t.code as row, 'is held by settlement ' || t.settlement_id || ', which does not stand or carry it' as what
      from settlement.trace_code t
      where exists (select from settlement.reversal v
          where v.settlement_id = t.settlement_id and v.insured_id = t.insured_id)
        or not exists (select from settlement.settlement s
          join settlement.settlement_line l on l.settlement_id = s.id and l.insured_id = s.insured_id
          where s.id = t.settlement_id and s.insured_id = t.insured_id and s.institution = t.institution
            and s.reverses is null and l.refund_of is null and t.code = any (l.trace_codes))`,
  },
  {
    // A package that came back in the same bill is not paid for: its code is free.
    table: 'settlement.trace_code',
    text: `select c.code as row, 'is missing for settlement ' || l.settlement_id || ', which paid for it' as what
      from settlement.settlement_line l
      cross join lateral unnest(l.trace_codes) as c (code)
      join settlement.settlement s on s.id = l.settlement_id and s.insured_id = l.insured_id and s.reverses is null
      where l.refund_of is null
        and not exists (select from settlement.reversal v
          where v.settlement_id = s.id and v.insured_id = s.insured_id)
        and not exists (select from settlement.settlement_line b
          where b.settlement_id = l.settlement_id and b.insured_id = l.insured_id and b.refund_of = l.serial
          group by b.refund_of having sum(b.quantity) = -l.quantity or bool_or(c.code = any (b.trace_codes)))
        and not exists (select from settlement.trace_code t where t.code = c.code)`,
  },
] as const
