import type { Role } from './rights-table.ts'

/** Who may ask what about claims. */
export const CLAIM_TABLE: Record<string, readonly Role[]> = {
  'Query.claim': ['staff', 'person', 'auditor'],
  'Query.claims': ['staff', 'person', 'auditor'],
  'Mutation.saveClaimDraft': ['staff', 'person'],
  'Mutation.submitClaim': ['staff', 'person'],
  'Mutation.withdrawClaim': ['staff', 'person'],
}
