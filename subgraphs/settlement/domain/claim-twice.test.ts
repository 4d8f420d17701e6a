import { expect, test } from 'vitest'
import type { Claim } from './claim.ts'
import { twiceOf } from './claim-twice.ts'

type Written = Claim['content']

const at = (institution: string | null, division = '629900', name = '某医院') => ({
  place: { institution, name, division, level: null, designated: null },
})
const HERE = at('H62990000001')
const THERE = at('H31010000001', '310100')
const visited = (change: Partial<Written> = {}): Written => ({
  ...HERE,
  careType: '11',
  begin: '2026-11-18',
  end: '2026-11-18',
  total: '100.00',
  ...change,
})
const stayed = (change: Partial<Written> = {}): Written => visited({ careType: '21', end: '2026-11-20', ...change })

/** The same whichever of the two was first. */
function both(one: Written, other: Written) {
  const twice = twiceOf(one, other)
  expect(twiceOf(other, one)).toBe(twice)
  return twice
}

test('a visit is one whatever its letters, a batch that is not named is all of them, and a stay is whole', () => {
  const visit = 'V1'
  expect(both(visited({ visit }), visited({ visit: 'v1' }))).toBe('VISIT')
  expect(both(visited({ visit }), visited({ visit, chargeBatch: 'B1' }))).toBe('VISIT')
  expect(both(visited({ visit, chargeBatch: 'b1' }), visited({ visit, chargeBatch: 'B1' }))).toBe('VISIT')
  expect(both(visited({ visit, chargeBatch: 'B2' }), visited({ visit, chargeBatch: 'B1' }))).toBeNull()
  expect(both(stayed({ visit, chargeBatch: 'B2' }), visited({ visit, chargeBatch: 'B1' }))).toBe('STAY')
  // Institutions number their visits each for itself.
  expect(both(visited({ visit }), visited({ visit, ...THERE, total: '99.00' }))).toBeNull()
})

test('stays at one time are one unless their numbers say otherwise, and who is taken elsewhere has two', () => {
  const before = { begin: '2026-11-10', end: '2026-11-18' }
  expect(both(stayed(), stayed())).toBe('STAY')
  expect(both(stayed({ visit: 'V1' }), stayed(THERE))).toBe('STAY')
  expect(both(stayed({ visit: 'V1' }), stayed({ visit: 'V2' }))).toBe('ALIKE')
  expect(both(stayed(), stayed({ ...before, ...THERE }))).toBeNull()
  expect(both(stayed(), stayed({ ...before, end: '2026-11-19', ...THERE }))).toBe('STAY')
  expect(both(stayed(), stayed(before))).toBe('STAY')
  expect(both(stayed(), stayed({ ...before, ...at(null) }))).toBe('STAY')
  expect(both(stayed({ visit: 'V1' }), stayed({ ...before, visit: 'V2' }))).toBeNull()
  expect(both(stayed({ end: '2026-11-18' }), stayed({ end: '2026-11-18', ...THERE }))).toBe('STAY')
  expect(both(stayed(), stayed({ begin: '2026-11-21', end: '2026-11-22' }))).toBeNull()
})

test('care of the same day that names no visit is alike at the same place, or where it cost the same', () => {
  expect(both(visited(), visited({ total: '99.00' }))).toBe('ALIKE')
  expect(both(visited(), visited({ total: '99.00', ...at(null) }))).toBe('ALIKE')
  expect(both(visited(), visited(THERE))).toBe('ALIKE')
  expect(both(visited(), visited({ total: '99.00', ...THERE }))).toBeNull()
  expect(both(stayed(), visited({ visit: 'V1' }))).toBe('ALIKE')
  expect(both(visited({ visit: 'V1' }), visited({ visit: 'V2' }))).toBeNull()
  expect(both(visited(), visited({ begin: '2026-11-19', end: '2026-11-19' }))).toBeNull()
})
