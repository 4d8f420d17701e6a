import { fenOf, minFen, type Fen } from '@yibao/schema/money'
import type { Counters } from './counter.ts'
import type { Category } from './policy.ts'
import type { SplitInput } from './split-input.ts'

/** The sums of level 1 by category, the cross-area share already moved from scope to first self-payment. */
export type Parts = Readonly<Record<Category, Fen>>

/** A bill on its way down the payers. */
export interface Flow {
  readonly input: SplitInput
  readonly left: Record<Category, Fen>
  readonly counters: Counters
  /** What earlier fund payers left of their copay and beyond their cap, not yet taken by a later payer. */
  readonly open: Map<string, { copay: Fen; excess: Fen }>
  /** What the basic payer charged as deductible, for accounts that may not pay it; null before it. */
  deductible: Fen | null
  readonly balance: { current: Fen; history: Fen }
}

export function sumOf(left: Parts, categories: readonly Category[]): Fen {
  let total = 0n
  for (const category of categories) total += left[category]
  return fenOf(total)
}

/** Takes what was paid from the categories in their order. */
export function take(left: Record<Category, Fen>, categories: readonly Category[], paid: Fen): void {
  let rest = paid
  for (const category of categories) {
    const part = minFen(left[category], rest)
    left[category] = fenOf(left[category] - part)
    rest = fenOf(rest - part)
  }
}
