import type { Jobs } from '@yibao/drizzle/jobs'
import { billDeclarations } from '../commands/contribution-declared.ts'
import type { Services } from '../context.ts'

const SECONDS = 1

/** Bills what employers have declared. */
export const billDeclaredMonths = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('contribution-declared', SECONDS, () => billDeclarations(services))
