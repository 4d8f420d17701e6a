import type { Jobs } from '@yibao/drizzle/jobs'
import { creditContributions } from '../commands/credit-contributions.ts'
import { correctCredits } from '../commands/correct-credits.ts'
import type { Services } from '../context.ts'

const SECONDS = 1
/** Events older than this are looked for from time to time only. */
const RECENT_HOURS = 24
const WHOLE_EVERY = 600

/** Credits paid contributions to personal accounts, and takes back what turns out not to have been due. */
export function creditPaidContributions(jobs: Jobs, services: Services): Promise<void> {
  let run = 0
  return jobs.every('credit-account', SECONDS, async () => {
    const whole = run % WHOLE_EVERY === 0
    run += 1
    const since = whole ? undefined : services.clock().subtract({ hours: RECENT_HOURS })
    await creditContributions(services, since)
    await correctCredits(services, since)
  })
}
