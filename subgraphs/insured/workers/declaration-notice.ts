import type { Jobs } from '@yibao/drizzle/jobs'
import { tellUndeclared } from '../commands/declaration-notice.ts'
import type { Services } from '../context.ts'

const SECONDS = 3600

/** Tells employers of months that are to be declared. */
export const tellOfDeclarations = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('declaration-notice', SECONDS, () => tellUndeclared(services))
