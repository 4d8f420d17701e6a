-- What every schema starts with: its owner, what its roles may do, and the tables that are the same in all of them.
-- Later files are named after their schema (0030_settlement.sql, 0031_settlement_stays.sql) and run as its owner.

create schema insured authorization {{insured.owner}};
create schema institutions authorization {{institutions.owner}};
create schema settlement authorization {{settlement.owner}};
create schema cross_province authorization {{cross_province.owner}};
create schema issuer authorization {{issuer.owner}};

do $foundation$
declare
  home record;

  -- A new table or view can be read and appended to by the writer. Update and delete are granted one by one, where a
  -- table is not append only. A reader gets nothing by default: a view runs with the rights of its owner and so
  -- passes by row level security, and a partition has no policies of its own.
  rights constant text := $sql$
    grant usage on schema {schema} to {writer}, {reader};
    alter default privileges in schema {schema} grant select, insert on tables to {writer};
    alter default privileges in schema {schema} grant usage, select on sequences to {writer};
  $sql$;

  common constant text := $sql$
    -- What was asked and what came of it: the same request asked again gets the same outcome.
    create table {schema}.request (
      caller text not null,
      request_id text not null,
      operation text not null,
      digest text not null,
      outcome text not null constraint outcome_is_known check (outcome in ('COMMITTED', 'REFUSED', 'ANNULLED')),
      result jsonb,
      insured_id uuid,
      at timestamptz not null,
      primary key (caller, request_id)
    );
    alter table {schema}.request enable row level security, force row level security;
    create policy owner_all on {schema}.request to {owner} using (true);
    create policy writer_all on {schema}.request to {writer} using (true);
    create policy reader_own on {schema}.request for select to {reader}
      using (caller = current_setting('yibao.caller', true));
    grant select on {schema}.request to {reader};

    -- What this subgraph tells the others, written in the transaction of what happened.
    create table {schema}.outbox (
      id uuid primary key,
      insured_id uuid,
      topic text not null,
      payload jsonb not null,
      at timestamptz not null
    );
    alter table {schema}.outbox enable row level security, force row level security;
    create policy owner_all on {schema}.outbox to {owner} using (true);
    create policy writer_all on {schema}.outbox to {writer} using (true);
    create view {schema}.events_v1 as select id, insured_id, topic, payload, at from {schema}.outbox;

    -- Which events of others took effect here, written in the transaction of the effect.
    create table {schema}.inbox (
      event_id uuid primary key,
      at timestamptz not null default now()
    );

    -- Who read whose data. Rows are only ever added: the writer can neither change nor even read them.
    create table {schema}.access_log (
      id uuid primary key,
      at timestamptz not null default clock_timestamp(),
      role text not null,
      actor text not null,
      subject uuid not null,
      operation text not null,
      purpose text,
      trace_id text
    );
    create index access_log_of_subject on {schema}.access_log (subject, id);
    alter table {schema}.access_log enable row level security, force row level security;
    create policy owner_all on {schema}.access_log to {owner} using (true);
    create policy writer_adds on {schema}.access_log for insert to {writer} with check (true);
    create policy reader_own on {schema}.access_log for select to {reader} using (
      current_setting('yibao.role', true) = 'auditor'
      or (current_setting('yibao.role', true) = 'person'
        and subject = nullif(current_setting('yibao.insured', true), '')::uuid));
    revoke select on {schema}.access_log from {writer};
    grant select on {schema}.access_log to {reader};

    -- The chain over the access log: each hash covers the one before it and the row. Written by the sealer as owner.
    create table {schema}.access_seal (
      sequence bigint primary key constraint sequence_starts_at_one check (sequence > 0),
      entry uuid not null unique,
      hash bytea not null
    );
    -- The signed ends of the chain, one for each run of the sealer, each naming the one before it.
    create table {schema}.access_head (
      sequence bigint primary key,
      previous bigint not null unique,
      hash bytea not null,
      at timestamptz not null,
      key_id text not null,
      signature bytea not null
    );
    revoke all on {schema}.access_seal, {schema}.access_head from {writer};
  $sql$;

  part text;
begin
  for home in
    select * from (values
      ('insured', $n${{insured.owner}}$n$, $n${{insured.writer}}$n$, $n${{insured.reader}}$n$),
      ('institutions', $n${{institutions.owner}}$n$, $n${{institutions.writer}}$n$, $n${{institutions.reader}}$n$),
      ('settlement', $n${{settlement.owner}}$n$, $n${{settlement.writer}}$n$, $n${{settlement.reader}}$n$),
      ('cross_province', $n${{cross_province.owner}}$n$, $n${{cross_province.writer}}$n$,
        $n${{cross_province.reader}}$n$),
      ('issuer', $n${{issuer.owner}}$n$, $n${{issuer.writer}}$n$, $n${{issuer.reader}}$n$)
    ) as homes (schema, owner, writer, reader)
  loop
    execute 'set local role ' || home.owner;
    foreach part in array case home.schema when 'issuer' then array[rights] else array[rights, common] end
    loop
      execute replace(replace(replace(replace(part,
        '{schema}', home.schema), '{owner}', home.owner), '{writer}', home.writer), '{reader}', home.reader);
    end loop;
  end loop;
  set local role none;
end
$foundation$;

-- Who may look at the published views of whom. The views themselves are granted one by one where they are made.
set local role {{insured.owner}};
grant usage on schema insured to {{settlement.writer}}, {{cross_province.writer}};
grant select on insured.events_v1 to {{settlement.writer}}, {{cross_province.writer}};
set local role {{institutions.owner}};
grant usage on schema institutions to {{settlement.writer}}, {{cross_province.writer}};
grant select on institutions.events_v1 to {{settlement.writer}}, {{cross_province.writer}};
set local role {{settlement.owner}};
grant usage on schema settlement to {{insured.writer}}, {{cross_province.writer}};
grant select on settlement.events_v1 to {{insured.writer}}, {{cross_province.writer}};
set local role {{cross_province.owner}};
grant usage on schema cross_province to {{insured.writer}}, {{settlement.writer}};
grant select on cross_province.events_v1 to {{insured.writer}}, {{settlement.writer}};
