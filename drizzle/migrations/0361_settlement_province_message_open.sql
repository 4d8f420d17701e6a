-- What is to be said to other provinces about money and has no answer, or was refused, is a queue of the bureau it concerns.
alter table settlement.province_message
  -- Why it was last said in vain: a code.
  add column trouble text;
grant update (trouble) on settlement.province_message to {{settlement.writer}};
create index province_message_open on settlement.province_message (pool, id)
  where answered_at is null or rejection is not null;
