-- What is to be said is read of each province by itself, so that the queue of one is not behind that of another.
drop index settlement.province_message_waiting;
create index province_message_unanswered on settlement.province_message (province, id) where answered_at is null;
