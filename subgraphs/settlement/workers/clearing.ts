import type { Jobs } from '@yibao/drizzle/jobs'
import { collectAll } from '../commands/clearing-collect.ts'

const SECONDS = 5

/** Goes on collecting what institutions declared, where a request did not come to the end of it. */
export const collectDeclarations = (jobs: Jobs, services: Parameters<typeof collectAll>[0]): Promise<void> =>
  jobs.every('collect-declarations', SECONDS, () => collectAll(services))
