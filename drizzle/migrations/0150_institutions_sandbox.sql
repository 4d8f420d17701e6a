-- The clock of a sandbox: how far its time runs ahead. Only a database that was a sandbox from its first start has a row,
-- so no other can be taken for one, and it for no other.

create table institutions.sandbox_clock (
  id boolean primary key default true,
  ahead_ms bigint not null,
  moved_at timestamptz not null,
  constraint there_is_one check (id),
  constraint time_does_not_go_back check (ahead_ms >= 0)
);
alter table institutions.sandbox_clock enable row level security, force row level security;
create policy owner_all on institutions.sandbox_clock to {{institutions.owner}} using (true);
create policy writer_all on institutions.sandbox_clock to {{institutions.writer}} using (true);
grant update on institutions.sandbox_clock to {{institutions.writer}};
