import type { AccessLog } from '@yibao/drizzle/access-log'
import type { Jobs } from '@yibao/drizzle/jobs'
import { FEDERATION } from '@yibao/schema/builder'
import type { InternalHandler } from '@yibao/schema/internal'
import type { SigningKey } from '@yibao/schema/keys'
import type { Logger } from '@yibao/schema/logger'
import { receiptKeyOf } from '@yibao/schema/receipt-key'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { answerFilings } from './commands/answer-filings.ts'
import type { Certifying } from './commands/certification.ts'
import { send, type Exchange } from './commands/exchange.ts'
import { createContext, type Services } from './context.ts'
import type { Saying } from './domain/exchange.ts'
import './graphql/access-log.ts'
import './graphql/certification.ts'
import './graphql/file.ts'
import './graphql/filing.ts'
import './graphql/guide.ts'
import './graphql/incoming-stay.ts'
import './graphql/province-message.ts'
import './graphql/referral.ts'
import './graphql/review.ts'
import './graphql/stay-elsewhere.ts'
import { answerInternal, answerStays } from './internal.ts'
import { createPartnerPort } from './peers/partner.ts'
import { loadRules, type Rulebook } from './store/rules.ts'
import { exchangeCertifications } from './workers/certification.ts'
import { followOverdueFilings } from './workers/overdue.ts'
import { tellOfStays } from './workers/stay-notice.ts'

export const schema = builder.toSubGraphSchema({
  ...FEDERATION,
  federationDirectives: [...FEDERATION.federationDirectives],
})

/** Work that is done now and then, in one process at a time. */
const WORKERS: readonly ((jobs: Jobs, services: Services) => Promise<void>)[] = [followOverdueFilings]

interface Parts extends Omit<Services, 'rules' | 'say'> {
  readonly accessLog: AccessLog
  readonly logger?: Logger
  /** The rules of `rules/*.json` unless others are given. */
  readonly rules?: Rulebook
  /** Where its workers run; without it nothing is done in the background. */
  readonly jobs?: Jobs
  /** What it needs to speak with platforms of other provinces; without it there is no exchange. */
  readonly exchange?: ExchangeParts | undefined
}

interface ExchangeParts {
  /** The platform's own province, first two digits of its divisions. */
  readonly province: string
  /** What messages are signed with. */
  readonly key: SigningKey
  /** The subgraph of money, and that of persons. */
  readonly settlement: InternalHandler
  readonly insured: InternalHandler
}

/** The subgraph of treatment away from the home pool. A faulty rule file stops it here, at the start. */
export async function createCrossProvince(parts: Parts): Promise<Subgraph> {
  const { db, clock, secrets, accessLog, logger, jobs, rules = loadRules() } = parts
  const services: Services = { db, rules, clock, secrets }
  if (jobs !== undefined) for (const work of WORKERS) await work(jobs, services)
  const certifying = openExchange(parts, services)
  const exchange = certifying?.exchange ?? null
  const say = exchange === null ? undefined : (said: Saying) => send(exchange, said)
  if (jobs !== undefined && say !== undefined) await tellOfStays(jobs, { ...services, say }, logger)
  if (jobs !== undefined && certifying !== null) await exchangeCertifications(jobs, certifying)
  const subgraph = createSubgraph({
    name: 'cross-province',
    schema,
    context: ({ identity, traceId }) => createContext({ ...services, say }, identity, traceId),
    beforeAnswer: (context) => accessLog.record(context.readEntries()),
    internal: answerInternal(exchange),
    ...(logger && { logger }),
  })
  return { ...subgraph, close: async () => exchange?.port.close() }
}

function openExchange({ db, clock, logger, exchange: parts }: Parts, services: Services): Certifying | null {
  if (parts === undefined) return null
  const { secrets } = services
  if (secrets === undefined) throw new Error('the exchange needs what seals identity numbers')
  const { province, settlement, insured } = parts
  const key = { ...parts.key, kid: receiptKeyOf(parts.key.publicKey).kid }
  const answers: Exchange['answers'] = {
    settlement,
    insured,
    stays: answerStays(services),
    crossProvince: (...asked) => answerFilings(certifying)(...asked),
  }
  const exchange: Exchange = { hot: db.hot, clock, province, key, port: createPartnerPort(key), answers, logger }
  const certifying: Certifying = { ...services, secrets, exchange }
  return certifying
}
