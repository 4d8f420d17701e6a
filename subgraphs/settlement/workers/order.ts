import type { Jobs } from '@yibao/drizzle/jobs'
import { driveOrders } from '../commands/order-drive.ts'
import type { Services } from '../context.ts'

const SECONDS = 1

/** Goes on with online orders that stand between two states, and ends those that stayed unpaid. */
export const workOnOrders = (jobs: Jobs, services: Services): Promise<void> =>
  jobs.every('online-orders', SECONDS, () => driveOrders(services))
