import { fenOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { isLikelyTruncated, shortfallOf, type CameIn } from './reconciliation-shortfall.ts'

const sumsOf = (count: number, yuan: number, cash: number | null = null) => ({
  count,
  total: fenOf(BigInt(yuan * 100)),
  fundTotal: fenOf(BigInt(yuan * 50)),
  account: fenOf(0n),
  cash: cash === null ? null : fenOf(BigInt(cash * 100)),
})
const totals = { run: 'totals', sums: sumsOf(3, 300, 10) }
const whole: CameIn = {
  lines: 3,
  sums: sumsOf(3, 300),
  endsInLine: false,
  isCounted: false,
  differences: 0,
  isLastDifferent: false,
}

test.each([
  ['reaches its totals', {}, totals, null],
  ['reaches its totals without a last line break', { endsInLine: true, differences: 2 }, totals, null],
  ['goes beyond its totals', { lines: 4, sums: sumsOf(4, 400) }, totals, null],
  ['has fewer lines than its totals', { lines: 2, sums: sumsOf(2, 300) }, totals, 'FEWER_LINES'],
  ['has fewer lines and equals the platform', { lines: 2, sums: sumsOf(2, 200) }, totals, 'FEWER_LINES'],
  ['has all lines and lower sums', { sums: sumsOf(3, 290) }, totals, 'LOWER_SUMS'],
  ['has all lines and less cash', { sums: sumsOf(3, 300, 9) }, totals, 'LOWER_SUMS'],
  ['has neither totals nor a last line break', { endsInLine: true, differences: 1 }, null, 'NO_LAST_LINE_BREAK'],
  ['has no last line break and nothing differs', { endsInLine: true }, null, null],
  ['has the lines announced and differs elsewhere', { endsInLine: true, isCounted: true, differences: 1 }, null, null],
  [
    'has the lines announced and differs in the last',
    { endsInLine: true, isCounted: true, differences: 1, isLastDifferent: true },
    null,
    'NO_LAST_LINE_BREAK',
  ],
  ['ends as it should, without totals', { differences: 5, isLastDifferent: true }, null, null],
])('a file that %s is told to be so', (_what, change, declared, cause) => {
  expect(shortfallOf({ ...whole, ...change }, declared)?.cause ?? null).toBe(cause)
})

test('lower sums alone speak of a cut only where the last line has no line break', () => {
  expect([isLikelyTruncated('LOWER_SUMS', false), isLikelyTruncated('LOWER_SUMS', true)]).toEqual([false, true])
  expect(isLikelyTruncated('FEWER_LINES', false)).toBe(true)
})
