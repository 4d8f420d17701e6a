-- Returning a prefund (预付金退还): the holder pays back what is not needed, told and received as a payment is, in the other
-- direction. Under an id of its own; `side` is still who paid in (PAYER) and who keeps it (HOLDER).
alter table settlement.prefund
  add column kind text not null default 'PAYMENT' constraint kind_is_known check (kind in ('PAYMENT', 'RETURN')),
  add constraint return_is_paid_at_once check (kind = 'PAYMENT' or state in ('PAID', 'RECEIVED', 'DENIED'));
