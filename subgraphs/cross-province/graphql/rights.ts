import { may } from '@yibao/schema/builder'

/** Filings of a person; which ones somebody sees is decided by the row rules of the database. */
export const mayRead = may('person filing:read', 'staff filing:read', 'auditor filing:read')

export const mayFile = may('person filing:write')

/** Decisions about filings: those of the own pool, and certifying those to the own place. */
export const mayDecide = may('staff filing:write')

/** What other provinces ask an agency here to certify; which of it somebody sees, by the row rules of the database. */
export const mayReadCertification = may('staff filing:read', 'auditor filing:read')

/** The whole identity number of somebody whose stay is to be certified. */
export const mayReadIdentity = may('staff insured:pii')

/** Referrals: the hospital's own, the person's own, those of the pool. */
export const mayReadReferral = may(
  'institution filing:read',
  'person filing:read',
  'staff filing:read',
  'auditor filing:read',
)

export const mayRefer = may('institution filing:write')

/** Stays here of persons insured elsewhere: the hospital's own, those of the pool. */
export const mayReadIncoming = may('institution filing:read', 'staff filing:read', 'auditor filing:read')

/** Telling home of a stay, in the name of the hospital that signed in. */
export const mayAnnounce = may('institution filing:write')

/** Messages between provinces: the bureau of the province itself, which the row rules know by its pool, and auditors. */
export const mayReadMessages = may('staff filing:read', 'auditor filing:read')

/** Who read whose filings. */
export const mayReadLog = may('person filing:read', 'auditor audit:read')
