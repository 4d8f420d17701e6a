import type { Jobs } from '@yibao/drizzle/jobs'
import { reconcileDue } from '../commands/exchange-reconcile.ts'
import type { Services } from '../context.ts'

/** Each day is compared once a day; what was not answered is asked again. */
const SECONDS = 1800

/** Compares what was settled between provinces with their platforms. */
export const reconcileWithProvinces = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('reconcile-with-provinces', SECONDS, () => reconcileDue(services))
