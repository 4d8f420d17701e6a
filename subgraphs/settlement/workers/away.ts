import type { Jobs } from '@yibao/drizzle/jobs'
import { healAway } from '../commands/settle-away.ts'
import type { Services } from '../context.ts'

const SECONDS = 2

/** Goes on with bills of other provinces whose platform had not answered. */
export const healAwayBills = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('heal-away-bills', SECONDS, () => healAway(services))
