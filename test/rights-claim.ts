import type { Role } from './rights-table.ts'

/** Who may ask what about claims. */
export const CLAIM_TABLE: Record<string, readonly Role[]> = {
  'Query.claim': ['staff', 'person', 'auditor'],
  'Query.claims': ['staff', 'person', 'auditor'],
  'Query.claimRules': ['institution', 'staff', 'person', 'auditor'],
  'Query.claimConditions': ['staff', 'person'],
  'Query.claimCertificates': ['employer'],
  'Mutation.requestEmployerCertificate': ['staff', 'person'],
  'Mutation.signEmployerCertificate': ['employer'],
  'Mutation.saveClaimDraft': ['staff', 'person'],
  'Mutation.submitClaim': ['staff', 'person'],
  'Mutation.withdrawClaim': ['staff', 'person'],
  'Query.claimQueue': ['staff'],
  'Query.claimBreaches': ['staff', 'auditor'],
  'Mutation.assignClaim': ['staff'],
  'Mutation.acceptClaim': ['staff'],
  'Mutation.refuseAcceptance': ['staff'],
  'Mutation.returnClaim': ['staff'],
  'Mutation.supplyClaim': ['staff', 'person'],
  'Mutation.reviewClaimLines': ['staff'],
  'Mutation.proposeClaimDecision': ['staff'],
  'Mutation.confirmClaimDecision': ['staff'],
  'Mutation.sendBackClaimDecision': ['staff'],
  'Mutation.appealClaim': ['person'],
  'Mutation.decideClaimAppeal': ['staff'],
}
