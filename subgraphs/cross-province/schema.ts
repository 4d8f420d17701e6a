import type { AccessLog } from '@yibao/drizzle/access-log'
import type { Database } from '@yibao/drizzle/connect'
import { FEDERATION } from '@yibao/schema/builder'
import type { Logger } from '@yibao/schema/logger'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { createContext } from './context.ts'
import './graphql/access-log.ts'
import './graphql/file.ts'
import './graphql/filing.ts'
import { loadRules, type Rulebook } from './store/rules.ts'

export const schema = builder.toSubGraphSchema({
  ...FEDERATION,
  federationDirectives: [...FEDERATION.federationDirectives],
})

interface Parts {
  readonly db: Database
  readonly clock: () => Temporal.Instant
  readonly accessLog: AccessLog
  readonly logger?: Logger
  /** The rules of `rules/*.json` unless others are given. */
  readonly rules?: Rulebook
}

/** The subgraph of treatment away from the home pool. A faulty rule file stops it here, at the start. */
export function createCrossProvince({ db, clock, accessLog, logger, rules = loadRules() }: Parts): Subgraph {
  return createSubgraph({
    name: 'cross-province',
    schema,
    context: ({ identity, traceId }) => createContext({ db, rules, clock }, identity, traceId),
    beforeAnswer: (context) => accessLog.record(context.readEntries()),
    ...(logger && { logger }),
  })
}
