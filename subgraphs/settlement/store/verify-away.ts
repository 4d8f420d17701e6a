import { insuredHere } from './away.ts'

const fen = (of: string): string => `round((x.line ->> '${of}')::numeric * 100)`

/** Questions about bills of persons insured on the platform of another province; asked with those of `verify-tables.ts`. */
export const AWAY_CHECKS = [
  {
    table: 'settlement.away_bill',
    text: `select a.exchange::text as row, 'is COMMITTED and its settlement is not there, or another than was told' as what
      from settlement.away_bill a
      where a.state = 'COMMITTED' and not exists (select from settlement.settlement s
        where s.id = a.settlement_id and s.insured_id = a.insured_id and s.other_province = a.province
          and (a.kind = 'REVERSE') = (s.reverses is not null)
          and (a.answer is null or s.total = round((a.answer #>> '{amounts,total}')::numeric * 100)
            and s.cash = round((a.answer #>> '{amounts,cash}')::numeric * 100)))`,
  },
  {
    table: 'settlement.request',
    text: `select coalesce(r.request_id, a.request_id) as row, case when r.request_id is null
        then 'is under way and not pending' else 'is pending and not under way' end as what
      from (select * from settlement.request where outcome = 'PENDING') r
      full join (select * from settlement.away_bill where state in ('ASKED', 'COMMITTING')) a
        on a.caller = r.caller and a.request_id = r.request_id
      where r.request_id is null or a.request_id is null`,
  },
  {
    table: 'settlement.away_bill',
    text: `select a.exchange::text as row, 'names somebody who is insured here' as what
      from settlement.away_bill a
      where a.state = 'COMMITTED' and ${insuredHere('a.insured_id', 'a.province')}`,
  },
  {
    // As it was said, or wholly the person's own, as home leaves what it does not cover.
    table: 'settlement.settlement_line',
    text: `select l.settlement_id || ' ' || x.number as row, 'is not what was said to the platform of the insurance' as what
      from settlement.away_bill a
      cross join lateral jsonb_array_elements(a.asked -> 'lines') with ordinality x (line, number)
      left join settlement.settlement_line l
        on l.settlement_id = a.settlement_id and l.insured_id = a.insured_id and l.number = x.number
      where a.state = 'COMMITTED' and a.kind = 'SETTLE' and (l.number is null
        or (l.self_paid, l.over_ceiling, l.first_self_payment, l.in_scope)
          <> (${fen('selfPaid')}, ${fen('overCeilingAmount')}, ${fen('firstSelfPayment')}, ${fen('inScope')})
        and (l.self_paid <> l.amount or (l.over_ceiling, l.first_self_payment, l.in_scope) <> (0, 0, 0)))`,
  },
]
