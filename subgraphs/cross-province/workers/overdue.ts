import type { Jobs } from '@yibao/drizzle/jobs'
import { followOverdue } from '../commands/overdue.ts'
import type { Services } from '../context.ts'

const SECONDS = 600

/** Approves or brings up filings that nobody decided in time. */
export const followOverdueFilings = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('overdue-filings', SECONDS, () => followOverdue(services))
