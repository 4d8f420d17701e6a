import type { Jobs } from '@yibao/drizzle/jobs'
import type { Services } from '../context.ts'
import { sweepQuotes } from '../store/quotes.ts'

const SECONDS = 3600
/** Until then a bill that names it is told that it has expired, and not that there is none. */
const KEPT_HOURS = 24

/** Forgets quotes that expired long ago. */
export const sweepOldQuotes = (jobs: Jobs, { db, clock }: Services): Promise<void> =>
  jobs.every('sweep-quotes', SECONDS, () => sweepQuotes(db.hot, clock().subtract({ hours: KEPT_HOURS })))
