import { randomUUIDv7 } from 'node:crypto'
import { join } from 'node:path'
import type { DocumentStorage } from '@yibao/documents/storage'
import type { AccessLog } from '@yibao/drizzle/access-log'
import type { Database } from '@yibao/drizzle/connect'
import type { Jobs } from '@yibao/drizzle/jobs'
import { ensurePartitions } from '@yibao/drizzle/partitions'
import { FEDERATION } from '@yibao/schema/builder'
import { dayOf } from '@yibao/schema/dates'
import type { Logger } from '@yibao/schema/logger'
import { createSubgraph, type Subgraph } from '@yibao/schema/subgraph'
import { builder } from './builder.ts'
import { createContext, createServices, type Services, type SettlementSecrets } from './context.ts'
import './graphql/access-log.ts'
import './graphql/account-history.ts'
import './graphql/annul.ts'
import './graphql/away-bill.ts'
import './graphql/claim-certificate.ts'
import './graphql/claim-change.ts'
import './graphql/claim-conditions.ts'
import './graphql/claim-estimate.ts'
import './graphql/claim-content.ts'
import './graphql/claim-rules.ts'
import './graphql/claims.ts'
import './graphql/claim-precheck.ts'
import './graphql/claim-queue.ts'
import './graphql/claim-review.ts'
import './graphql/claim-review-change.ts'
import './graphql/claim-place.ts'
import './graphql/claim-account.ts'
import './graphql/claim-decision-paper.ts'
import './graphql/claim-payment.ts'
import './graphql/claim-recovery.ts'
import './graphql/claim-return.ts'
import './graphql/ledger.ts'
import './graphql/refused-bill.ts'
import './graphql/receipt.ts'
import './graphql/close-period.ts'
import './graphql/declare-month.ts'
import './graphql/clearing-check.ts'
import './graphql/clearing-bank-account.ts'
import './graphql/clearing-payment.ts'
import './graphql/payment-return.ts'
import './graphql/deposit-correction.ts'
import './graphql/deposit-decision.ts'
import './graphql/deposit.ts'
import './graphql/payment-method.ts'
import './graphql/deduction.ts'
import './graphql/exchange-deduction.ts'
import './graphql/exchange-reconciliation.ts'
import './graphql/monthly-statements.ts'
import './graphql/pool-books.ts'
import './graphql/pool-statement-step.ts'
import './graphql/cancel-visit.ts'
import './graphql/change-visit.ts'
import './graphql/confirm.ts'
import './graphql/conversion.ts'
import './graphql/institution-elsewhere.ts'
import './graphql/issue-prescription.ts'
import './graphql/mutual-aid.ts'
import './graphql/findings.ts'
import './graphql/discharge.ts'
import './graphql/identify-visit.ts'
import './graphql/open-visit.ts'
import './graphql/order-change.ts'
import './graphql/outcome.ts'
import './graphql/policy-impact-change.ts'
import './graphql/prescriptions.ts'
import './graphql/national-notice.ts'
import './graphql/netting-change.ts'
import './graphql/prefund-change.ts'
import './graphql/premium.ts'
import './graphql/province-message.ts'
import './graphql/province-position.ts'
import './graphql/purse.ts'
import './graphql/counter-proof.ts'
import './graphql/question.ts'
import './graphql/question-change.ts'
import './graphql/reconcile-file.ts'
import './graphql/reconcile-lines.ts'
import './graphql/reconcile-totals.ts'
import './graphql/reconciled.ts'
import './graphql/reconciliation-shortfall.ts'
import './graphql/refund.ts'
import './graphql/reverse.ts'
import './graphql/scorecard.ts'
import './graphql/settle.ts'
import './graphql/settle-visit.ts'
import './graphql/settlements.ts'
import './graphql/filing-guide.ts'
import './graphql/signing-key.ts'
import './graphql/trial.ts'
import './graphql/upload-lines.ts'
import './graphql/visits.ts'
import './graphql/withdraw-lines.ts'
import { answerExchange } from './internal.ts'
import { readCheckRules } from './store/check-rules.ts'
import { registerPolicies } from './store/policies.ts'
import { turnAccountYears } from './workers/account-history.ts'
import { creditPaidContributions } from './workers/credit-account.ts'
import { balanceAllClaims } from './workers/claim-payment.ts'
import { collectDeclarations, countClearingDeadlines, giveBackDeductions } from './workers/clearing.ts'
import { reconcileWithProvinces } from './workers/exchange-reconciliation.ts'
import { countClocksOfClaims, precheckSubmittedClaims, watchDeadlinesOfClaims } from './workers/claim.ts'
import { keepLedgerFolded } from './workers/fold-ledger.ts'
import { mergeMovedPersons } from './workers/merge-person.ts'
import { moveTransferredAccounts } from './workers/account-transfer.ts'
import { sayMoneyToProvinces } from './workers/province-message.ts'
import { healAwayBills } from './workers/away.ts'
import { settleClaims } from './workers/claim-settle.ts'
import { workOnOrders } from './workers/order.ts'
import { countProvinceLimits, watchAllPrefunds } from './workers/prefund.ts'
import { returnPaidPremiums } from './workers/premium.ts'
import { workOnPolicyImpacts } from './workers/policy-impact.ts'
import { countClocksOfQuestions, lookAfterQuestions } from './workers/question.ts'
import { workOnReconciliations } from './workers/reconciliation.ts'
import { reverseAllUnconfirmed } from './workers/reverse-unconfirmed.ts'
import { sweepOldQuotes } from './workers/sweep-quotes.ts'

export const schema = builder.toSubGraphSchema({
  linkUrl: FEDERATION.linkUrl,
  federationDirectives: [...FEDERATION.federationDirectives],
})

/** The policies that ship with the platform. */
export const SHIPPED_POLICIES = join(import.meta.dirname, 'policies')

/** The rules of audit that ship with the platform. */
export const SHIPPED_RULES = join(import.meta.dirname, 'rules')

/** Work that is done now and then, in one process at a time. */
const WORKERS: readonly ((jobs: Jobs, services: Services) => Promise<void>)[] = [
  creditPaidContributions,
  returnPaidPremiums,
  turnAccountYears,
  keepLedgerFolded,
  mergeMovedPersons,
  moveTransferredAccounts,
  reverseAllUnconfirmed,
  sweepOldQuotes,
  workOnPolicyImpacts,
  workOnReconciliations,
  workOnOrders,
  collectDeclarations,
  balanceAllClaims,
  giveBackDeductions,
  countClearingDeadlines,
  sayMoneyToProvinces,
  watchAllPrefunds,
  countProvinceLimits,
  reconcileWithProvinces,
  healAwayBills,
  settleClaims,
  watchDeadlinesOfClaims,
  countClocksOfClaims,
  precheckSubmittedClaims,
  lookAfterQuestions,
  countClocksOfQuestions,
]

/** Months for which partitions stand ready. */
const MONTHS_AHEAD = 3

interface Parts {
  readonly db: Database
  readonly secrets: SettlementSecrets
  readonly clock: () => Temporal.Instant
  readonly accessLog: AccessLog
  /** Makes UUIDv7 ids; those of Node unless said otherwise. */
  readonly ids?: () => string
  /** Folders of policy files; those that ship unless said otherwise. */
  readonly policies?: readonly string[]
  /** Folders of audit rules; those that ship unless said otherwise. */
  readonly rules?: readonly string[]
  readonly logger?: Logger
  /** Where its workers run; without it nothing is done in the background. */
  readonly jobs?: Jobs
  /** Where the cash of online orders is paid; without it orders with a cash part are refused. */
  readonly payment?: Parameters<typeof createServices>[0]['payment']
  /** Where the contents of documents lie; without it none are read or made. */
  readonly documents?: DocumentStorage
  /** Through which other provinces are told of money; without it what is to be said waits. */
  readonly provinces?: Parameters<typeof createServices>[0]['provinces']
}

/**
 * The subgraph of money. Registers the policy files, reads the audit rules and makes partitions before it answers; a
 * faulty file, or a policy that contradicts what is in force, stops it here. A settlement's own row stands for its entry
 * in the access log.
 */
export async function createSettlement(parts: Parts): Promise<Subgraph> {
  const { db, secrets, clock, accessLog, ids = randomUUIDv7, policies = [SHIPPED_POLICIES], logger, jobs } = parts
  const { payment, documents, provinces } = parts
  const checks = await readCheckRules(parts.rules ?? [SHIPPED_RULES])
  const now = clock()
  await registerPolicies(db, { directories: policies, now, today: dayOf(now) })
  await ensurePartitions(db, now, MONTHS_AHEAD)
  const services = createServices({
    db,
    secrets,
    clock,
    ids,
    checks,
    ...(logger && { logger }),
    ...(payment && { payment }),
    documents,
    provinces,
  })
  await services.policies.latest()
  if (jobs !== undefined) for (const work of WORKERS) await work(jobs, services)
  const subgraph = createSubgraph({
    name: 'settlement',
    schema,
    context: ({ identity, traceId }) => createContext(services, identity, traceId),
    beforeAnswer: (context) => accessLog.record(context.readEntries()),
    internal: answerExchange(services, accessLog),
    ...(logger && { logger }),
  })
  return { ...subgraph, close: () => services.score.close() }
}
