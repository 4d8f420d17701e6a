-- A certificate is of the days it was signed for: of others, or of another employer, another is asked for.
alter table settlement.claim_certificate add column begin_on date, add column end_on date;
update settlement.claim_certificate set (begin_on, end_on) = (
  select d[1], d[2] from (
    select array_agg(case when day like '%T%' then (day::timestamptz at time zone 'Asia/Shanghai')::date else left(day, 10)::date end
      order by place) as d
    from unnest(regexp_match(words ->> 'zh', '人员，(\S+) 至 (\S+) 就医')) with ordinality one (day, place)) days);
-- What says no days is of none that care could have been on.
update settlement.claim_certificate set begin_on = '0001-01-01', end_on = '0001-01-01' where begin_on is null or end_on is null;
alter table settlement.claim_certificate alter column begin_on set not null, alter column end_on set not null,
  add constraint ends_after_it_begins check (begin_on <= end_on);
drop index settlement.claim_certificate_is_asked_once;
create unique index claim_certificate_is_asked_once on settlement.claim_certificate (claim_id, employer, begin_on, end_on)
  where state <> 'DECLINED';
