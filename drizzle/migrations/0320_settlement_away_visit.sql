-- Visits opened here of persons insured in other provinces: the bill that is made of one is asked for at home, and until
-- home has answered the visit is held.

alter table settlement.away_bill
  -- It is of a visit that was opened here, whose lines it settles or sets free.
  add column of_opened boolean not null default false;
-- Of such a visit one thing is under way at a time: the reversal of one bill changes the visit another was made of.
create unique index away_bill_of_opened_visit on settlement.away_bill (institution, visit)
  where of_opened and next_at is not null;
