import type { Jobs } from '@yibao/drizzle/jobs'
import { returnPremiums } from '../commands/premium.ts'
import type { Services } from '../context.ts'

const SECONDS = 2
/** Events older than this are looked for from time to time only. */
const RECENT_HOURS = 24
const WHOLE_EVERY = 300

/** Gives premiums back whose bill had been paid another way. */
export function returnPaidPremiums(jobs: Jobs, services: Services): Promise<void> {
  let run = 0
  return jobs.every('premium-returned', SECONDS, async () => {
    const whole = run % WHOLE_EVERY === 0
    run += 1
    await returnPremiums(services, whole ? undefined : services.clock().subtract({ hours: RECENT_HOURS }))
  })
}
