import type { Jobs } from '@yibao/drizzle/jobs'
import { systemClock } from '@yibao/schema/dates'
import { takeNotices, type MessageServices } from '../commands/message.ts'
import { deliverMessages } from '../commands/message-deliver.ts'

const SECONDS = 2
/** Events older than this are looked for from time to time only. */
const RECENT_MINUTES = 60
const WHOLE_EVERY = 300

/** Makes messages of what subgraphs ask for, and brings them to phones. */
export function bringMessages(jobs: Jobs, services: MessageServices): Promise<void> {
  let run = 0
  return jobs.every('messages', SECONDS, async () => {
    const isWhole = run % WHOLE_EVERY === 0
    run += 1
    // Ids of events are made by the clock of the machine, whatever the clock of the platform says.
    await takeNotices(services, isWhole ? undefined : systemClock().subtract({ minutes: RECENT_MINUTES }))
    await deliverMessages(services)
  })
}
