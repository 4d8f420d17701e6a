/** Something of everything between provinces, of two pools; away-clearing, prefund and netting tests tell how it comes to be. */
export const PROVINCE_ROWS = `
  insert into settlement.away_bill (exchange, kind, province, caller, request_id, operation, digest, institution, clearing_agency,
    visit, charge_batch, state, asked, settlement_id, asked_at)
  select gen_random_uuid(), 'SETTLE', '51', institution, 'away', 'settle', '', institution, pool, 'V', 'B', 'ABORTED', '{}',
    gen_random_uuid(), now()
  from unnest(array['H62990000001', 'H62010000001'], array['629900', '620100']) of (institution, pool);
  insert into settlement.institution_elsewhere (settlement_id, insured_id, name, kind, level, pool)
  select id, insured_id, 'x', 'HOSPITAL', 'LEVEL_3', '510100' from settlement.settlement;
  insert into settlement.province_message (id, province, type, pool, message, at, next_at)
  select gen_random_uuid(), '51', 'deduction', pool, '{}', now(), 'infinity' from unnest(array['629900', '620100']) pool;
  insert into settlement.exchange_deduction (id, province, exchange, insured_id, settlement_id, pool, institution, amount, reason,
    words, decided_at, at)
  select gen_random_uuid(), '51', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), pool, 'H51010000001', 1, 'OTHER', 'x',
    now(), now() from unnest(array['629900', '620100']) pool;
  with one as (
    insert into settlement.prefund (id, province, side, pool, state, amount)
    values (gen_random_uuid(), '51', 'HOLDER', '629900', 'REQUESTED', 1) returning id)
  insert into settlement.prefund_step (prefund_id, number, state, caller, at)
  select id, 1, 'REQUESTED', 'x', now() from one;
  insert into settlement.prefund_level (province, side, level, amount, used, since) values ('51', 'PAYER', 'GREEN', 1, 0, now());
  insert into settlement.province_budget (province, paper_number, set_by, set_at) values ('51', 'x', 'x', now());
  insert into settlement.budget_taken (exchange, province, amount) values (gen_random_uuid(), '51', 1);
  insert into settlement.exchange_reconciliation (id, province, place, day, state, here_count, here_total, here_fund, here_account,
    asked_by, at)
  values (gen_random_uuid(), '51', '51', '2026-11-21', 'UNANSWERED', 0, 0, 0, 0, 'x', now());
  insert into settlement.exchange_difference (id, province, place, day, exchange, pool, cause, found_at, seen_at)
  select gen_random_uuid(), '51', '51', '2026-11-21', gen_random_uuid(), pool, 'ONLY_THERE', now(), now()
  from unnest(array['629900', '620100']) pool;
  with statement as (
    insert into settlement.net_statement (id, province, side, month, state, count, amount)
    values (gen_random_uuid(), '51', 'HOME', '2026-10', 'DECLARED', 1, 1) returning id),
  item as (
    insert into settlement.net_item (item, statement_id, kind, bill, pool, amount)
    select gen_random_uuid(), id, 'BILL', gen_random_uuid(), '629900', 1 from statement),
  dispute as (
    insert into settlement.net_dispute (statement_id, item, kind, amount, words)
    select id, gen_random_uuid(), 'BILL', 1, 'x' from statement),
  step as (
    insert into settlement.net_step (statement_id, number, state, caller, at)
    select id, 1, 'DECLARED', 'x', now() from statement),
  payment as (
    insert into settlement.net_payment (id, province, side, state, amount, bank_reference, paid_on)
    values (gen_random_uuid(), '51', 'RECEIVER', 'PAID', 1, 'x', '2026-11-21') returning id)
  insert into settlement.net_payment_part (statement_id, payment_id) select s.id, p.id from statement s, payment p;
  with notice as (
    insert into settlement.national_notice (id, number, province, month, sha256, imported_by, at)
    values (gen_random_uuid(), 'x', '62', '2026-10', 'x', 'x', now()) returning id)
  insert into settlement.national_notice_line (notice_id, province, side, line, count, amount)
  select id, '51', 'HOME', 2, 1, 1 from notice;`
