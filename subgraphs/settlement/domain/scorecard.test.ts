import fc from 'fast-check'
import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { addScores, classOf, emptyScore, LATENCY_MS, latencyOf, readDays, type Score } from './scorecard.ts'

const scoreOf = (milliseconds: readonly number[]): Score => {
  const score = emptyScore()
  const latency = [...score.latency]
  for (const one of milliseconds) latency[classOf(one)] = (latency[classOf(one)] ?? 0) + 1
  return { ...score, latency }
}

test('a percentile is the upper end of the class in which that share is answered', () => {
  expect(latencyOf(scoreOf([]), 0.5)).toBeNull()
  expect(latencyOf(scoreOf([3, 3, 3, 40]), 0.5)).toBe(5)
  expect(latencyOf(scoreOf([3, 3, 3, 40]), 0.95)).toBe(50)
  expect(latencyOf(scoreOf([9000]), 0.5)).toBeNull()
})

test('what a share was answered within is never less than it took', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1 }), (times) => {
      const sorted = times.toSorted((a, b) => a - b)
      const median = sorted[Math.ceil(times.length / 2) - 1] ?? 0
      const found = latencyOf(scoreOf(times), 0.5)
      expect(found).toBe(LATENCY_MS.find((most) => median <= most))
    }),
  )
})

test('scores of two processes add up', () => {
  const a = { ...scoreOf([1, 10]), requests: 2, refusals: { BUSY: 1 } }
  const b = { ...scoreOf([1]), requests: 1, refusals: { BUSY: 1, NOT_COVERED: 2 } }
  const sum = addScores(a, b)
  expect(sum).toMatchObject({ requests: 3, refusals: { BUSY: 2, NOT_COVERED: 2 } })
  expect(sum.latency.reduce((all, one) => all + one, 0)).toBe(3)
})

const faults = (from: string, to: string): string[] => {
  try {
    readDays(from, to)
    return []
  } catch (error) {
    return error instanceof InvalidInput ? error.problems.map(({ code }) => code) : ['no rejection']
  }
}

test('days are asked for in order and at most a year', () => {
  expect(faults('2026-01-01', '2026-12-31')).toEqual([])
  expect(faults('x', 'y')).toEqual(['DATE', 'DATE'])
  expect(faults('2026-02-01', '2026-01-01')).toEqual(['DATES_REVERSED'])
  expect(faults('2026-01-01', '2027-01-02')).toEqual(['TOO_LONG'])
})
