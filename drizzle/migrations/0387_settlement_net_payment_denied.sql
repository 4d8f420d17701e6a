-- A payment between provinces that the receiver does not take is denied for good, by the code of why, on both platforms: in the
-- books of the payer it is taken back, and its statements may be paid by another.
alter table settlement.net_payment
  drop constraint state_is_known,
  add constraint state_is_known check (state in ('PAID', 'RECEIVED', 'DENIED')),
  add column trouble text,
  add constraint denied_for_a_reason check ((state = 'DENIED') = (trouble is not null));
grant update (trouble) on settlement.net_payment to {{settlement.writer}};

-- `live`: not of a payment that was denied. A statement is settled by one that is.
alter table settlement.net_payment_part
  drop constraint net_payment_part_pkey,
  add primary key (payment_id, statement_id),
  add column live boolean not null default true;
drop index settlement.net_payment_part_of_payment;
create unique index one_live_payment on settlement.net_payment_part (statement_id) where live;
grant update (live) on settlement.net_payment_part to {{settlement.writer}};

alter table settlement.clearing_posting drop constraint kind_is_known, add constraint kind_is_known check (kind in
  ('DEDUCTION', 'DIFFERENCE', 'DUE', 'CLAIM', 'DEPOSIT', 'RELEASE', 'RESCORED', 'DECISION', 'SENT', 'PAID', 'REJECTED', 'RETURNED',
    'POOL_PAID', 'POOL_RECEIVED', 'PROVINCE_DEDUCTION', 'PROVINCE_PREFUND', 'PROVINCE_PREFUND_BACK', 'PROVINCE_PAID',
    'PROVINCE_PAID_BACK', 'PROVINCE_RECEIVED', 'CLAIM_SENT', 'CLAIM_PAID', 'CLAIM_REJECTED', 'CLAIM_RETURNED', 'CLAIM_OWED_BACK',
    'CLAIM_SET_OFF', 'CLAIM_RECEIVED'));
