-- Each attempt to keep a content writes to a place of its own; the row names the one that counts when it is checked.
grant update (storage_key) on insured.document_key to {{insured.writer}};
create unique index document_key_by_place on insured.document_key (storage_key);

-- How far contents were looked through for those no document names. One row.
create table insured.document_sweep (
  id boolean primary key default true,
  -- Folders of contents stand in the order of time; all up to this one were looked through.
  folder text not null,
  constraint there_is_one check (id)
);
insert into insured.document_sweep (folder) values ('');
revoke insert on insured.document_sweep from {{insured.writer}};
grant update (folder) on insured.document_sweep to {{insured.writer}};
