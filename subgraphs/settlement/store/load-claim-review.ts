import type { ReadTx } from '@yibao/drizzle/connect'
import type DataLoader from 'dataloader'
import type { Prechecked } from '../domain/claim-precheck.ts'
import { listClocks, type KeptClock } from './claim-clock.ts'
import {
  listAppeals,
  listDecisions,
  listLineReviews,
  type ClaimAppeal,
  type ClaimDecision,
  type LineReviewRow,
} from './claim-review.ts'
import { listPrechecks } from './claim-precheck.ts'
import { belowClaim } from './load-claims.ts'

/** What came of the review of claims, by the id of the claim, as far as the reader may see it. */
export interface ClaimReviewLoaders {
  readonly claimClocks: DataLoader<string, readonly KeptClock[]>
  readonly claimLineReviews: DataLoader<string, readonly LineReviewRow[]>
  readonly claimDecisions: DataLoader<string, readonly ClaimDecision[]>
  readonly claimAppeals: DataLoader<string, readonly ClaimAppeal[]>
  readonly claimPrechecks: DataLoader<string, readonly Prechecked[]>
}

export const createClaimReviewLoaders = (
  read: <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>,
): ClaimReviewLoaders => ({
  claimClocks: belowClaim(read, listClocks),
  claimLineReviews: belowClaim(read, listLineReviews),
  claimDecisions: belowClaim(read, listDecisions),
  claimAppeals: belowClaim(read, listAppeals),
  claimPrechecks: belowClaim(read, listPrechecks),
})
