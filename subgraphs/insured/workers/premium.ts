import type { Jobs } from '@yibao/drizzle/jobs'
import { postPremiums } from '../commands/premium.ts'
import type { Services } from '../context.ts'

const SECONDS = 1
/** Events older than this are looked for from time to time only. */
const RECENT_HOURS = 24
const WHOLE_EVERY = 600

/** Posts premiums that personal accounts have paid. */
export function postPaidPremiums(jobs: Jobs, services: Services): Promise<void> {
  let run = 0
  return jobs.every('premium-paid', SECONDS, async () => {
    const whole = run % WHOLE_EVERY === 0
    run += 1
    await postPremiums(services, whole ? undefined : services.clock().subtract({ hours: RECENT_HOURS }))
  })
}
