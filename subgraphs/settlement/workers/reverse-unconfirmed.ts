import type { Jobs } from '@yibao/drizzle/jobs'
import { reverseUnconfirmed } from '../commands/reverse-unconfirmed.ts'
import type { Services } from '../context.ts'

const SECONDS = 5

/** Takes back settlements that were not confirmed within the time their institution asked for. */
export const reverseAllUnconfirmed = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('reverse-unconfirmed', SECONDS, () => reverseUnconfirmed(services))
