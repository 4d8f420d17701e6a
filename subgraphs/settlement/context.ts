import assert from 'node:assert/strict'
import type { DocumentStorage } from '@yibao/documents/storage'
import type { Database, ReadTx } from '@yibao/drizzle/connect'
import type { Statements } from '@yibao/drizzle/hot'
import { collectReads, type Reads } from '@yibao/drizzle/reads'
import type { Identity } from '@yibao/schema/identity'
import { createStamp, uuidFault } from '@yibao/schema/ids'
import type { Fen } from '@yibao/schema/money'
import type { SigningKey } from '@yibao/schema/keys'
import type { Logger } from '@yibao/schema/logger'
import type { Secrets } from '@yibao/schema/secrets'
import DataLoader from 'dataloader'
import type { Catalogue } from './domain/catalogue.ts'
import { NO_CHECKS, type CheckLibrary } from './domain/check-library.ts'
import type { ClearingRules } from './domain/clearing-rules.ts'
import type { Dispensing } from './domain/prescription.ts'
import type { DecidedSettlement } from './domain/recompute.ts'
import type { SigningKey as InstitutionKey } from './domain/signing-key.ts'
import type { OrderBill } from './domain/order.ts'
import type { Settlement } from './domain/settlement.ts'
import type { Suspensions } from './domain/suspended-staff.ts'
import { createPaymentPort, type PaymentPort, type PaymentSettings } from './peers/payment.ts'
import type { ProvincePort } from './peers/province.ts'
import { listDisputes, type NetDispute } from './store/net-dispute.ts'
import { listOrderBills } from './store/order.ts'
import { listDispensings } from './store/prescriptions.ts'
import {
  listCounterBills,
  proveCounters,
  type BillsAsked,
  type CounterBill,
  type CounterProof,
} from './store/counter-proof.ts'
import { findInsuredAs, findPromises, type Enrolled, type InsuredAs, type Promised } from './store/insured-person.ts'
import { listLatest } from './store/later-part.ts'
import { createBillQueue, createBillQueues, ELSEWHERE, type BillQueue } from './store/bill-queue.ts'
import { shippedClearing } from './store/clearing-rules.ts'
import { createFactsReader, createSettlementWriter } from './store/grouped.ts'
import { readPostedGroups, type PostedGroup } from './store/ledger-position.ts'
import { createClaimReviewLoaders, type ClaimReviewLoaders } from './store/load-claim-review.ts'
import { createClaimLoaders, type ClaimLoaders } from './store/load-claims.ts'
import { createQuestionLoaders, type QuestionLoaders } from './store/load-questions.ts'
import { loadCatalogue } from './store/load-catalogue.ts'
import { loadSuspensions } from './store/load-suspensions.ts'
import { createVisitLoader, type VisitLoader } from './store/load-visits.ts'
import { createLineLoader, type LineLoader } from './store/load-lines.ts'
import { loadRegisteredPolicies, type Policies } from './store/policies.ts'
import { listAccounts, listCounters, type AccountRow, type CounterRow } from './store/purse.ts'
import {
  listConfirmations,
  listConversions,
  listInstitutionsElsewhere,
  listMutualAid,
  type ConfirmationRow,
  type ConversionRow,
  type InstitutionElsewhereRow,
  type MutualAidRow,
} from './store/beside-settlement.ts'
import { listReconciled, type ReconciledRow } from './store/reconciled.ts'
import { createReceiptBudget, type ReceiptBudget } from './store/receipt-budget.ts'
import { createScoreboard, type Scoreboard } from './store/scorecard.ts'
import { listSigningKeys } from './store/signing-keys.ts'
import { findSettlements, listReversals, type ReversedBy, type SettlementKey } from './store/settlements.ts'
import { createVersionedCache, type VersionedCache } from './store/versioned.ts'
import { sumUnsettled, type UnsettledSum } from './store/visit-lines.ts'
import type { VisitKey } from './store/visits.ts'

/** What this subgraph must not tell: by what credentials are found, and what receipts are signed with. */
export interface SettlementSecrets extends Secrets {
  readonly receipt: SigningKey
}

interface Parts {
  readonly db: Database
  readonly secrets: SettlementSecrets
  readonly clock: () => Temporal.Instant
  /** Makes UUIDv7 ids. */
  readonly ids: () => string
  /** The rules bills are looked at with before they are paid; none unless given. */
  readonly checks?: CheckLibrary
  /** Ratios, limits and codes of clearing; those that ship unless given. */
  readonly clearing?: ClearingRules
  readonly logger?: Logger
  /** Where the cash of online orders is paid; without it orders with a cash part are refused. */
  readonly payment?: PaymentSettings
  /** Where the contents of documents lie; without it none are read or made. */
  readonly documents?: DocumentStorage | undefined
  /** Through which other provinces are told of money; without it what is to be said waits. */
  readonly provinces?: ProvincePort | undefined
}

/** What lives as long as the process: connections, copies of catalogue, policies and suspensions, the bills that wait. */
export interface Services extends Omit<Parts, 'payment'> {
  readonly payment: PaymentPort | null
  readonly catalogue: VersionedCache<Catalogue>
  readonly policies: VersionedCache<Policies>
  readonly suspensions: VersionedCache<Suspensions>
  readonly queue: BillQueue
  /** Where bills wait that the platform of another province decides, by that province: one that hangs holds up its own alone. */
  readonly queueTo: (province: string) => BillQueue
  /** The facts of a bill, read together with those of others. */
  readonly readFacts: ReturnType<typeof createFactsReader>
  /** Writes a settled bill, together with others. */
  readonly writeSettlement: ReturnType<typeof createSettlementWriter>
  readonly checks: CheckLibrary
  /** A new id that carries the time `at`; those of one process stand in the order in which they are made. */
  readonly newId: (at: Temporal.Instant) => string
  readonly clearing: ClearingRules
  /** How institutions are answered, and how fast. */
  readonly score: Scoreboard
}

export const createServices = (parts: Parts): Services => ({
  ...parts,
  catalogue: createVersionedCache(() => loadCatalogue(parts.db)),
  policies: createVersionedCache(() => loadRegisteredPolicies(parts.db)),
  suspensions: createVersionedCache(() => loadSuspensions(parts.db)),
  queue: createBillQueue(),
  queueTo: createBillQueues(ELSEWHERE),
  readFacts: createFactsReader(parts.db.hot),
  writeSettlement: createSettlementWriter(parts.db.hot),
  checks: parts.checks ?? NO_CHECKS,
  newId: createStamp(parts.ids),
  clearing: parts.clearing ?? shippedClearing(),
  score: createScoreboard({ hot: parts.db.hot, clock: parts.clock, logger: parts.logger }),
  payment: parts.payment === undefined ? null : createPaymentPort(parts.payment),
})

/** Everything impure one operation needs. */
export interface Context extends Services, Reads {
  readonly identity: Identity | null
  now(): Temporal.Instant
  /** True once in an operation: printing takes a tenth of a second. */
  printOnce(): boolean
  /** Reads under the row rules of whoever asks. */
  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T>
  /** The institution that asks; the schema lets nobody else settle. */
  institution(): Extract<Identity, { kind: 'institution' }>
  readonly load: {
    /** By id alone, or by id within a person; null when there is none the reader may see. */
    readonly settlement: DataLoader<Partial<SettlementKey> & { id: string }, Settlement | null, string>
    readonly lines: LineLoader
    readonly visit: VisitLoader
    /** What an order is about, by its id; counted as lines before it is read. */
    readonly orderBill: DataLoader<string, OrderBill>
    /** What took a settlement back. */
    readonly reversal: DataLoader<string, ReversedBy | null>
    /** What stands beside a settlement, by its id. */
    readonly conversions: DataLoader<string, readonly ConversionRow[]>
    readonly confirmations: DataLoader<string, readonly ConfirmationRow[]>
    readonly institutionsElsewhere: DataLoader<string, readonly InstitutionElsewhereRow[]>
    readonly reconciled: DataLoader<string, readonly ReconciledRow[]>
    readonly mutualAid: DataLoader<string, readonly MutualAidRow[]>
    readonly dispensings: DataLoader<string, readonly Dispensing[]>
    /** What left a statement between provinces, by its id: up to all of its lines. */
    readonly netDisputes: DataLoader<string, readonly NetDispute[]>
    readonly accounts: DataLoader<string, readonly AccountRow[]>
    readonly counters: DataLoader<string, readonly CounterRow[]>
    /** What counters of the same operation are made of. */
    readonly counterBills: DataLoader<BillsAsked, CounterBill[], string>
    readonly counterProof: DataLoader<CounterRow, CounterProof, string>
    readonly insuredAs: DataLoader<Enrolled, InsuredAs | null, string>
    readonly promise: DataLoader<Promised, Fen | null, string>
    /** What was posted for the person of a settlement, up to it or beyond. */
    readonly posted: DataLoader<SettlementKey, readonly PostedGroup[], string>
    readonly receipts: ReceiptBudget
    /** The latest settlement that depends on one. As all that follow, asked of the database again each time. */
    readonly latest: DataLoader<DecidedSettlement, Settlement | null>
    readonly unsettled: DataLoader<VisitKey, UnsettledSum>
    /** The keys of an institution. */
    readonly signingKeys: DataLoader<string, readonly InstitutionKey[]>
  } & ClaimLoaders &
    ClaimReviewLoaders &
    QuestionLoaders
}

/** Makes the context of one operation. */
export function createContext(services: Services, identity: Identity | null, traceId: string): Context {
  const { db, clock } = services
  const reads = collectReads(identity, clock, traceId)
  const read: Context['read'] = (work) => db.readAs(identity, work)
  let printed = false
  return {
    ...services,
    identity,
    now: clock,
    printOnce: () => !printed && (printed = true),
    read,
    institution() {
      assert(identity?.kind === 'institution', 'only an institution reaches this')
      return identity
    },
    load: createLoaders(read, { ...reads, hot: db.hot }),
    ...reads,
  }
}

function createLoaders(read: Context['read'], { noteRead, hot }: Reads & { hot: Statements }): Context['load'] {
  return {
    settlement: new DataLoader(
      async (keys) => {
        const ids = keys.map((key) => key.id.toLowerCase()).filter((id) => uuidFault(id) === null)
        const rows = ids.length === 0 ? [] : await read((tx) => findSettlements(tx, ids))
        for (const row of rows) noteRead(row.insuredId, 'settlement')
        const found = new Map(rows.map((row) => [row.id, row]))
        return keys.map(({ id, insuredId }) => {
          const one = found.get(id.toLowerCase())
          return one === undefined || (insuredId ?? one.insuredId) !== one.insuredId ? null : one
        })
      },
      { cacheKeyFn: ({ id, insuredId }) => `${insuredId ?? ''} ${id}` },
    ),
    ...createClaimLoaders(read, noteRead),
    ...createClaimReviewLoaders(read),
    ...createQuestionLoaders(read, noteRead),
    lines: createLineLoader(read),
    visit: createVisitLoader(read, noteRead),
    orderBill: new DataLoader(async (ids) => {
      const found = await read((tx) => listOrderBills(tx, ids))
      return ids.map((id) => found.get(id) ?? new Error('whoever sees an order sees its bill'))
    }),
    reversal: new DataLoader(async (ids) => {
      const found = await read((tx) => listReversals(tx, ids))
      return ids.map((id) => found.get(id) ?? null)
    }),
    conversions: besideLoader(listConversions, read),
    confirmations: besideLoader(listConfirmations, read),
    institutionsElsewhere: besideLoader(listInstitutionsElsewhere, read),
    reconciled: besideLoader(listReconciled, read),
    mutualAid: besideLoader(listMutualAid, read),
    dispensings: besideLoader(listDispensings, read),
    netDisputes: new DataLoader(async (ids) => {
      const found = Map.groupBy(await read((tx) => listDisputes(tx, ids)), (one) => one.statementId)
      return ids.map((id) => found.get(id) ?? [])
    }),
    accounts: purseLoader('account', listAccounts, read, noteRead),
    counters: purseLoader('accumulators', listCounters, read, noteRead),
    counterBills: new DataLoader((asked) => listCounterBills(hot, asked), { cacheKeyFn: keyOfBills }),
    counterProof: new DataLoader((counters) => proveCounters(hot, counters), { cacheKeyFn: keyOfCounter }),
    insuredAs: new DataLoader((asked) => findInsuredAs(hot, asked), { cacheKeyFn: (one) => JSON.stringify(one) }),
    promise: new DataLoader((asked) => findPromises(hot, asked), { cacheKeyFn: (one) => JSON.stringify(one) }),
    posted: new DataLoader((keys) => readPostedGroups(hot, keys), { cacheKeyFn: ({ id }) => id }),
    receipts: createReceiptBudget(),
    latest: new DataLoader((of) => read((tx) => listLatest(tx, of)), { cache: false }),
    unsettled: new DataLoader((keys) => read((tx) => sumUnsettled(tx, keys)), { cache: false }),
    signingKeys: new DataLoader(
      async (codes) => {
        const found = Map.groupBy(await read((tx) => listSigningKeys(tx, codes)), (key) => key.institution)
        return codes.map((code) => found.get(code) ?? [])
      },
      { cache: false },
    ),
  }
}

const keyOfCounter = ({ insuredId, pool, insuranceType, name, period }: CounterRow): string =>
  JSON.stringify([insuredId, pool, insuranceType, name, period])
const keyOfBills = ({ counter, size, after }: BillsAsked): string => `${keyOfCounter(counter)} ${size} ${after ?? ''}`

/** Loads rows that hang at several settlements at once. Who sees them has seen the settlement, which is what is noted. */
const besideLoader = <T extends { settlementId: string }>(
  list: (tx: ReadTx, ids: readonly string[]) => Promise<T[]>,
  read: Context['read'],
): DataLoader<string, readonly T[]> =>
  new DataLoader(async (ids) => {
    const found = Map.groupBy(await read((tx) => list(tx, ids)), (one) => one.settlementId)
    return ids.map((id) => found.get(id) ?? [])
  })

/** Loads something of several persons at once, and notes whose was seen. */
function purseLoader<T extends { insuredId: string }>(
  operation: string,
  list: (tx: ReadTx, ids: readonly string[]) => Promise<T[]>,
  read: Context['read'],
  noteRead: Context['noteRead'],
): DataLoader<string, readonly T[]> {
  return new DataLoader(async (asked) => {
    const ids = asked.map((id) => id.toLowerCase())
    const wellFormed = ids.filter((id) => uuidFault(id) === null)
    const rows = wellFormed.length === 0 ? [] : await read((tx) => list(tx, wellFormed))
    const found = Map.groupBy(rows, (one) => one.insuredId)
    for (const id of found.keys()) noteRead(id, operation)
    return ids.map((id) => found.get(id) ?? [])
  })
}
