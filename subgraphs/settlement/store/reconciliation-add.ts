import type { Tx } from '@yibao/drizzle/connect'
import { reconciliation } from '@yibao/drizzle/settlement-reconciliation'
import { fenOf } from '@yibao/schema/money'
import type { ReconciledDay, ReconciledSums, ReconciliationScope } from '../domain/reconciliation.ts'
import { encodeSums, type StoredDay } from './reconciliation.ts'

/** A run as it is asked for. */
export interface NewRun {
  readonly id: string
  readonly scope: ReconciliationScope
  readonly kind: 'LINES' | 'FILE'
  readonly caller: string
  readonly documentId: string | null
  readonly expected: number | null
  readonly at: Temporal.Instant
}

const scopeValues = ({ from, to, first, before, ...scope }: ReconciliationScope) => ({
  ...scope,
  fromOn: from,
  toOn: to,
  firstId: first,
  beforeId: before,
})

const NOTHING = fenOf(0n)

export async function addRun(tx: Tx, { scope, at, ...run }: NewRun): Promise<void> {
  await tx.insert(reconciliation).values({
    ...run,
    ...scopeValues(scope),
    state: run.kind === 'FILE' ? 'READING' : 'OPEN',
    thereTotal: NOTHING,
    thereFund: NOTHING,
    thereAccount: NOTHING,
    hereTotal: NOTHING,
    hereFund: NOTHING,
    hereAccount: NOTHING,
    hereCash: NOTHING,
    createdAt: at,
    workedAt: at,
  })
}

/** What a comparison of totals came to. */
export interface TotalsRun {
  readonly id: string
  readonly scope: ReconciliationScope
  readonly refunds: boolean | null
  readonly caller: string
  readonly here: ReconciledSums
  readonly there: ReconciledSums
  readonly days: readonly ReconciledDay[]
  readonly isBalanced: boolean
  readonly at: Temporal.Instant
}

/** Keeps a comparison of totals, which is finished when it is asked for. */
export async function addTotalsRun(tx: Tx, run: TotalsRun): Promise<void> {
  const { here, there, at } = run
  await tx.insert(reconciliation).values({
    id: run.id,
    ...scopeValues(run.scope),
    refunds: run.refunds,
    kind: 'TOTALS',
    caller: run.caller,
    state: run.isBalanced ? 'BALANCED' : 'DIFFERENT',
    phase: 'DONE',
    matched: run.isBalanced ? here.count : 0,
    thereCount: there.count,
    thereTotal: there.total,
    thereFund: there.fundTotal,
    thereAccount: there.account,
    thereCash: there.cash,
    hereCount: here.count,
    hereTotal: here.total,
    hereFund: here.fundTotal,
    hereAccount: here.account,
    hereCash: here.cash ?? NOTHING,
    days: run.days.map(encodeDay),
    tidied: true,
    createdAt: at,
    workedAt: at,
    finishedAt: at,
  })
}

const encodeDay = ({ day, here, there }: ReconciledDay): StoredDay => [
  day,
  encodeSums(here),
  there === null ? null : encodeSums(there),
]
