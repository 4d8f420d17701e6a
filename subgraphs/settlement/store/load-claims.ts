import type { ReadTx } from '@yibao/drizzle/connect'
import { uuidFault } from '@yibao/schema/ids'
import DataLoader from 'dataloader'
import type { DecisionPaper } from '../domain/claim-decision-paper.ts'
import type { Claim, ClaimEvent } from '../domain/claim.ts'
import type { ClaimCertificate } from '../domain/claim-certificate.ts'
import { listLatestAccounts, type ClaimAccount } from './claim-account.ts'
import { listDecisionPapers } from './claim-decision-paper.ts'
import { listPaymentsOf, type ClaimPayment } from './claim-payment.ts'
import { listRecoveriesOf, listRecoverySteps, type ClaimRecovery, type RecoveryStep } from './claim-recovery.ts'
import { findClaims, listClaimEvents } from './claim.ts'
import { listCertificates } from './claim-certificate.ts'

/** Claims and what belongs to them, as far as the reader may see it. */
export interface ClaimLoaders {
  /** By id; null when there is none the reader may see. As it is now, also after a change in the same operation. */
  readonly claim: DataLoader<string, Claim | null>
  /** The history of a claim by its id. */
  readonly claimEvents: DataLoader<string, readonly ClaimEvent[]>
  /** What employers were asked to certify for a claim. */
  readonly claimCertificates: DataLoader<string, readonly ClaimCertificate[]>
  /** The latest account of a claim, what was paid for it, and what is to be given back of it. */
  readonly claimAccounts: DataLoader<string, readonly ClaimAccount[]>
  readonly claimPayments: DataLoader<string, readonly ClaimPayment[]>
  readonly claimRecoveries: DataLoader<string, readonly ClaimRecovery[]>
  /** Decisions of a claim that were put on paper. */
  readonly decisionPapers: DataLoader<string, readonly DecisionPaper[]>
  /** How a recovery came back so far, by its id. */
  readonly recoverySteps: DataLoader<string, readonly RecoveryStep[]>
}

type Read = <T>(work: (tx: ReadTx) => Promise<T>) => Promise<T>
type NoteRead = (insuredId: string, operation: string) => void

export const createClaimLoaders = (read: Read, noteRead: NoteRead): ClaimLoaders => ({
  claim: new DataLoader(
    async (asked) => {
      const ids = asked.map((id) => id.toLowerCase()).filter((id) => uuidFault(id) === null)
      const rows = ids.length === 0 ? [] : await read((tx) => findClaims(tx, ids))
      for (const row of rows) noteRead(row.insuredId, 'claim')
      const found = new Map(rows.map((row) => [row.id, row]))
      return asked.map((id) => found.get(id.toLowerCase()) ?? null)
    },
    { cache: false },
  ),
  claimEvents: belowClaim(read, listClaimEvents),
  claimCertificates: belowClaim(read, listCertificates),
  claimAccounts: belowClaim(read, listLatestAccounts),
  claimPayments: belowClaim(read, listPaymentsOf),
  claimRecoveries: belowClaim(read, listRecoveriesOf),
  decisionPapers: belowClaim(read, listDecisionPapers),
  recoverySteps: new DataLoader(
    async (ids) => {
      const found = Map.groupBy(await read((tx) => listRecoverySteps(tx, ids)), (one) => one.recoveryId)
      return ids.map((id) => found.get(id) ?? [])
    },
    { cache: false },
  ),
})

/** Loads rows that hang at several claims at once. Who sees them has seen the claim, which is what is noted. */
export const belowClaim = <T extends { readonly claimId: string }>(
  read: Read,
  list: (tx: ReadTx, ids: readonly string[]) => Promise<T[]>,
): DataLoader<string, readonly T[]> =>
  new DataLoader(
    async (ids) => {
      const found = Map.groupBy(await read((tx) => list(tx, ids)), (one) => one.claimId)
      return ids.map((id) => found.get(id) ?? [])
    },
    { cache: false },
  )
