import { may } from '@yibao/schema/builder'

/** Settling, trying and annulling, in the name of the institution that signed in. */
export const maySettle = may('institution settlement:write')

/** What became of one's own requests. */
export const mayAsk = may('institution settlement:write', 'institution settlement:read')

/** Settlements; which ones a caller sees is decided by the row rules of the database. */
export const mayRead = may(
  'institution settlement:write',
  'institution settlement:read',
  'staff settlement:read',
  'person settlement:read',
  'auditor settlement:read',
)

/** Balances and what was consumed: of oneself, of one's pool, of everybody. An institution sees them in a settlement. */
export const mayReadPurse = may('staff settlement:read', 'person settlement:read', 'auditor settlement:read')

/** Who read whose settlements and accounts. */
export const mayReadLog = may('person settlement:read', 'auditor audit:read')

/** Closing declared months and benefit years of one's pool. */
export const mayClose = may('staff settlement:write')

/** Reconciliations: an institution its own, staff those their pool clears, auditors all. */
export const mayReadReconciliation = may(
  'institution settlement:write',
  'institution settlement:read',
  'staff settlement:read',
  'auditor settlement:read',
)

/** Claims: a person their own, staff those of their pool once they are submitted, auditors all. */
export const mayReadClaims = may('staff settlement:read', 'person settlement:read', 'auditor settlement:read')

/** Claiming in one's own name, or at the window in the name of a person. */
export const mayClaim = may('person', 'staff settlement:write')

/** Paying claims of one's pool, and deciding what the bank says of that. */
export const mayPayClaims = may('staff settlement:write')
