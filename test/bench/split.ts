import assert from 'node:assert/strict'
import { fenOf, unitPriceOf } from '@yibao/schema/money'
import { explain } from '@yibao/settlement/domain/explain'
import type { Policy } from '@yibao/settlement/domain/policy'
import { split } from '@yibao/settlement/domain/split'
import type { SplitInput } from '@yibao/settlement/domain/split-input'

const BATCH = 100
const RUNS = 3

/** Bills per second of the pure split on the one core this process computes on, best of three runs of `seconds`. */
export const measureSplit = (input: SplitInput, policies: readonly Policy[], seconds: number): number =>
  billsPerSecond(seconds, () => split(input, policies))

/** The same of a bill that five payers share, each split explained: every step with its rule, numbers, result and source. */
export function measureSplitTraced(sample: SplitInput, policies: readonly Policy[], seconds: number): number {
  const input = sharedByFive(sample, policies)
  const result = split(input, policies)
  assert(result.payers.filter((one) => one.paid > 0n).length === 5, 'five payers pay')
  assert(input.lines.length === 10, 'ten lines')
  return billsPerSecond(seconds, () => explain(input, split(input, policies), policies))
}

/** The lines of the sample, each two thousand times dearer, as a poor resident's stay in the demonstration pool. */
function sharedByFive(sample: SplitInput, policies: readonly Policy[]): SplitInput {
  const policy = policies.findLast((one) => one.id === '629900-resident-inpatient')
  assert(policy !== undefined, 'the demonstration pool is registered')
  return {
    ...sample,
    insuranceType: '390',
    policy: { id: policy.id, version: policy.version },
    person: { personType: '1501', age: 50, identities: ['2302'], civilServant: false },
    care: { ...sample.care, careType: '21', level: 'LEVEL_3' },
    lines: sample.lines.map((line) => ({
      ...line,
      price: unitPriceOf(line.price * 2000n),
      amount: fenOf(line.amount * 2000n),
      item: { ...line.item, ceiling: line.item.ceiling === null ? null : unitPriceOf(line.item.ceiling * 2000n) },
    })),
    counters: {},
  }
}

function billsPerSecond(seconds: number, bill: () => unknown): number {
  let best = 0
  for (let run = 0; run < RUNS; run += 1) {
    let bills = 0
    const start = performance.now()
    while (performance.now() - start < seconds * 1000) {
      for (let i = 0; i < BATCH; i += 1) bill()
      bills += BATCH
    }
    best = Math.max(best, bills / ((performance.now() - start) / 1000))
  }
  return best
}
