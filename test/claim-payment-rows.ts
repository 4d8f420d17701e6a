import { OF_POOL, type Seen } from './visible-readers.ts'
import { BELOW_CLAIM } from './visible-claim.ts'

/** What paying leaves behind of the claims of `CLAIM_ROWS`. */
export const CLAIM_PAYMENT_ROWS = `
  create temporary table sent as
  select insured_id, id as claim_id, pool, number, gen_random_uuid() as batch, gen_random_uuid() as row, gen_random_uuid() as result,
    gen_random_uuid() as recovery
  from settlement.claim where number in ('C629900', 'C620100');
  insert into settlement.claim_payment_batch (id, pool, number, rows, amount, state, made_by, made_at)
  select batch, pool, pool || 'L001', 1, 1, 'SENT', 'x', now() from sent;
  insert into settlement.claim_payment_row (id, batch_id, number, insured_id, claim_id, claim_number, pool, account_seq, amount, state)
  select row, batch, 1, insured_id, claim_id, number, pool, 1, 1, 'SENT' from sent;
  insert into settlement.claim_payment_result (id, batch_id, pool, digest, paid, rejected, repeated, problems, problems_left_out,
    read_by, read_at)
  select result, batch, pool, 'x', 0, 0, 0, '[]', 0, 'x', now() from sent;
  insert into settlement.claim_payment_return (id, row_id, kind, result_id, insured_id, claim_id, pool, amount, bank_reason,
    reported_at, state)
  select gen_random_uuid(), row, 'CAME_BACK', result, insured_id, claim_id, pool, 1, 'x', now(), 'OPEN' from sent;
  insert into settlement.claim_recovery (id, insured_id, claim_id, pool, amount, settled, raised_at)
  select recovery, insured_id, claim_id, pool, 2, 1, now() from sent;
  insert into settlement.claim_recovery_step (id, recovery_id, insured_id, claim_id, pool, kind, amount, by, at)
  select gen_random_uuid(), recovery, insured_id, claim_id, pool, 'SET_OFF', 1, 'x', now() from sent;
  insert into settlement.claim_decision_paper (decision_id, insured_id, claim_id, content, content_hash, code_hash, issued_at)
  select d.id, d.insured_id, d.claim_id, '{}', '', sha256(s.pool::bytea), now()
  from sent s join settlement.claim_decision d on d.claim_id = s.claim_id and d.confirmed_at is not null;
  drop table sent`

const BUREAU: Seen = { institution: 'false', staff: OF_POOL, person: 'false', auditor: 'true' }

/** What is paid for a claim is seen with it; files and answers of the bank are the bureau's. */
export const VISIBLE_CLAIM_PAYMENT: Readonly<Record<string, Seen>> = {
  'settlement.claim_payment_batch': BUREAU,
  'settlement.claim_payment_row': BELOW_CLAIM,
  'settlement.claim_payment_result': BUREAU,
  'settlement.claim_payment_return': BUREAU,
  'settlement.claim_recovery': BELOW_CLAIM,
  'settlement.claim_recovery_step': BELOW_CLAIM,
  'settlement.claim_decision_paper': BELOW_CLAIM,
}
