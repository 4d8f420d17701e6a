import type { Jobs } from '@yibao/drizzle/jobs'
import { tellOfEndingKeys } from '../commands/partner-key-tell.ts'
import type { Services } from '../context.ts'

const SECONDS = 3600

/** Tells partners whose keys end soon. */
export const watchPartnerKeys = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('partner-key', SECONDS, () => tellOfEndingKeys(services))
