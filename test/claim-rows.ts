import { HOSPITAL, NEIGHBOUR, OTHER, PERSON } from './visible-readers.ts'

/**
 * A claim with everything that may belong to one, and a draft, of two pools and persons; the tests of claims tell how they
 * come to be.
 */
export const CLAIM_ROWS = `
  create temporary table claimed as
  select pool, institution, insured_id, employer, gen_random_uuid() as claim_id from (values
    ('629900', '${HOSPITAL}', '${PERSON.insuredId}'::uuid, '91629900DEM000001P'),
    ('620100', '${OTHER}', '${NEIGHBOUR.insuredId}'::uuid, '91620100DEM000001P')
  ) as one (pool, institution, insured_id, employer);
  insert into settlement.claim (insured_id, id, number, pool, insurance_type, kind, cause, state, content, rules, applied_by, channel,
    opened_at, changed_at, submitted_at)
  select insured_id, claim_id, 'C' || pool, pool, '310', 'OUTPATIENT', 'NO_CREDENTIAL', 'SUBMITTED', '{}'::jsonb, 'x', 'x', 'PERSON',
    now(), now(), now() from claimed
  union all
  select insured_id, gen_random_uuid(), 'D' || pool, pool, '310', null, null, 'DRAFT', '{}', null, 'x', 'PERSON', now(), now(), null::timestamptz
  from claimed
  union all
  select insured_id, gen_random_uuid(), 'W' || pool, pool, '310', null, null, 'DRAFT', '{}', null, 'x', 'WINDOW', now(), now(), null
  from claimed;
  insert into settlement.refused_bill (insured_id, institution, visit, charge_batch, exchange, province, pool, name, level, place,
    begin_at, end_at, content, rejection, refused_at)
  select insured_id, 'H51010000001', 'V', 'B', gen_random_uuid(), '51', pool, 'x', 'LEVEL_3', '510100', now(), now(),
    '{"careType": "11", "diagnoses": [], "lines": [], "total": "1.00"}', '{"code": "x", "text": {"zh": "x", "en": "x"}}', now()
  from claimed;
  insert into settlement.claim_invoice (insured_id, claim_id, code, number, issued_on, amount, live)
  select insured_id, claim_id, pool, '1', '2026-11-01', 1, true from claimed;
  insert into settlement.claim_document (insured_id, claim_id, document_id, kind, sha256, live, added_at)
  select insured_id, claim_id, gen_random_uuid(), 'INVOICE', sha256(pool::bytea), true, now() from claimed;
  insert into settlement.claim_event (insured_id, claim_id, seq, kind, state, at, by)
  select insured_id, claim_id, 1, 'SUBMITTED', 'SUBMITTED', now(), 'x' from claimed;
  update settlement.claim set decided_at = now() where submitted_at is not null;
  insert into settlement.claim_line_review (insured_id, claim_id, serial, outcome, amount, by, at)
  select insured_id, id, '1', 'APPROVED', 1, 'x', now() from settlement.claim;
  insert into settlement.claim_clock (insured_id, claim_id, kind, started_at, days, due_on)
  select insured_id, claim_id, 'PAYMENT', now(), 1, '2999-01-01' from claimed;
  insert into settlement.claim_decision (id, insured_id, claim_id, outcome, proposed_by, proposed_at, confirmed_by, confirmed_at)
  select gen_random_uuid(), insured_id, claim_id, 'APPROVE', 'x', now(), 'y', now() from claimed
  union all
  select gen_random_uuid(), insured_id, claim_id, 'APPROVE', 'x', now(), null, null from claimed;
  insert into settlement.claim_appeal (id, insured_id, claim_id, words, state, opened_by, opened_at)
  select gen_random_uuid(), insured_id, claim_id, 'x', 'OPEN', 'x', now() from claimed;
  insert into settlement.claim_account (insured_id, claim_id, seq, holder, bank_name, sealed, masked, fits, entered_by, entered_at)
  select insured_id, claim_id, 1, 'x', 'x', '', '1', true, 'x', now() from claimed;
  insert into settlement.claim_certificate (id, insured_id, claim_id, employer, begin_on, end_on, state, words, requested_at)
  select gen_random_uuid(), insured_id, claim_id, employer, '2026-11-01', '2026-11-01', 'REQUESTED', '{}', now() from claimed;
  drop table claimed`
