import type { Jobs } from '@yibao/drizzle/jobs'
import { collectAll } from '../commands/clearing-collect.ts'
import { countDeadlines } from '../commands/clearing-deadlines.ts'
import { giveBackReversed } from '../commands/give-back.ts'

const SECONDS = 5

/** Goes on collecting what institutions declared, where a request did not come to the end of it. */
export const collectDeclarations = (jobs: Jobs, services: Parameters<typeof collectAll>[0]): Promise<void> =>
  jobs.every('collect-declarations', SECONDS, () => collectAll(services))

const GIVE_BACK_SECONDS = 30

/** Gives back what was deducted of settlements that are reversed. */
export const giveBackDeductions = (jobs: Jobs, services: Parameters<typeof giveBackReversed>[0]): Promise<void> =>
  jobs.every('give-back-deductions', GIVE_BACK_SECONDS, () => giveBackReversed(services, null))

const DAY_SECONDS = 86_400

/** Counts deadlines anew when the holidays of their year are published. */
export const countClearingDeadlines = (jobs: Jobs, services: Parameters<typeof countDeadlines>[0]): Promise<void> =>
  jobs.every('count-clearing-deadlines', DAY_SECONDS, () => countDeadlines(services))
