-- What waits is gone on with province by province, so that one whose platform hangs does not hold up the others.
drop index settlement.away_bill_waiting;
create index away_bill_waiting on settlement.away_bill (province, next_at) where next_at is not null;
