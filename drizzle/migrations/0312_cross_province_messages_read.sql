-- The messages between platforms are read by the bureau that speaks for the province (省本级, xx9900) and by auditors. No
-- body is kept, so nothing of a person is in them.
grant select on cross_province.exchange_message to {{cross_province.reader}};
create policy the_province_reads on cross_province.exchange_message for select to {{cross_province.reader}} using (
  case current_setting('yibao.role', true)
    when 'staff' then right(current_setting('yibao.pool', true), 4) = '9900'
    when 'auditor' then true
    else false
  end);

-- Read from the latest on.
create index exchange_message_latest on cross_province.exchange_message (at, province, direction, message_id);
