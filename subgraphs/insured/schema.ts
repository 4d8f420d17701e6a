import type { AccessLog } from '@yibao/drizzle/access-log'
import type { Jobs } from '@yibao/drizzle/jobs'
import { FEDERATION } from '@yibao/schema/builder'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { createContext, type Services } from './context.ts'
import './graphql/access-log.ts'
import './graphql/bind-mutual-aid.ts'
import './graphql/decode-voucher.ts'
import './graphql/employer.ts'
import './graphql/contribution.ts'
import './graphql/contribution-pay.ts'
import './graphql/enrol.ts'
import './graphql/enrolment-change.ts'
import './graphql/insured.ts'
import './graphql/issue-voucher.ts'
import './graphql/mutual-aid.ts'
import './graphql/register-disease.ts'
import './graphql/register-person.ts'
import './graphql/registration.ts'
import { contributionRules } from './store/contribution-rules.ts'
import { billDeclaredMonths } from './workers/contribution-declared.ts'
import { creditRetiredMonthly } from './workers/contribution-retired.ts'

export const schema = builder.toSubGraphSchema({
  ...FEDERATION,
  federationDirectives: [...FEDERATION.federationDirectives],
})

/** Work that is done now and then, in one process at a time. */
const WORKERS: readonly ((jobs: Jobs, services: Services) => Promise<void>)[] = [
  billDeclaredMonths,
  creditRetiredMonthly,
]

interface Parts extends Services {
  readonly accessLog: AccessLog
  /** Where its workers run; without it nothing is done in the background. */
  readonly jobs?: Jobs
}

/** The subgraph of persons and what covers them. No answer about a person leaves before the reading is logged. */
export async function createInsured({ accessLog, jobs, ...services }: Parts): Promise<Subgraph> {
  // A faulty file of rules stops it here.
  await contributionRules()
  if (jobs !== undefined) for (const work of WORKERS) await work(jobs, services)
  return createSubgraph({
    name: 'insured',
    schema,
    context: ({ identity, traceId }) => createContext(services, identity, traceId),
    beforeAnswer: (context) => accessLog.record(context.readEntries()),
    ...(services.logger && { logger: services.logger }),
  })
}
