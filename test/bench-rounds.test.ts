import { expect, test } from 'vitest'
import { withCpu } from './bench/cpu.ts'
import { readOptions, SECTIONS } from './bench/options.ts'
import { interleaved, ratios, spreadOf } from './bench/rounds.ts'
import { formatRow } from './bench/table-row.ts'

test('a spread is the median with the least and the most, and nothing when a round is missing', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 })
  expect(spreadOf([1, null, 2])).toBeNull()
  expect(spreadOf([])).toBeNull()
})

test('rounds alternate, every second one in the opposite order', async () => {
  const order: string[] = []
  const arm = (name: string) => async (round: number) => {
    order.push(`${name}${round}`)
    return round
  }
  const results = await interleaved(3, { a: arm('a'), b: arm('b') })
  expect(order).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2'])
  expect(results).toEqual({ a: [0, 1, 2], b: [0, 1, 2] })
})

test('a ratio is taken round by round', () => {
  expect(ratios([6, null, 8, 1], [3, 1, 4, 0])).toEqual([2, null, 2, null])
})

test('the work of a process is counted in its own time', async () => {
  const end = performance.now() + 300
  const { cpu } = await withCpu({ node: [process.pid], postgres: null }, async () => {
    while (performance.now() < end);
  })
  expect(cpu.postgres).toBeNull()
  expect(cpu.generator).toBeGreaterThan(20)
  // Only Linux tells it of other processes.
  if (process.platform === 'linux') expect(Math.abs((cpu.node ?? 0) - cpu.generator)).toBeLessThan(100)
  else expect(cpu.node).toBeNull()
})

test('options are checked before anything starts', () => {
  expect(readOptions([])).toMatchObject({ rounds: 5, lines: 10_000_000, isQuick: false, compare: null })
  expect([...readOptions([]).sections]).toEqual(SECTIONS)
  expect(readOptions(['--quick', '--only', 'peers,settle'])).toMatchObject({
    rounds: 1,
    sections: new Set(['settle', 'peers']),
  })
  for (const wrong of [['--only', 'nothing'], ['--rounds', '0'], ['--lines', 'many'], ['--fast'], ['--help']])
    expect(() => readOptions(wrong)).toThrow('Usage: npm run bench')
})

test('a target stands beside what was measured, and says whether it is met', () => {
  const lines = formatRow([
    ['rate', '3100', '≥ 3000', true],
    ['ratio', '0.8', '≥ 0.9', false],
    ['lines', '20', '≥ 0.9 with more', null],
    ['errors', '0'],
  ]).split('\n')
  expect(lines[0]).toMatch(/^rate +3100 +target ≥ 3000 {2}met$/)
  expect(lines[1]).toMatch(/target ≥ 0.9 {2}NOT MET$/)
  expect(lines[2]).toMatch(/target ≥ 0.9 with more$/)
  expect(lines[3]).toBe('errors  0')
})
