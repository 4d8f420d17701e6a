-- A credential that goes over to another record of the same person goes over with its card.
grant update (card_id) on insured.credential to {{insured.writer}};
