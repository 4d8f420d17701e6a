import type { Jobs } from '@yibao/drizzle/jobs'
import { createLookBack } from '@yibao/drizzle/outbox'
import { mergePersons } from '../commands/merge-person.ts'
import type { Services } from '../context.ts'

const SECONDS = 1
/** Events older than this are looked for from time to time only. */
const RECENT = { hours: 24 }
const WHOLE_EVERY = 600

/** Moves the money of records that were merged into others. */
export function mergeMovedPersons(jobs: Jobs, services: Services): Promise<void> {
  const since = createLookBack(RECENT, WHOLE_EVERY)
  return jobs.every('merge-person', SECONDS, async () => {
    await mergePersons(services, since())
  })
}
