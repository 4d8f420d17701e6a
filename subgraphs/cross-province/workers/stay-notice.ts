import type { Jobs } from '@yibao/drizzle/jobs'
import type { Logger } from '@yibao/schema/logger'
import { announceVisits } from '../commands/announce-visits.ts'
import { tellStays, type Telling } from '../commands/tell-stays.ts'
import type { Services } from '../context.ts'

const SECONDS = 5

/** Tells other provinces of the stays of persons insured there, until they have answered. */
export async function tellOfStays(jobs: Jobs, parts: Services & Telling, logger: Logger | undefined): Promise<void> {
  await jobs.every('stay-notices', SECONDS, () => tellStays(parts))
  await jobs.every('visits-elsewhere', SECONDS, () => announceVisits(parts, logger))
}
