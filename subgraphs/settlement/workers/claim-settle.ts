import type { Jobs } from '@yibao/drizzle/jobs'
import { settleWaitingClaims } from '../commands/claim-settle.ts'
import type { Services } from '../context.ts'

const SECONDS = 2

/** Goes on with claims that were decided when a process died over their settlement. */
export const settleClaims = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('settle-claims', SECONDS, () => settleWaitingClaims(services))
