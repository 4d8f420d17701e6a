import { expect, test } from 'vitest'
import { firstIdOf, newId } from './uuid.ts'

test('ids stand in the order in which they are made, after the lowest of the moment before them', () => {
  const before = firstIdOf(Temporal.Now.instant())
  const made = Array.from({ length: 5000 }, newId)
  expect(made).toEqual(made.toSorted())
  expect(new Set(made).size).toBe(5000)
  expect(made.every((id) => id > before)).toBe(true)
})
