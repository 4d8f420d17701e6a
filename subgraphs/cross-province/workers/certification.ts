import type { Jobs } from '@yibao/drizzle/jobs'
import { sayRequests, type Certifying } from '../commands/certification.ts'
import { sayReferrals } from '../commands/referral-elsewhere.ts'
import { bringUpCertifications, tellAnswers } from '../commands/certify-here.ts'

const SECONDS = 5
const OVERDUE_SECONDS = 600

/** Asks agencies on other platforms to certify, tells other platforms what agencies here answered, and minds deadlines. */
export async function exchangeCertifications(jobs: Jobs, parts: Certifying): Promise<void> {
  await jobs.every('ask-certifications', SECONDS, () => sayRequests(parts))
  await jobs.every('tell-certifications', SECONDS, () => tellAnswers(parts))
  await jobs.every('tell-referrals', SECONDS, () => sayReferrals(parts))
  await jobs.every('overdue-certifications', OVERDUE_SECONDS, () => bringUpCertifications(parts))
}
