import { createFileHandler } from '@yibao/documents/file-handler'
import { clamd } from '@yibao/documents/scan'
import type { ScannerSettings } from '@yibao/documents/settings'
import type { DocumentStorage } from '@yibao/documents/storage'
import type { AccessLog } from '@yibao/drizzle/access-log'
import type { Jobs } from '@yibao/drizzle/jobs'
import { FEDERATION } from '@yibao/schema/builder'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { createContext, type Services } from './context.ts'
import './graphql/access-log.ts'
import './graphql/bind-mutual-aid.ts'
import './graphql/decode-voucher.ts'
import './graphql/document.ts'
import './graphql/declaration.ts'
import './graphql/declare.ts'
import './graphql/dispute.ts'
import './graphql/employer.ts'
import './graphql/employer-credit.ts'
import './graphql/collection.ts'
import './graphql/contribution.ts'
import './graphql/contribution-certificate.ts'
import './graphql/contribution-correct.ts'
import './graphql/contribution-pay.ts'
import './graphql/contribution-refund.ts'
import './graphql/enrol.ts'
import './graphql/enrolment-change.ts'
import './graphql/insured.ts'
import './graphql/insured-by-credential.ts'
import './graphql/insured-elsewhere.ts'
import './graphql/card.ts'
import './graphql/credentials.ts'
import './graphql/electronic-card.ts'
import './graphql/issue-card.ts'
import './graphql/issue-voucher.ts'
import './graphql/message.ts'
import './graphql/chosen-institution.ts'
import './graphql/maternity.ts'
import './graphql/no-card.ts'
import './graphql/special-identity.ts'
import './graphql/merge-persons.ts'
import './graphql/mutual-aid.ts'
import './graphql/preference.ts'
import './graphql/register-disease.ts'
import './graphql/register-person.ts'
import './graphql/registration.ts'
import './graphql/rights-record.ts'
import './graphql/voucher-archive.ts'
import { answerExchange } from './internal.ts'
import { contributionRules } from './store/contribution-rules.ts'
import { watchArrears } from './workers/arrears.ts'
import { postUploadedCollections } from './workers/collection.ts'
import { billDeclaredMonths } from './workers/contribution-declared.ts'
import { tellOfDeclarations } from './workers/declaration-notice.ts'
import { creditRetiredMonthly } from './workers/contribution-retired.ts'
import { postPaidPremiums } from './workers/premium.ts'
import { tellRightsYearly } from './workers/rights-record.ts'
import { sweepUploads } from './workers/document.ts'
import { bringMessages } from './workers/message.ts'

export const schema = builder.toSubGraphSchema({
  ...FEDERATION,
  federationDirectives: [...FEDERATION.federationDirectives],
})

/** Work that is done now and then, in one process at a time. */
const WORKERS: readonly ((jobs: Jobs, services: Services) => Promise<void>)[] = [
  watchArrears,
  billDeclaredMonths,
  creditRetiredMonthly,
  tellOfDeclarations,
  postPaidPremiums,
  tellRightsYearly,
]

interface Parts extends Services {
  readonly accessLog: AccessLog
  /** Where its workers run; without it nothing is done in the background. */
  readonly jobs?: Jobs
  /** Where the contents of documents lie; without it none are uploaded or fetched. */
  readonly documents?: DocumentStorage
  /** What looks for malware in uploads; without it nothing does. */
  readonly scanner?: ScannerSettings | undefined
  /** What brings messages to phones; those that are missing are read in the app alone. */
  readonly carriers?: Parameters<typeof bringMessages>[1]['carriers']
}

/** The subgraph of persons and what covers them. No answer about a person leaves before the reading is logged. */
export async function createInsured(parts: Parts): Promise<Subgraph> {
  const { accessLog, jobs, documents, scanner, carriers = {}, ...services } = parts
  // A faulty file of rules stops it here.
  await contributionRules()
  if (jobs !== undefined) for (const work of WORKERS) await work(jobs, services)
  const files = documents === undefined ? undefined : keepFiles(services, { accessLog, documents, scanner })
  if (jobs !== undefined && files !== undefined) {
    await sweepUploads(jobs, files.parts)
    await postUploadedCollections(jobs, files.parts)
  }
  if (jobs !== undefined) await bringMessages(jobs, { ...services, carriers })
  return createSubgraph({
    name: 'insured',
    schema,
    context: ({ identity, traceId }) => createContext(services, identity, traceId),
    beforeAnswer: (context) => accessLog.record(context.readEntries()),
    files: files?.handle,
    internal: answerExchange(services, accessLog),
    ...(services.logger && { logger: services.logger }),
  })
}

type FileParts = Required<Pick<Parts, 'accessLog' | 'documents'>> & Pick<Parts, 'scanner'>

/** Uploads and downloads, by the rights that hold for the graph. */
function keepFiles(services: Services, { accessLog, documents: storage, scanner }: FileParts) {
  const parts = { ...services, storage, accessLog, scanner: scanner === undefined ? null : clamd(scanner) }
  const handle = createFileHandler({
    ...parts,
    sees: async (identity, insuredId) => {
      const { load } = createContext(services, identity, 'upload')
      return (await load.person.load(insuredId)) !== null
    },
  })
  return { parts, handle }
}
