-- Cross-province: filings of all six types, with their papers, reviewed where the home pool asks for it, and with the
-- history of each.

alter table cross_province.filing
  -- How far it has come: only a confirmed one counts.
  add column stage text not null default 'CONFIRMED',
  -- By when the next step is due while it is not decided, and whether holidays on the way are not published yet.
  add column due_on date,
  add column due_provisional boolean not null default false,
  -- Since when it waits for longer than the rules allow.
  add column escalated_at timestamptz,
  -- The agency of the other place, by its pool, where the home pool asks for its certification.
  add column certifier char(6),
  add column certified_at timestamptz,
  -- The filing this one changes or goes on from.
  add column replaces uuid,
  add column extensions smallint not null default 0,
  add column decided_at timestamptz,
  add column card_requested_at timestamptz,
  alter column effective_from drop not null;
update cross_province.filing set decided_at = filed_at;
alter table cross_province.filing
  alter column stage drop default,
  drop constraint type_is_known,
  add constraint type_is_known check (type in ('LONG_TERM', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY')),
  add constraint stage_is_known check (
    stage in ('AWAITING_CERTIFICATION', 'UNDER_REVIEW', 'CONFIRMED', 'REFUSED', 'WITHDRAWN')
  ),
  add constraint confirmed_takes_effect check ((stage = 'CONFIRMED') = (effective_from is not null)),
  add constraint only_confirmed_is_cancelled check (cancelled_from is null or stage = 'CONFIRMED'),
  add constraint what_waits_is_due check (
    (stage in ('AWAITING_CERTIFICATION', 'UNDER_REVIEW')) = (due_on is not null)
  ),
  add constraint decided_at_some_time check (
    (stage in ('AWAITING_CERTIFICATION', 'UNDER_REVIEW')) = (decided_at is null)
  ),
  add constraint certifier_is_a_division check (certifier ~ '^[0-9]{6}$'),
  add constraint extensions_are_not_negative check (extensions >= 0),
  drop constraint one_filing_for_a_place_at_a_time,
  -- The database's own veto: on no day do two confirmed filings of one person hold for the same destination.
  add constraint one_filing_for_a_place_at_a_time exclude using gist (
    insured_id with =, destination with =,
    daterange(
      begin_on,
      case when end_on is null and cancelled_from is null then null
        else greatest(begin_on, least(end_on + 1, cancelled_from)) end,
      '[)'
    ) with &&
  ) where (stage = 'CONFIRMED');

-- The queues: what waits for the home pool, and for the agency of the other place, the most urgent first.
create index filing_waiting on cross_province.filing (pool, due_on, filing_id) where due_on is not null;
create index filing_to_certify on cross_province.filing (certifier, due_on, filing_id)
  where stage = 'AWAITING_CERTIFICATION';
create index filing_of_certifier on cross_province.filing (certifier, filing_id) where certifier is not null;

drop policy reader_filing on cross_province.filing;
create policy reader_filing on cross_province.filing for select to {{cross_province.reader}} using (
  case current_setting('yibao.role', true)
    when 'auditor' then true
    when 'person' then insured_id = nullif(current_setting('yibao.insured', true), '')::uuid
    -- The bureau of home, and the agency that is to certify.
    when 'staff' then pool = nullif(current_setting('yibao.pool', true), '')
      or certifier = nullif(current_setting('yibao.pool', true), '')
    else false
  end
);
grant update (stage, due_on, due_provisional, escalated_at, certified_at, effective_from, decided_at, card_requested_at)
  on cross_province.filing to {{cross_province.writer}};

-- Papers a filing rests on, as documents of the one store.
create table cross_province.filing_document (
  insured_id uuid not null,
  filing_id uuid not null,
  document_id uuid not null,
  primary key (insured_id, filing_id, document_id),
  constraint document_has_its_filing foreign key (insured_id, filing_id) references cross_province.filing
);

-- Every change of a filing: who made it, when and why. Rows are only ever added.
create table cross_province.filing_event (
  insured_id uuid not null,
  filing_id uuid not null,
  number smallint not null constraint number_starts_at_one check (number > 0),
  action text not null,
  reason text,
  actor text not null,
  at timestamptz not null,
  primary key (insured_id, filing_id, number),
  constraint event_has_its_filing foreign key (insured_id, filing_id) references cross_province.filing,
  constraint action_is_known check (
    action in ('FILED', 'CERTIFIED', 'NOT_CERTIFIED', 'ESCALATED', 'CONFIRMED', 'REFUSED', 'WITHDRAWN', 'CANCELLED',
      'REPLACED', 'CARD_REQUESTED')
  ),
  constraint refusal_says_why check (action not in ('NOT_CERTIFIED', 'REFUSED') or reason is not null)
);
insert into cross_province.filing_event (insured_id, filing_id, number, action, actor, at)
select insured_id, filing_id, 1, 'FILED', 'person:' || insured_id, filed_at from cross_province.filing
union all
select insured_id, filing_id, 2, 'CONFIRMED', 'platform:cross_province', filed_at from cross_province.filing
union all
select insured_id, filing_id, 3, case when replaced_by is null then 'CANCELLED' else 'REPLACED' end,
  'person:' || insured_id, cancelled_at
from cross_province.filing where cancelled_at is not null;

do $rows$
declare
  name text;
begin
  foreach name in array array['filing_document', 'filing_event']
  loop
    execute format('alter table cross_province.%I enable row level security, force row level security', name);
    execute format('create policy owner_all on cross_province.%I to {{cross_province.owner}} using (true)', name);
    execute format('create policy writer_all on cross_province.%I to {{cross_province.writer}} using (true)', name);
    -- Who sees a filing sees what hangs below it: the inner query is itself under the policy above.
    execute format(
      'create policy with_filing on cross_province.%1$I for select to {{cross_province.reader}} using (
        exists (select from cross_province.filing f
          where f.insured_id = %1$I.insured_id and f.filing_id = %1$I.filing_id))', name);
    execute format('grant select on cross_province.%I to {{cross_province.reader}}', name);
  end loop;
end
$rows$;

-- Contracts. The first one goes on telling what it always told: filings of the types it knows that count.
create or replace view cross_province.filing_v1 as
select insured_id, filing_id, type, destination, begin_on, end_on, effective_from, cancelled_from
from cross_province.filing where stage = 'CONFIRMED' and type <> 'EMERGENCY';

create view cross_province.filing_v2 as
select insured_id, filing_id, type, destination, begin_on, end_on, effective_from, cancelled_from, home_use
from cross_province.filing where stage = 'CONFIRMED';
comment on view cross_province.filing_v2 is
  'One row per filing that counts. Holds on a day: begin_on <= day, end_on null or >= day, cancelled_from null or > day. '
  'A filing added before discharge counts for the whole stay (医保发〔2022〕22号 art. 16). destination covers every '
  'division that begins with it. home_use NOT_WHILE_FILED: no treatment at home while it holds, emergencies left aside.';
grant select on cross_province.filing_v2 to {{settlement.writer}};
