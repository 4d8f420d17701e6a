import type { Jobs } from '@yibao/drizzle/jobs'
import { turnAccounts } from '../commands/account-history.ts'
import type { Services } from '../context.ts'

const SECONDS = 3600

/** Turns the year of personal accounts once its day has come. */
export const turnAccountYears = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('account-year', SECONDS, () => turnAccounts(services))
