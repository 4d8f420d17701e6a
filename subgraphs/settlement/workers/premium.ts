import type { Jobs } from '@yibao/drizzle/jobs'
import { createLookBack } from '@yibao/drizzle/outbox'
import { returnPremiums } from '../commands/premium.ts'
import type { Services } from '../context.ts'

const SECONDS = 2
/** Events older than this are looked for from time to time only. */
const RECENT = { hours: 24 }
const WHOLE_EVERY = 300

/** Gives premiums back whose bill had been paid another way. */
export function returnPaidPremiums(jobs: Jobs, services: Services): Promise<void> {
  const since = createLookBack(RECENT, WHOLE_EVERY)
  return jobs.every('premium-returned', SECONDS, async () => {
    await returnPremiums(services, since())
  })
}
