-- Insured: a transfer gives one payment back. Whether its number was used before is looked up by the number.
create index contribution_receipt_refunded on insured.contribution_receipt (refund_reference)
  where refund_reference is not null;
