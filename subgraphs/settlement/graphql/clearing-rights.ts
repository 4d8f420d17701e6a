import { may } from '@yibao/schema/builder'

/** Declaring a month and standing by it: the institution, or staff of the pool that pays in its name. */
export const mayDeclare = may('institution settlement:write', 'staff settlement:write')

/** What institutions are paid: the institution’s own, staff what their pool pays, auditors all; persons nothing. */
export const mayReadClearing = may(
  'institution settlement:write',
  'institution settlement:read',
  'staff settlement:read',
  'auditor settlement:read',
)

/** Files and answers of the bank. */
export const mayReadPayments = may('staff settlement:read', 'auditor settlement:read')
