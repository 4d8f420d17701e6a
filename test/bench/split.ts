import type { Policy } from '@yibao/settlement/domain/policy'
import { split } from '@yibao/settlement/domain/split'
import type { SplitInput } from '@yibao/settlement/domain/split-input'

/** Bills per second of the pure split on the one core this process computes on, best of three runs of `seconds`. */
export function measureSplit(input: SplitInput, policies: readonly Policy[], seconds: number): number {
  let best = 0
  for (let run = 0; run < 3; run += 1) {
    let bills = 0
    const start = performance.now()
    while (performance.now() - start < seconds * 1000) {
      for (let i = 0; i < 100; i += 1) split(input, policies)
      bills += 100
    }
    best = Math.max(best, bills / ((performance.now() - start) / 1000))
  }
  return best
}
