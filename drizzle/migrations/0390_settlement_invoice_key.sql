-- An invoice is written in several ways: with its code before the number, parted or not, with zeros before the number or without.
-- One key for all of them: code and number in the width of their kind, and where no code is known the number alone.
create function settlement.invoice_key(written text) returns text
language sql immutable parallel safe strict
return (
  with read as (
    select regexp_match(written, '^\s*(\d{8,12})[^0-9A-Za-z]+(\d{1,10})\s*$') as parts,
      upper(regexp_replace(written, '[^0-9A-Za-z]', '', 'g')) as digits
  ), parted as (
    select digits, case
        when parts is not null then parts
        -- Zeros were left out before the number behind a code of eight.
        when digits ~ '^\d{15,17}$' then array[left(digits, 8), substr(digits, 9)]
      end as parts
    from read
  )
  select case
      when parts is null then coalesce(nullif(case when digits ~ '^\d{18,20}$' then digits else ltrim(digits, '0') end, ''), digits)
      else parts[1] || lpad(ltrim(parts[2], '0'),
        greatest(length(ltrim(parts[2], '0')), case when length(parts[1]) < 10 then 10 else 8 end), '0')
    end
  from parted
);
revoke all on function settlement.invoice_key(text) from public;
grant execute on function settlement.invoice_key(text) to {{settlement.writer}}, {{settlement.reader}};

create index invoice_by_key on settlement.invoice (settlement.invoice_key(invoice));
create index conversion_by_key on settlement.conversion (settlement.invoice_key(invoice));

alter table settlement.claim_invoice
  add column key text not null generated always as (settlement.invoice_key(code || '-' || number)) stored;
drop index settlement.claim_invoice_is_live_once;
create unique index claim_invoice_is_live_once on settlement.claim_invoice (key) where live;
