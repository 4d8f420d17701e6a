import type { Jobs } from '@yibao/drizzle/jobs'
import { createLookBack } from '@yibao/drizzle/outbox'
import { takeNotices, type MessageServices } from '../commands/message.ts'
import { deliverMessages } from '../commands/message-deliver.ts'

const SECONDS = 2
/** Events older than this are looked for from time to time only. */
const RECENT = { minutes: 60 }
const WHOLE_EVERY = 300

/** Makes messages of what subgraphs ask for, and brings them to phones. */
export function bringMessages(jobs: Jobs, services: MessageServices): Promise<void> {
  const since = createLookBack(RECENT, WHOLE_EVERY)
  return jobs.every('messages', SECONDS, async () => {
    await takeNotices(services, since())
    await deliverMessages(services)
  })
}
