import { fenOf, quantityOf, rateOf, unitPriceOf, type Fen } from '@yibao/schema/money'
import { classify } from '@yibao/settlement/domain/classify'
import type { SplitLine } from '@yibao/settlement/domain/split-input'

/** A stream of numbers out of one seed, so that a failing bill can be made again from its seed. */
export interface Random {
  /** A whole number from 0, below `end`. */
  below(end: number): number
  pick<T>(list: readonly T[]): T
}

/** mulberry32: small, and good enough to choose bills. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (end: number) => Math.floor(next() * end)
  return {
    below,
    pick: (list) => {
      const found = list[below(list.length)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
  }
}

/** A line of `amount` fen in one unit. */
export function lineOf(serial: number, amount: bigint, more: Partial<SplitLine['item']> = {}): SplitLine {
  return {
    serial: String(serial),
    price: unitPriceOf(amount * 10_000n),
    quantity: quantityOf(10_000n),
    amount: fenOf(amount),
    approval: 'NOT_NEEDED',
    item: { class: 'A', selfPayRatio: rateOf(0n), ceiling: null, overCeiling: 'EXCESS', restricted: false, ...more },
  }
}

/** A line that takes another back. */
export const refundOf = (line: SplitLine, serial: number): SplitLine => ({
  ...line,
  serial: String(serial),
  quantity: quantityOf(-BigInt(line.quantity)),
  amount: fenOf(-BigInt(line.amount)),
})

/**
 * Lines whose in-scope parts add up to exactly `inScope`: some of every class, with ceilings, refused approvals and a
 * refund among them, the rest in class A.
 */
export function linesFor(inScope: bigint, random: Random): SplitLine[] {
  const lines: SplitLine[] = []
  let rest = inScope
  const add = (line: SplitLine) => {
    const part = classify(line).inScope
    if (part > rest) return
    lines.push(line)
    rest -= part
  }
  for (let i = random.below(5); i > 0; i--) add(mixedLine(lines.length + 1, random))
  if (random.below(4) === 0) {
    const line = mixedLine(lines.length + 1, random)
    lines.push(line, refundOf(line, lines.length + 2))
  }
  const parts = BigInt(1 + random.below(3))
  for (let i = 1n; i <= parts; i++) {
    const part = i === parts ? rest - (rest / parts) * (parts - 1n) : rest / parts
    if (part > 0n) lines.push(lineOf(lines.length + 1, part))
  }
  return lines.length === 0 ? [lineOf(1, 1n, { class: 'C' })] : lines
}

function mixedLine(serial: number, random: Random): SplitLine {
  const amount = BigInt(1 + random.below(random.pick([100, 10_000, 500_000])))
  const line = lineOf(serial, amount, {
    class: random.pick(['A', 'B', 'B', 'C', 'NONE'] as const),
    selfPayRatio: rateOf(BigInt(random.below(5001))),
    ceiling: random.below(3) === 0 ? unitPriceOf((amount * 10_000n * BigInt(random.below(150))) / 100n) : null,
    overCeiling: random.pick(['EXCESS', 'WHOLE_LINE'] as const),
    restricted: random.below(8) === 0,
  })
  return { ...line, approval: random.pick(['NOT_NEEDED', 'NOT_NEEDED', 'APPROVED', 'REFUSED'] as const) }
}

/** An amount of any size, as often small as large, up to about 10^`digits` fen. */
export const anyAmount = (random: Random, digits = 9): Fen =>
  fenOf(BigInt(random.below(10 ** (1 + random.below(digits)))))
