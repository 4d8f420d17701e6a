import { HOSPITAL, NEIGHBOUR, OTHER, PERSON } from './visible-readers.ts'

/**
 * Bills and stays of persons of another province here and of persons here elsewhere, of two pools, institutions and persons;
 * away-clearing and exchange-stay tests tell how they come to be. All is over, so that no worker goes on with it.
 */
export const AWAY_ROWS = `
  create temporary table owner as select * from (values
    ('629900', '${HOSPITAL}', '${PERSON.insuredId}'::uuid), ('620100', '${OTHER}', '${NEIGHBOUR.insuredId}'::uuid)
  ) as one (pool, institution, insured_id);
  insert into settlement.away_bill (exchange, kind, province, caller, request_id, operation, digest, institution, clearing_agency,
    visit, charge_batch, state, asked, settlement_id, asked_at)
  select gen_random_uuid(), 'SETTLE', '51', 'institution:' || institution, 'away', 'settle', 'x', institution, pool,
    'AWAY', '1', 'REFUSED', '{}', gen_random_uuid(), now() from owner;
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
  drop table owner`
