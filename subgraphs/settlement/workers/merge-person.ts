import type { Jobs } from '@yibao/drizzle/jobs'
import { mergePersons } from '../commands/merge-person.ts'
import type { Services } from '../context.ts'

const SECONDS = 1
/** Events older than this are looked for from time to time only. */
const RECENT_HOURS = 24
const WHOLE_EVERY = 600

/** Moves the money of records that were merged into others. */
export function mergeMovedPersons(jobs: Jobs, services: Services): Promise<void> {
  let run = 0
  return jobs.every('merge-person', SECONDS, async () => {
    const whole = run % WHOLE_EVERY === 0
    run += 1
    await mergePersons(services, whole ? undefined : services.clock().subtract({ hours: RECENT_HOURS }))
  })
}
