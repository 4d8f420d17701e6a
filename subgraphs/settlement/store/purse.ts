import type { ReadTx } from '@yibao/drizzle/connect'
import { account, counter } from '@yibao/drizzle/settlement'
import type { Fen } from '@yibao/schema/money'
import { asc, inArray } from 'drizzle-orm'

/** A personal account of an insured person. */
export interface AccountRow {
  readonly insuredId: string
  readonly kind: 'CURRENT' | 'HISTORY'
  readonly pool: string
  readonly balance: Fen
}

/** What a person has consumed of one deductible or cap. */
export interface CounterRow {
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  readonly name: string
  readonly period: string
  readonly amount: Fen
}

/** The accounts of several persons, as far as the reader may see them. */
export const listAccounts = async (tx: ReadTx, insuredIds: readonly string[]): Promise<AccountRow[]> =>
  tx
    .select()
    .from(account)
    .where(inArray(account.insuredId, [...insuredIds]))
    .orderBy(asc(account.insuredId), asc(account.kind))

/** The counters of several persons, as far as the reader may see them. */
export const listCounters = async (tx: ReadTx, insuredIds: readonly string[]): Promise<CounterRow[]> =>
  tx
    .select()
    .from(counter)
    .where(inArray(counter.insuredId, [...insuredIds]))
    .orderBy(
      asc(counter.insuredId),
      asc(counter.pool),
      asc(counter.insuranceType),
      asc(counter.name),
      asc(counter.period),
    )
