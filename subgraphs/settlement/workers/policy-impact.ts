import type { Jobs } from '@yibao/drizzle/jobs'
import { advancePolicyImpacts } from '../commands/policy-impact-advance.ts'
import type { Trying } from '../domain/policy-impact-replay.ts'

const SECONDS = 1

/** Tries drafts of policies on what was settled, as long as one is under way. */
export function workOnPolicyImpacts(jobs: Jobs, services: Parameters<typeof advancePolicyImpacts>[0]): Promise<void> {
  const drafts = new Map<string, Trying>()
  return jobs.every('policy-impact', SECONDS, () => advancePolicyImpacts(services, { drafts }))
}
