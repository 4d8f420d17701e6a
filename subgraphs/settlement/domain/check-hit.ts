import type { Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Evidence } from './check-finding.ts'
import type { PastLine } from './check-history.ts'
import type { CheckKind, CheckRule, PredicateOf } from './check-rule.ts'
import type { BillView, Charge } from './check-view.ts'

/** Something a predicate found, before it is known what the rule does about it. */
export interface Hit {
  /** The charges at fault; empty when it is the bill. */
  readonly charges: readonly Charge[]
  readonly text: Text
  readonly evidence: readonly Evidence[]
  readonly amount: Fen
  readonly settlements: readonly string[]
}

/** What a predicate looks at besides its parameters. */
export interface Look {
  readonly rule: CheckRule
  readonly view: BillView
  /** The charges of the bill the rule names. */
  readonly charges: readonly Charge[]
  /** Lines of other bills that can matter to some rule. */
  readonly pastLines: readonly PastLine[]
}

export type Test<K extends CheckKind> = (test: PredicateOf<K>, look: Look) => readonly Hit[]

export const evidence = (zh: string, en: string, value: string | number | bigint): Evidence => ({
  name: { zh, en },
  value: String(value),
})

/** Settlements a finding names at most: a reviewer looks at the latest. */
const SETTLEMENTS_MAX = 20

/** The ids of settlements, each once; they order as time does. */
export const distinct = (ids: readonly (string | null)[]): string[] =>
  [...new Set(ids.filter((id) => id !== null))].toSorted().slice(-SETTLEMENTS_MAX)

/** Groups in the order of their keys, so that nothing depends on the order of the lines. */
export function groupsOf<T>(list: readonly T[], key: (one: T) => string): (readonly [string, T[]])[] {
  return [...Map.groupBy(list, key)].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
