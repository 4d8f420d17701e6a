import type { Jobs } from '@yibao/drizzle/jobs'
import { carryOutArrears } from '../commands/arrears.ts'
import type { Services } from '../context.ts'

/** Whoever pays what is owed is covered again within about a minute. */
const SECONDS = 60

/** Reminds of unpaid bills, suspends for arrears, and resumes once they are paid. */
export const watchArrears = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('arrears', SECONDS, () => carryOutArrears(services))
