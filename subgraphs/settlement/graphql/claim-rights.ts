import { may } from '@yibao/schema/builder'

/** Reviewing the claims of the pool. */
export const mayReviewClaims = may('staff settlement:write')

/** Which deadlines of claims passed. */
export const mayReadClaimBreaches = may('staff settlement:read', 'auditor settlement:read')

/** Appealing against what was decided of one's own claim. */
export const mayAppealClaim = may('person')
