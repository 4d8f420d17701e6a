import type { Jobs } from '@yibao/drizzle/jobs'
import { createLookBack } from '@yibao/drizzle/outbox'
import { postPremiums } from '../commands/premium.ts'
import type { Services } from '../context.ts'

const SECONDS = 1
/** Events older than this are looked for from time to time only. */
const RECENT = { hours: 24 }
const WHOLE_EVERY = 600

/** Posts premiums that personal accounts have paid. */
export function postPaidPremiums(jobs: Jobs, services: Services): Promise<void> {
  const since = createLookBack(RECENT, WHOLE_EVERY)
  return jobs.every('premium-paid', SECONDS, async () => {
    await postPremiums(services, since())
  })
}
