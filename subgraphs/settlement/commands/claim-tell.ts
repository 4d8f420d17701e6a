import type { Tx } from '@yibao/drizzle/connect'
import { notify, type Recipient } from '@yibao/drizzle/notify'
import type { Claim } from '../domain/claim.ts'

/** What is said of a claim, besides its number. */
interface Told {
  /** Code of a template of the kind CLAIM, without its `claim.`: `returned`. */
  readonly template: string
  readonly at: Temporal.Instant
  /** Days as ISO text, amounts as yuan text. */
  readonly data?: Readonly<Record<string, string>>
}

/**
 * Tells the person that their claim has come a step further, in the transaction of the step. Once for a version of the claim
 * and a deadline.
 */
export const tellClaimant = (tx: Tx, claim: Claim, told: Told): Promise<void> =>
  tell(tx, claim, told, { kind: 'person', insuredId: claim.insuredId })

/** Tells the staff of the pool of a claim they have to do something about. */
export const tellClaimStaff = (tx: Tx, claim: Claim, told: Told): Promise<void> =>
  tell(tx, claim, told, { kind: 'staff', pool: claim.pool })

async function tell(tx: Tx, claim: Claim, { template, at, data = {} }: Told, to: Recipient): Promise<void> {
  const { id, number, pool, version } = claim
  await notify(tx, 'settlement', {
    to,
    template: `claim.${template}`,
    data: { number, pool, ...data },
    at,
    key: `claim.${template}:${id}:${version}:${data['due'] ?? ''}`,
  })
}
