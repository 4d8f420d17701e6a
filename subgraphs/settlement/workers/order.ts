import type { Jobs } from '@yibao/drizzle/jobs'
import { driveOrders } from '../commands/order-drive.ts'

const SECONDS = 1

/** Goes on with online orders that stand between two states, and ends those that stayed unpaid. */
export const workOnOrders = (jobs: Jobs, services: Parameters<typeof driveOrders>[0]): Promise<void> =>
  jobs.every('online-orders', SECONDS, () => driveOrders(services))
