import type { Jobs } from '@yibao/drizzle/jobs'
import type { SandboxClock } from '@yibao/drizzle/sandbox-clock'
import { FEDERATION } from '@yibao/schema/builder'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { createContext, type Services } from './context.ts'
import './graphql/agree.ts'
import './graphql/application.ts'
import './graphql/application-step.ts'
import './graphql/capability.ts'
import './graphql/catalogue-import.ts'
import './graphql/catalogue-item.ts'
import './graphql/change-status.ts'
import './graphql/departments.ts'
import './graphql/institution.ts'
import './graphql/practitioners.ts'
import './graphql/mapping.ts'
import './graphql/mapping-unmapped.ts'
import './graphql/partner-key.ts'
import './graphql/register-institution.ts'
import './graphql/webhook.ts'
import './graphql/webhook-delivery.ts'
import './graphql/sandbox.ts'
import { followAgreementDays } from './workers/agreement-days.ts'
import { workOnImports } from './workers/import.ts'
import { gatherMappedCodes } from './workers/mapping-use.ts'
import { watchPartnerKeys } from './workers/partner-key.ts'
import { sendToPartners } from './workers/webhook.ts'

export const schema = builder.toSubGraphSchema({
  linkUrl: FEDERATION.linkUrl,
  federationDirectives: [...FEDERATION.federationDirectives],
})

/** Work that is done now and then, in one process at a time. */
const WORKERS: readonly ((jobs: Jobs, services: Services) => Promise<void>)[] = [
  workOnImports,
  gatherMappedCodes,
  watchPartnerKeys,
  sendToPartners,
  followAgreementDays,
]

interface Parts extends Services {
  /** Where its workers run; without it nothing is done in the background. */
  readonly jobs?: Jobs
}

/** The subgraph of institutions and the catalogue. Nothing it answers is about a person, so it keeps no access log. */
export async function createInstitutions({ jobs, ...given }: Parts): Promise<Subgraph> {
  const services = { ...given, sandbox: hastening(given.sandbox, jobs) }
  if (jobs !== undefined) for (const work of WORKERS) await work(jobs, services)
  return createSubgraph({
    name: 'institutions',
    schema,
    context: ({ identity }) => createContext(services, identity),
    ...(services.logger && { logger: services.logger }),
  })
}

/** A clock that, when it was moved on, has the work done at once that is due by then and would be looked for in an hour. */
function hastening(sandbox: SandboxClock | undefined, jobs: Jobs | undefined): SandboxClock | undefined {
  if (sandbox === undefined || jobs === undefined) return sandbox
  return {
    ...sandbox,
    async refresh() {
      await sandbox.refresh()
      await jobs.hasten()
    },
  }
}
