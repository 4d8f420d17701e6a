-- Deductions of one bill and their withdrawals are told in their order: each is looked for among those that are not answered.
create index province_message_deduction on settlement.province_message (province, (message ->> 'exchange'), id)
  where answered_at is null and type = 'deduction';
