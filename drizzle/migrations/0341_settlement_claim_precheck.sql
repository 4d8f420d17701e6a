-- What the rules found in a claim before anybody looks at it; null while they have not looked since papers came last.
alter table settlement.claim add column precheck jsonb;
grant update (precheck) on settlement.claim to {{settlement.writer}};
create index claim_unchecked on settlement.claim (submitted_at) where state = 'SUBMITTED' and precheck is null;
