-- The key of an invoice reckons as it did, in a language that a connection reads once. What is written in SQL and is more than one expression
-- is read anew by every statement that may need it: a bill alone in its statements paid 0.16 ms for that when it was looked up and 0.17 ms when it was written,
-- and each key took 16 µs instead of 3.
create or replace function settlement.invoice_key(written text) returns text
language plpgsql immutable parallel safe strict
as $$
declare
  parts text[] := regexp_match(written, '^\s*(\d{8,12})[^0-9A-Za-z]+(\d{1,10})\s*$');
  digits text;
  number text;
begin
  if parts is null then
    digits := upper(regexp_replace(written, '[^0-9A-Za-z]', '', 'g'));
    if digits ~ '^\d{18,20}$' then
      return digits;
    end if;
    if digits !~ '^\d{15,17}$' then
      return coalesce(nullif(ltrim(digits, '0'), ''), digits);
    end if;
    -- Zeros were left out before the number behind a code of eight.
    parts := array[left(digits, 8), substr(digits, 9)];
  end if;
  number := ltrim(parts[2], '0');
  return parts[1] || lpad(number, greatest(length(number), case when length(parts[1]) < 10 then 10 else 8 end), '0');
end
$$;
