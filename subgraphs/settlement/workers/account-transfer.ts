import type { Jobs } from '@yibao/drizzle/jobs'
import { createLookBack } from '@yibao/drizzle/outbox'
import { transferAccounts } from '../commands/account-transfer.ts'
import type { Services } from '../context.ts'

const SECONDS = 1
/** Events older than this are looked for from time to time only. */
const RECENT = { hours: 24 }
const WHOLE_EVERY = 600

/** Moves personal accounts into the pools their persons were transferred to. */
export function moveTransferredAccounts(jobs: Jobs, services: Services): Promise<void> {
  const since = createLookBack(RECENT, WHOLE_EVERY)
  return jobs.every('account-transfer', SECONDS, async () => {
    await transferAccounts(services, since())
  })
}
