import type { Jobs } from '@yibao/drizzle/jobs'
import { followDays } from '../commands/agreement-days.ts'
import type { Services } from '../context.ts'

const SECONDS = 600

/** Carries out terminations on their day, and tells institutions whose agreement ends soon. */
export const followAgreementDays = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('agreement-days', SECONDS, () => followDays(services))
