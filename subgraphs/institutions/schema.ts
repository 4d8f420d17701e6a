import type { Database } from '@yibao/drizzle/connect'
import { FEDERATION } from '@yibao/schema/builder'
import type { Logger } from '@yibao/schema/logger'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { createContext } from './context.ts'
import './graphql/agree.ts'
import './graphql/catalogue-item.ts'
import './graphql/change-status.ts'
import './graphql/institution.ts'
import './graphql/register-institution.ts'

export const schema = builder.toSubGraphSchema({
  linkUrl: FEDERATION.linkUrl,
  federationDirectives: [...FEDERATION.federationDirectives],
})

interface Parts {
  readonly db: Database
  readonly clock: () => Temporal.Instant
  readonly logger?: Logger
}

/** The subgraph of institutions and the catalogue. Nothing it answers is about a person, so it keeps no access log. */
export const createInstitutions = ({ db, clock, logger }: Parts): Subgraph =>
  createSubgraph({
    name: 'institutions',
    schema,
    context: ({ identity }) => createContext({ db, clock }, identity),
    ...(logger && { logger }),
  })
