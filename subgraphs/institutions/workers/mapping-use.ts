import type { Jobs } from '@yibao/drizzle/jobs'
import { gatherMappingUse } from '../commands/mapping-use.ts'
import type { Services } from '../context.ts'

const SECONDS = 60

/** Keeps it known which own codes of institutions are used, for the list of those without a mapping. */
export const gatherMappedCodes = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('mapping-use', SECONDS, () => gatherMappingUse(services))
