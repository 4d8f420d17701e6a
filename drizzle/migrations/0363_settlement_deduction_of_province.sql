-- What deductions of bills of other provinces give back is counted with what those provinces may owe.
create index deduction_of_province on settlement.deduction (other_province, id)
  where other_province is not null and withdraws is null;
