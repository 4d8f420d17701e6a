import type { Jobs } from '@yibao/drizzle/jobs'
import { tellRights } from '../commands/rights-record-schedule.ts'
import type { Services } from '../context.ts'

const SECONDS = 60
/** So that a run ends before others want the job's connection. */
const BATCHES_MAX = 100

/** Makes the yearly records of rights, free of charge, for everybody who was insured. */
export const tellRightsYearly = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('rights-record', SECONDS, async () => {
    for (let batch = 0; batch < BATCHES_MAX; batch += 1) if (await tellRights(services)) return
  })
