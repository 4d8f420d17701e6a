-- What of an order's cash goes back online: all of it while nothing was settled; once its settlement, or what a part refund
-- left of it, is taken back, what that returns in cash, as far as it was paid online.
alter table settlement.online_order add column refund bigint;
update settlement.online_order set refund = cash where state in ('REFUNDING', 'REFUNDED');
alter table settlement.online_order add constraint refunds_no_more_than_was_paid check (
  (refund is not null) = (state in ('REFUNDING', 'REFUNDED')) and refund between 1 and cash);
grant update (refund) on settlement.online_order to {{settlement.writer}};
