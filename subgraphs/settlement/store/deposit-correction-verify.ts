import { postingArchived } from './ledger-border.ts'

const PAID = (part: string) => `exists (select from settlement.payment_part p where p.part_id = ${part} and p.open)`

/** Questions to corrected scores; asked with those of `verify-tables.ts`. */
export const DEPOSIT_CORRECTION_CHECKS = [
  {
    // What was paid when the score was corrected counts against the new one: it is still paid, or came back since and is owed again by itself.
    table: 'settlement.deposit_release',
    text: `select n.id::text as row, 'corrects ' || r.id || ' of ' || r.kept || ' by ' || n.kept || ', of which ' || x.paid
        || ' was paid; it says ' || n.settled as what
      from settlement.deposit_release r join settlement.deposit_release n on n.id = r.corrected_by
      left join settlement.deposit_decision d on d.release_id = r.id
      cross join lateral (select case when r.state = 'CORRECTED' and not ${PAID('r.id')} and r.amount <> r.settled
          then r.settled else r.amount end
        + case when d.outcome = 'RELEASED' and (d.state <> 'CORRECTED' or ${PAID('d.id')}) then d.amount else 0 end as paid) x
      where n.settled <> x.paid or (n.institution, n.pool, n.year, n.kept) <> (r.institution, r.pool, r.year, r.kept)`,
  },
  {
    table: 'settlement.deposit_release',
    text: `select n.id::text as row, 'says that ' || n.settled || ' was paid by a score it corrects, and corrects none' as what
      from settlement.deposit_release n where (n.settled <> 0 or n.reason is not null)
        and not exists (select from settlement.deposit_release r where r.corrected_by = n.id)`,
  },
  {
    // A year has one score.
    table: 'settlement.deposit_release',
    text: `select institution || ' ' || pool || ' ' || year as row, 'has ' || count(distinct score) || ' scores' as what
      from settlement.deposit_release where corrected_by is null and score is not null
      group by institution, pool, year having count(distinct score) > 1`,
  },
  {
    table: 'settlement.deposit_decision',
    text: `select d.id::text as row, 'is ' || d.state || ', its release is ' || r.state as what
      from settlement.deposit_decision d join settlement.deposit_release r on r.id = d.release_id
      where case when r.corrected_by is null then d.state = 'CORRECTED' else d.state = 'FORFEITED' end`,
  },
  {
    // What a wrong score moved is moved back, account by account.
    table: 'settlement.clearing_posting',
    text: `select p.source || ' ' || e.account as row, 'was not taken back: ' || sum(e.amount) || ' is left' as what
      from settlement.clearing_posting p join settlement.ledger_entry e on e.group_id = p.group_id
      where p.source in (select source from settlement.clearing_posting where kind = 'RESCORED')
        and not ${postingArchived('p.source')}
      group by p.source, e.account having sum(e.amount) <> 0`,
  },
] as const
