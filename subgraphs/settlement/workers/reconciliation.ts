import type { Jobs } from '@yibao/drizzle/jobs'
import { advanceReconciliations } from '../commands/reconciliation-advance.ts'

const SECONDS = 1

/** Compares what institutions have with what the platform has, as long as a reconciliation is under way. */
export const workOnReconciliations = (
  jobs: Jobs,
  services: Parameters<typeof advanceReconciliations>[0],
): Promise<void> => jobs.every('reconciliation', SECONDS, () => advanceReconciliations(services))
