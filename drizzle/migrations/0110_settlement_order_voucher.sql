-- The codes of e-vouchers that have authorised an order: whoever decodes codes refuses these as used.
create view settlement.order_voucher_v1 as
select voucher as code_hash from settlement.online_order where voucher is not null;
comment on view settlement.order_voucher_v1 is 'Keyed hashes of the e-voucher codes that have authorised an online order.';
grant select on settlement.order_voucher_v1 to {{insured.writer}};
