import type { Jobs } from '@yibao/drizzle/jobs'
import { billDeclarations } from '../commands/contribution-declared.ts'
import { settleSurpluses } from '../commands/employer-credit.ts'
import type { Services } from '../context.ts'

const SECONDS = 1

/** Months that a payment of the same moment has left with a surplus are looked for from time to time only. */
const SURPLUSES_EVERY = 600

/** Bills what employers have declared. */
export function billDeclaredMonths(jobs: Jobs, services: Services): Promise<void> {
  let run = 0
  return jobs.every('contribution-declared', SECONDS, async () => {
    await billDeclarations(services)
    if (run % SURPLUSES_EVERY === 0) await settleSurpluses(services)
    run += 1
  })
}
