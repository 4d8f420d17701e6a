import type { Jobs } from '@yibao/drizzle/jobs'
import { creditRetired } from '../commands/contribution-retired.ts'
import type { Services } from '../context.ts'

const SECONDS = 3600

/** Makes out the monthly credits of the retired once their day has come. */
export const creditRetiredMonthly = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('contribution-retired', SECONDS, () => creditRetired(services))
