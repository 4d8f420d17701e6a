-- A reversal that home has carried out under an earlier exchange of this province goes on under that one, so that both
-- platforms know it by the same id.
grant update (exchange) on settlement.away_bill to {{settlement.writer}};
