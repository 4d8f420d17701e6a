import type { AccessLog } from '@yibao/drizzle/access-log'
import type { Database } from '@yibao/drizzle/connect'
import { FEDERATION } from '@yibao/schema/builder'
import type { Logger } from '@yibao/schema/logger'
import type { Secrets } from '@yibao/schema/secrets'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { createContext } from './context.ts'
import './graphql/access-log.ts'
import './graphql/bind-mutual-aid.ts'
import './graphql/enrol.ts'
import './graphql/insured.ts'
import './graphql/issue-voucher.ts'
import './graphql/mutual-aid.ts'
import './graphql/register-disease.ts'
import './graphql/register-person.ts'
import './graphql/registration.ts'

export const schema = builder.toSubGraphSchema({
  ...FEDERATION,
  federationDirectives: [...FEDERATION.federationDirectives],
})

interface Parts {
  readonly db: Database
  readonly secrets: Secrets
  readonly clock: () => Temporal.Instant
  readonly accessLog: AccessLog
  readonly logger?: Logger
}

/** The subgraph of persons and what covers them. No answer about a person leaves before the reading is logged. */
export const createInsured = ({ db, secrets, clock, accessLog, logger }: Parts): Subgraph =>
  createSubgraph({
    name: 'insured',
    schema,
    context: ({ identity, traceId }) => createContext({ db, secrets, clock, logger }, identity, traceId),
    beforeAnswer: (context) => accessLog.record(context.readEntries()),
    ...(logger && { logger }),
  })
