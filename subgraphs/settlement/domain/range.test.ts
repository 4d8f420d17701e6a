import { cursorOf } from '@yibao/schema/page'
import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { readRange } from './range.ts'
import { idFloor } from './settlement-id.ts'

const floor = (instant: string) => idFloor(Temporal.Instant.from(instant))

test('a period takes whole days of Beijing time, the last one included', () => {
  expect(readRange({ from: '2026-11-01', to: '2026-11-30', first: 5 })).toEqual({
    size: 5,
    from: floor('2026-11-01T00:00:00+08:00'),
    before: floor('2026-12-01T00:00:00+08:00'),
  })
  expect(readRange({})).toEqual({ size: 20, from: undefined, before: undefined })
})

test('a page ends where the one before ended or where the period does, whichever is earlier', () => {
  const inNovember = floor('2026-11-20T10:00:00+08:00')
  const after = cursorOf(inNovember)
  expect(readRange({ after }).before).toBe(inNovember)
  expect(readRange({ after, to: '2026-11-30' }).before).toBe(inNovember)
  expect(readRange({ after, to: '2026-11-10' }).before).toBe(floor('2026-11-11T00:00:00+08:00'))
})

function faultsOf(input: Parameters<typeof readRange>[0]): string[] {
  try {
    readRange(input)
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ path, code }) => `${path} ${code}`)
  }
  return []
}

test('every fault is named at once', () => {
  const faults = faultsOf({ first: 101, after: cursorOf('H62020000001'), from: '2026-02-30', to: 'x' })
  expect(faults).toEqual(['first RANGE', 'after CURSOR', 'from MALFORMED', 'to MALFORMED'])
})

test('a period that began before there were ids begins with the first of them', () => {
  expect(readRange({ from: '1900-01-01' }).from).toBe('00000000-0000-0000-0000-000000000000')
  expect(readRange({ to: '1950-01-01' }).before).toBe('00000000-0000-0000-0000-000000000000')
})

test('a period that ends before it begins is refused', () => {
  expect(faultsOf({ from: '2026-11-02', to: '2026-11-01' })).toEqual(['from AFTER_TO'])
  expect(faultsOf({ from: '2026-11-01', to: '2026-11-01' })).toEqual([])
})
