import type { Jobs } from '@yibao/drizzle/jobs'
import { tellStays, type Telling } from '../commands/tell-stays.ts'

const SECONDS = 5

/** Tells other provinces of the stays of persons insured there, until they have answered. */
export const tellOfStays = (jobs: Jobs, parts: Telling): Promise<void> =>
  jobs.every('stay-notices', SECONDS, () => tellStays(parts))
