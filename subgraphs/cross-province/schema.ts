import type { AccessLog } from '@yibao/drizzle/access-log'
import type { Jobs } from '@yibao/drizzle/jobs'
import { FEDERATION } from '@yibao/schema/builder'
import type { Logger } from '@yibao/schema/logger'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { createContext, type Services } from './context.ts'
import './graphql/access-log.ts'
import './graphql/file.ts'
import './graphql/filing.ts'
import './graphql/review.ts'
import { loadRules, type Rulebook } from './store/rules.ts'
import { followOverdueFilings } from './workers/overdue.ts'

export const schema = builder.toSubGraphSchema({
  ...FEDERATION,
  federationDirectives: [...FEDERATION.federationDirectives],
})

/** Work that is done now and then, in one process at a time. */
const WORKERS: readonly ((jobs: Jobs, services: Services) => Promise<void>)[] = [followOverdueFilings]

interface Parts extends Omit<Services, 'rules'> {
  readonly accessLog: AccessLog
  readonly logger?: Logger
  /** The rules of `rules/*.json` unless others are given. */
  readonly rules?: Rulebook
  /** Where its workers run; without it nothing is done in the background. */
  readonly jobs?: Jobs
}

/** The subgraph of treatment away from the home pool. A faulty rule file stops it here, at the start. */
export async function createCrossProvince(parts: Parts): Promise<Subgraph> {
  const { db, clock, accessLog, logger, jobs, rules = loadRules() } = parts
  const services: Services = { db, rules, clock }
  if (jobs !== undefined) for (const work of WORKERS) await work(jobs, services)
  return createSubgraph({
    name: 'cross-province',
    schema,
    context: ({ identity, traceId }) => createContext(services, identity, traceId),
    beforeAnswer: (context) => accessLog.record(context.readEntries()),
    ...(logger && { logger }),
  })
}
