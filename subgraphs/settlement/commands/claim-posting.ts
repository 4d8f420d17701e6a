import type { Tx } from '@yibao/drizzle/connect'
import type { Fen } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import { claimEntries, type ClaimPosting } from '../domain/claim-ledger.ts'
import { postClearing } from '../store/clearing-posting.ts'

interface Posting {
  /** What it is posted for: a transfer, a return, a recovery or a step of one. Once for each. */
  readonly source: string
  readonly pool: string
  readonly amount: Fen
  readonly at: Temporal.Instant
}

/** Posts a step of paying a claim. */
export const postClaim = (
  tx: Tx,
  { newId }: Pick<Services, 'newId'>,
  kind: ClaimPosting,
  { source, pool, amount, at }: Posting,
): Promise<void> =>
  postClearing(
    tx,
    { groupId: newId(at), kind, source, pool, institution: null, amount, at },
    claimEntries(kind, { pool }, amount),
  )
