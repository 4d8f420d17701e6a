import type { Jobs } from '@yibao/drizzle/jobs'
import { systemClock } from '@yibao/schema/dates'
import { collectWebhookEvents, sendWebhooks } from '../commands/webhook-send.ts'
import type { Services } from '../context.ts'

const SECONDS = 2
/** The frequent run looks back so far; an event becomes visible when its transaction ends. */
const BACK_MINUTES = 15
const ALL_SECONDS = 3600

/** Sends events to the systems of partners, where there are keys to sign with. */
export async function sendToPartners(jobs: Jobs, services: Services): Promise<void> {
  const { secrets, webhooks } = services
  if (secrets === undefined || webhooks === undefined) return
  await jobs.every('webhook', SECONDS, async () => {
    // Ids of events are made by the clock of the machine, whatever the clock of the platform says.
    await collectWebhookEvents(services, systemClock().subtract({ minutes: BACK_MINUTES }))
    await sendWebhooks({ ...services, secrets, webhooks })
  })
  await jobs.every('webhook-all', ALL_SECONDS, () => collectWebhookEvents(services))
}
