-- Insured: having been shown a credential opens nothing once the institution's agreement is no longer in force. All that
-- an institution sees of a person it sees by presence, so it is said here alone.
alter policy reader_presence on insured.presence using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    when 'institution' then institution = current_setting('yibao.institution', true)
      -- A select of its own, so that it is asked once for a statement and not for each row.
      and (select institutions.is_in_force(current_setting('yibao.institution', true), insured.today()))
    else false
  end
);
