import { BORDER } from './ledger-border.ts'

/** Keys that a bill under way with another province, or a claim, holds for nobody yet. */
export const HELD = (of: string): string => `(exists (select from settlement.away_bill a
        where a.next_at is not null and a.settlement_id = ${of}.settlement_id)
      or exists (select from settlement.claim c where c.id = ${of}.settlement_id
        and c.state not in ('DRAFT', 'WITHDRAWN', 'NOT_ACCEPTED', 'REJECTED')))`

/** Settlements of claims that stand. */
const STANDING = `select s.id, s.claim_id from settlement.settlement s where s.claim_id is not null and s.reverses is null
          and not exists (select from settlement.reversal v where v.settlement_id = s.id and v.insured_id = s.insured_id)`

/** Questions to claims and what was settled of them; asked with those of `verify-tables.ts`. */
export const CLAIM_CHECKS = [
  {
    table: 'settlement.claim',
    text: `select c.id::text as row, 'is owed ' || c.owed || ', its settlements come to ' || coalesce(o.amount, 0) as what
      from settlement.claim c
      left join (
        select s.claim_id, sum(e.amount) as amount from settlement.settlement s
        join settlement.ledger_entry e on e.group_id = s.id and e.account = 'payable:claim:' || s.pool
        where s.claim_id is not null group by 1
      ) o on o.claim_id = c.id
      where c.owed <> coalesce(o.amount, 0) and not exists (
        select from settlement.settlement s where s.claim_id = c.id and s.id < ${BORDER})`,
  },
  {
    // A claim is settled by one that stands from its approval on, and by none before.
    table: 'settlement.claim',
    text: `select coalesce(c.id, s.claim_id)::text as row,
        case when c.id is null then 'is not there, or names another settlement than ' || s.id
          when s.id is null then 'is ' || c.state || ' by settlement ' || coalesce(c.settlement_id::text, '?') || ', which does not stand for it'
          else 'is ' || c.state || ', and settlement ' || s.id || ' stands for it' end as what
      from (select * from settlement.claim
        where settlement_id is not null or state in ('APPROVED', 'PAYING', 'PAYMENT_RETURNED', 'PAID')) c
      full join (${STANDING}) s on s.claim_id = c.id and s.id = c.settlement_id
      where c.id is null or s.id is null or c.state not in ('APPROVED', 'PAYING', 'PAYMENT_RETURNED', 'PAID')`,
  },
  {
    table: 'settlement.settlement',
    text: `select s.id::text as row, 'is of another person or pool than claim ' || c.id as what
      from settlement.settlement s join settlement.claim c on c.id = s.claim_id
      where s.pool <> c.pool or s.insurance_type <> c.insurance_type or s.insured_id <> c.insured_id and not exists (
        select from settlement.person_alias a where a.insured_id = c.insured_id and a.survivor_id = s.insured_id)`,
  },
  {
    // Nobody declares or clears what was paid by hand.
    table: 'settlement.reconciled',
    text: `select s.id::text as row, 'was paid by hand, which no institution reconciles' as what
      from settlement.settlement s where s.claim_id is not null and (
        exists (select from settlement.reconciled r where r.settlement_id = s.id and r.insured_id = s.insured_id)
        or exists (select from settlement.clearing_item i where i.settlement_id = s.id and i.insured_id = s.insured_id))`,
  },
  {
    table: 'settlement.claim_invoice',
    text: `select i.claim_id || ' ' || i.number as row, 'is not held at institution ' || i.institution as what
      from settlement.claim_invoice i
      where i.live and i.institution is not null and not exists (select from settlement.invoice v
        where v.institution = i.institution and v.invoice = i.number and v.settlement_id = i.claim_id)
        -- Another person's bill has passed it.
        and not exists (select from settlement.claim_event e
          where e.insured_id = i.insured_id and e.claim_id = i.claim_id and e.kind = 'GAVE_WAY')`,
  },
] as const
