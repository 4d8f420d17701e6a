-- What a person has to give back since the bank has paid twice names what the bank said, and who of the bureau sees to it.
alter table settlement.claim_recovery
  add column return_id uuid unique references settlement.claim_payment_return,
  add column owner text;
create index claim_recovery_of_owner on settlement.claim_recovery (owner, id) where owner is not null;
grant update (owner) on settlement.claim_recovery to {{settlement.writer}};
