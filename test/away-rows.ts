import { HOSPITAL, NEIGHBOUR, OTHER, PERSON } from './visible-readers.ts'

/**
 * Stays here of persons of another province and of persons here elsewhere, of two pools, institutions and persons; the tests
 * of stays of the exchange tell how they come to be. Home has answered all, so that no worker goes on with it.
 */
export const AWAY_ROWS = `
  create temporary table owner as select * from (values
    ('629900', '${HOSPITAL}', '${PERSON.insuredId}'::uuid), ('620100', '${OTHER}', '${NEIGHBOUR.insuredId}'::uuid)
  ) as one (pool, institution, insured_id);
  with stay as (
    insert into settlement.visit (institution, visit, id, insured_id, pool, agency, care_type, care_kind, emergency, admitted_at,
      lines_from, diagnoses, state, version, next_line, settlements, operator, opened_at, changed_at)
    select institution, 'AWAY', gen_random_uuid(), gen_random_uuid(), '510100', pool, '11', 'OUTPATIENT', false, now(), now(), '[]',
      'OPEN', 1, 2, '{}', 'x', now(), now()
    from owner returning institution, visit)
  insert into settlement.visit_line (institution, visit, serial, number, time, amount, sent, uploaded_at)
  select institution, visit, '1', 1, now(), 1, '{}', now() from stay;
  insert into cross_province.stay_elsewhere (insured_id, stay_id, pool, province, institution, institution_name, visit, care_type,
    diagnoses, admitted_at, state, recorded_at, changed_at)
  select insured_id, gen_random_uuid(), pool, '51', 'H51010000001', 'x', pool, '21', '[]', now(), 'ADMITTED', now(), now()
  from owner;
  with stay as (
    insert into cross_province.incoming_stay (stay_id, institution, pool, visit, insured_pool, insured_id, care_type, diagnoses,
      admitted_at, state, announced_at, changed_at)
    select gen_random_uuid(), institution, pool, 'AWAY', '510100', gen_random_uuid(), '21', '[]', now(), 'ADMITTED', now(), now()
    from owner returning stay_id)
  insert into cross_province.stay_notice (stay_id, number, exchange, type, message, state, announced_at, answered_at)
  select stay_id, 1, stay_id, 'admission', '{}', 'RECORDED', now(), now() from stay;
  insert into cross_province.exchange_message (direction, province, message_id, type, digest, signature_input, signature, at)
  values ('IN', '51', gen_random_uuid(), 'outcome', 'x', 'x', 'x', now());
  drop table owner`
