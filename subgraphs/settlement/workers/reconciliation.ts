import type { Jobs } from '@yibao/drizzle/jobs'
import { advanceReconciliations } from '../commands/reconciliation-advance.ts'

const SECONDS = 1

/**
 * Compares what institutions have with what the platform has, as long as a reconciliation is under way. Files are read
 * beside it: a large one keeps nobody else's comparison waiting.
 */
export async function workOnReconciliations(
  jobs: Jobs,
  services: Parameters<typeof advanceReconciliations>[0],
): Promise<void> {
  await jobs.every('reconciliation', SECONDS, () => advanceReconciliations(services, { part: 'REST' }))
  await jobs.every('reconciliation-files', SECONDS, () => advanceReconciliations(services, { part: 'FILES' }))
}
