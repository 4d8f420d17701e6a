-- A draft is its writer's until it is submitted: the auditor sees what was submitted.
alter policy those_concerned_read on settlement.claim using (
  case current_setting('yibao.role', true)
    when 'auditor' then submitted_at is not null
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '') and (submitted_at is not null or channel = 'WINDOW')
    else false
  end
);
