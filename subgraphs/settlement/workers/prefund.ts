import type { Jobs } from '@yibao/drizzle/jobs'
import { watchPrefunds } from '../commands/prefund-watch.ts'
import { countLimits } from '../commands/province-limit.ts'

const WATCH_SECONDS = 60

/** Looks how much of each prefund is used. */
export const watchAllPrefunds = (jobs: Jobs, services: Parameters<typeof watchPrefunds>[0]): Promise<void> =>
  jobs.every('watch-prefunds', WATCH_SECONDS, () => watchPrefunds(services))

const COUNT_SECONDS = 10

/** Counts what provinces with a hard limit owe, and puts new limits in force. */
export const countProvinceLimits = (jobs: Jobs, services: Parameters<typeof countLimits>[0]): Promise<void> =>
  jobs.every('count-province-limits', COUNT_SECONDS, () => countLimits(services, false))
