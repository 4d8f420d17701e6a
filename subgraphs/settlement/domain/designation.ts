import type { CareKind } from './care-type.ts'
import type { Agreement } from './facts.ts'
import { careNotOffered, institutionSuspended, notDesignated } from './refusals.ts'

/** What the agreement is looked for. */
export interface DesignationQuery {
  /** Pool the person is insured in; an agreement with it goes before those with others. */
  readonly pool: string
  readonly careKind: CareKind
  /** The day on which the treatment ended. */
  readonly on: Temporal.PlainDate
}

/**
 * The agreement a bill is settled under. A suspension counts at once, whatever the day of the treatment. Throws
 * NotAllowed when there is no agreement in force, or when an institution of that kind does not offer the care.
 */
export function findAgreement(agreements: readonly Agreement[], query: DesignationQuery): Agreement {
  const own = agreements.filter((one) => one.pool === query.pool)
  const candidates = own.length > 0 ? own : agreements
  const day = query.on.toString()
  const current = candidates.filter((one) => one.beginOn <= day && (one.endOn === null || day <= one.endOn))
  const active = current.find((one) => one.status === 'ACTIVE')
  if (active === undefined) {
    const withdrawn = current.find((one) => one.status !== 'ACTIVE')
    throw withdrawn === undefined ? notDesignated(query.on, candidates.at(-1) ?? null) : institutionSuspended(withdrawn)
  }
  if ((active.kind === 'PHARMACY') !== (query.careKind === 'PHARMACY')) throw careNotOffered()
  return active
}
