import { may } from '@yibao/schema/builder'

/** Basic data of a person; which persons one sees is decided by the row rules of the database. */
export const mayRead = may(
  'institution insured:read',
  'staff insured:read',
  'person insured:read',
  'auditor insured:read',
)

/** Credentials are shown at counters; being shown one is what lets an institution see a person at all. */
export const mayBeShown = may('institution insured:read')

/** The whole identity number. Auditors see the mask, like everybody else. */
export const mayReadIdentity = may('institution insured:pii', 'staff insured:pii', 'person insured:pii')

/** Who read whose data. */
export const mayReadLog = may('person insured:read', 'auditor audit:read')

export const mayWrite = may('staff insured:write')

/** The bureau, and the hospital that found the disease. */
export const mayRegisterDisease = may('staff insured:write', 'institution insured:write')

/** Whose account pays for whom: the two of them and their bureaus. Hospitals see what was paid, not by whom. */
export const mayReadMutualAid = may('staff insured:read', 'person insured:read', 'auditor insured:read')

/** One's own account. */
export const mayBind = may('person insured:write')
