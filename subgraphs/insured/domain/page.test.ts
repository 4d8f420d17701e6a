import { randomUUIDv7 } from 'node:crypto'
import { expect, test } from 'vitest'
import { pageOf, readPage } from './page.ts'

test('a page ends where the next one begins', () => {
  const rows = Array.from({ length: 3 }, () => ({ id: randomUUIDv7() }))
  const page = pageOf(rows, 2)
  expect(page.edges.map((edge) => edge.node)).toEqual(rows.slice(0, 2))
  expect(page.pageInfo.hasNextPage).toBe(true)
  expect(readPage({ after: page.pageInfo.endCursor })).toEqual({ size: 20, after: rows[1]?.id })
  expect(pageOf([], 2).pageInfo).toEqual({ hasNextPage: false, endCursor: null })
})

test.each([{ first: 0 }, { first: 101 }, { first: -1 }, { after: 'x' }, { after: 'djI6MTIz' }, { after: '%%%' }])(
  'a size out of range and a cursor of another list are refused: %j',
  (input) => {
    expect(() => readPage(input)).toThrow('INVALID_INPUT')
  },
)
