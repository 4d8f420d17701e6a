import type { Fen } from '@yibao/schema/money'
import { mirroredAmounts } from './reverse.ts'
import type { SettledAmounts, SettledLine, Settlement } from './settlement.ts'
import type { Amounts, LineSplit, SplitResult } from './split-result.ts'

/** The amounts both a split and a stored settlement have. */
export const AMOUNTS = [
  'total',
  'selfPaid',
  'overCeiling',
  'firstSelfPayment',
  'crossArea',
  'inScope',
  'deductible',
  'hifp',
  'cvlserv',
  'hifes',
  'hifmi',
  'hifob',
  'hifdm',
  'maf',
  'oth',
  'fundTotal',
  'hospital',
  'personal',
  'account',
  'mutualAid',
  'cash',
] as const satisfies readonly (keyof Amounts & keyof SettledAmounts)[]

const PARTS = ['selfPaid', 'overCeiling', 'firstSelfPayment', 'inScope'] as const satisfies readonly (keyof LineSplit)[]

/** The names of the amounts in which two reckonings of one bill differ. */
export const differingAmounts = (stored: SettledAmounts, reckoned: Amounts): string[] =>
  AMOUNTS.filter((name) => stored[name] !== reckoned[name])

/** Whether a split gives the amounts that were stored; a reversal has them negated. */
export const sameAmounts = (stored: Settlement, { amounts }: SplitResult): boolean =>
  differingAmounts(stored.reverses === null ? stored : mirroredAmounts(stored), amounts).length === 0

/** The names of the parts in which a stored line differs from its reckoning. */
export const differingParts = (stored: SettledLine, reckoned: LineSplit | undefined): string[] =>
  reckoned === undefined ? ['serial'] : PARTS.filter((name) => stored[name] !== reckoned[name])

/** Keys of two sets of amounts that differ; an absent amount is zero. */
export function differingKeys(a: Readonly<Record<string, Fen>>, b: Readonly<Record<string, Fen>>): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].filter((key) => (a[key] ?? 0n) !== (b[key] ?? 0n))
}
