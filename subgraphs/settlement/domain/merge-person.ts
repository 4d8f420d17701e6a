import assert from 'node:assert/strict'
import { fenOf, sum, type Fen } from '@yibao/schema/money'
import { personalAccount, type LedgerEntry } from './ledger.ts'

/** A personal account that gives what it holds. */
export interface MovingAccount {
  readonly kind: 'CURRENT' | 'HISTORY'
  readonly pool: string
  readonly balance: Fen
}

/** What one counter holds, or what of it was given to the other record before. */
export interface CounterAmount {
  readonly pool: string
  readonly insuranceType: string
  readonly name: string
  readonly period: string
  readonly amount: Fen
}

/** What two records of one person still have to become one. */
export interface MergePlan {
  readonly accounts: readonly MovingAccount[]
  readonly entries: readonly LedgerEntry[]
  /** What the other record’s counters change by; less than nothing after a reversal. */
  readonly counters: readonly CounterAmount[]
}

interface Merging {
  readonly from: string
  readonly into: string
  readonly accounts: readonly MovingAccount[]
  readonly counters: readonly CounterAmount[]
  readonly given: readonly CounterAmount[]
}

/**
 * What moves from an old record to the one that goes on: all that its accounts hold, and what its counters hold more, or
 * less, than was given before. Its own counters stay, since its bills are proved against them. Planned again when it was
 * carried out, it is nothing.
 */
export function planMerge({ from, into, accounts, counters, given }: Merging): MergePlan {
  const moving = accounts.filter(({ balance }) => balance > 0n)
  const entries = moving.flatMap(({ kind, balance }) => [
    { insuredId: from, account: personalAccount(from, kind), amount: fenOf(0n - balance) },
    { insuredId: into, account: personalAccount(into, kind), amount: balance },
  ])
  assert(sum(entries.map((one) => one.amount)) === 0n, 'what one account gives the other gets')
  const open = new Map(counters.map((one) => [keyOf(one), one]))
  for (const one of given) {
    const held = open.get(keyOf(one))?.amount ?? 0n
    open.set(keyOf(one), { ...one, amount: fenOf(held - one.amount) })
  }
  return { accounts: moving, entries, counters: [...open.values()].filter(({ amount }) => amount !== 0n) }
}

const keyOf = ({ pool, insuranceType, name, period }: CounterAmount): string =>
  JSON.stringify([pool, insuranceType, name, period])

/** Whether nothing is left to do. */
export const isDone = ({ accounts, counters }: MergePlan): boolean => accounts.length === 0 && counters.length === 0
