import type { Jobs } from '@yibao/drizzle/jobs'
import { advancePolicyImpacts, type CompiledDrafts } from '../commands/policy-impact-advance.ts'

const SECONDS = 1

/** Tries drafts of policies on what was settled, as long as one is under way. */
export function workOnPolicyImpacts(jobs: Jobs, services: Parameters<typeof advancePolicyImpacts>[0]): Promise<void> {
  const drafts: CompiledDrafts = new Map()
  return jobs.every('policy-impact', SECONDS, () => advancePolicyImpacts(services, { drafts }))
}
