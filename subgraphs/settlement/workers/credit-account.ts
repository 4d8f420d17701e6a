import type { Jobs } from '@yibao/drizzle/jobs'
import { createLookBack } from '@yibao/drizzle/outbox'
import { creditContributions } from '../commands/credit-contributions.ts'
import { correctCredits } from '../commands/correct-credits.ts'
import type { Services } from '../context.ts'

const SECONDS = 1
/** Events older than this are looked for from time to time only. */
const RECENT = { hours: 24 }
const WHOLE_EVERY = 600

/** Credits paid contributions to personal accounts, and takes back what turns out not to have been due. */
export function creditPaidContributions(jobs: Jobs, services: Services): Promise<void> {
  const since = createLookBack(RECENT, WHOLE_EVERY)
  return jobs.every('credit-account', SECONDS, async () => {
    const begin = since()
    await creditContributions(services, begin)
    await correctCredits(services, begin)
  })
}
