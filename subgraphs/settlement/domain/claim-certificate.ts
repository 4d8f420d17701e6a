import type { Text } from '@yibao/schema/rejection'

/** What an employer is asked to certify for the claim of somebody insured through it. */
export interface ClaimCertificate {
  readonly id: string
  readonly insuredId: string
  readonly claimId: string
  readonly employer: string
  readonly state: 'REQUESTED' | 'SIGNED' | 'DECLINED'
  readonly words: Text
  readonly requestedAt: Temporal.Instant
  readonly answer: string | null
  readonly answeredBy: string | null
  readonly answeredAt: Temporal.Instant | null
}
