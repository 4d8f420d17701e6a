-- Whether a person has filed for the place where they are treated is part of what that place is told.

grant select on cross_province.filing_v2 to {{insured.writer}};
