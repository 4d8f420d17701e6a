import type { Jobs } from '@yibao/drizzle/jobs'
import { sayToProvinces } from '../commands/province-message.ts'

const SECONDS = 2

/** Says to other provinces what is to be said of money, until they have answered. */
export const sayMoneyToProvinces = (jobs: Jobs, services: Parameters<typeof sayToProvinces>[0]): Promise<void> =>
  jobs.every('say-to-provinces', SECONDS, () => sayToProvinces(services))
