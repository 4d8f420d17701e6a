import type { Jobs } from '@yibao/drizzle/jobs'
import { countClaimClocks, watchClaimDeadlines } from '../commands/claim-deadline.ts'
import { precheckClaims } from '../commands/claim-precheck.ts'
import type { Services } from '../context.ts'

const WATCH_SECONDS = 600

/** Says of deadlines of claims that they are near, or have passed. */
export const watchDeadlinesOfClaims = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('claim-deadlines', WATCH_SECONDS, () => watchClaimDeadlines(services))

const DAY_SECONDS = 86_400

/** Counts deadlines of claims anew when the holidays of their year are published. */
export const countClocksOfClaims = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('count-claim-clocks', DAY_SECONDS, () => countClaimClocks(services))

const PRECHECK_SECONDS = 5

/** Looks at claims with the rules of audit, where the request that submitted them did not come to it. */
export const precheckSubmittedClaims = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('precheck-claims', PRECHECK_SECONDS, () => precheckClaims(services))
