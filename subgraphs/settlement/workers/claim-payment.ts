import type { Jobs } from '@yibao/drizzle/jobs'
import { balanceClaims } from '../commands/claim-balance.ts'
import type { Services } from '../context.ts'

const SECONDS = 30

/** Asks back what was paid too much of claims, sets it off, and closes those of which nothing is left to pay. */
export const balanceAllClaims = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('balance-claims', SECONDS, () => balanceClaims(services, null))
