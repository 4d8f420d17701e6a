import { TRANSFERRED_BETWEEN } from './verify-account-transfer.ts'

/** Questions to clearing between pools; asked with those of `verify-tables.ts`. */
export const POOL_CHECKS = [
  {
    table: 'settlement.pool_statement',
    text: `select p.id::text as row, 'says ' || p.statements || ' statements, ' || p.amount || '; what is in it comes to '
          || i.statements || ', ' || i.amount as what
      from settlement.pool_statement p
      cross join lateral (
        select count(*) as statements, coalesce(sum(m.settlements), 0) as settlements,
          coalesce(sum(m.reversals), 0) as reversals, coalesce(sum(m.fund), 0) as fund,
          coalesce(sum(m.account), 0) as account, coalesce(sum(m.deducted), 0) as deducted,
          coalesce(sum(m.difference), 0) as difference, coalesce(sum(x.amount), 0) as amount
        from settlement.pool_statement_item x join settlement.monthly_statement m on m.id = x.statement_id
        where x.pool_statement_id = p.id) i
      where p.state <> 'WITHDRAWN'
        and (p.statements, p.settlements, p.reversals, p.fund, p.account, p.deducted, p.difference, p.amount)
          <> (i.statements, i.settlements, i.reversals, i.fund, i.account, i.deducted, i.difference, i.amount)`,
  },
  {
    table: 'settlement.pool_statement_item',
    text: `select x.statement_id::text as row, 'is not what was confirmed between these pools' as what
      from settlement.pool_statement_item x
      join settlement.pool_statement p on p.id = x.pool_statement_id
      join settlement.monthly_statement m on m.id = x.statement_id
      where (x.creditor, x.debtor, x.creditor, x.debtor, p.insurance_type)
          <> (p.creditor, p.debtor, m.pool, m.insured_pool, m.insurance_type)
        or x.amount <> m.transfer + m.deposit or m.confirmed_at is null or m.month > p.month or p.state = 'WITHDRAWN'`,
  },
  {
    table: 'settlement.pool_statement_step',
    text: `select p.id::text as row, 'is ' || p.state || ', its last step ' || coalesce(s.state, 'nothing') as what
      from settlement.pool_statement p
      left join lateral (select state from settlement.pool_statement_step where pool_statement_id = p.id
        order by number desc limit 1) s on true
      where s.state is distinct from p.state`,
  },
  {
    // By both books: what was confirmed with hospitals, less what was paid, and less what has come in.
    table: 'settlement.ledger_entry',
    text: `select coalesce(e.account, x.account) as row,
        'holds ' || coalesce(e.amount, 0) || ', statements come to ' || coalesce(x.amount, 0) as what
      from (
        select account, sum(amount) as amount from settlement.ledger_entry
        where starts_with(account, 'due:') or starts_with(account, 'claim:') group by 1
      ) e
      full join (
        select account, sum(amount) as amount from (
          select 'due:' || insured_pool || ':' || pool as account, transfer + deposit as amount
          from settlement.monthly_statement
          where pool <> insured_pool and other_province is null and confirmed_at is not null
          union all
          select 'claim:' || pool || ':' || insured_pool, -transfer - deposit
          from settlement.monthly_statement
          where pool <> insured_pool and other_province is null and confirmed_at is not null
          union all
          select 'due:' || debtor || ':' || creditor, -amount from settlement.pool_statement
          where state in ('PAID', 'RECEIVED')
          union all ${TRANSFERRED_BETWEEN}
          union all
          select 'claim:' || creditor || ':' || debtor, amount from settlement.pool_statement where state = 'RECEIVED'
        ) moved group by 1
      ) x on x.account = e.account
      where coalesce(e.amount, 0) <> coalesce(x.amount, 0)`,
  },
] as const
