import { randomUUIDv7 } from 'node:crypto'
import { expect, test } from 'vitest'
import { cursorOf, isTextKey, isUuidKey, pageOf, readPage, type PageInput } from './page.ts'
import type { Problem } from './rejection.ts'

const faults = (input: PageInput, isKey = isTextKey) => {
  const problems: Problem[] = []
  readPage(input, isKey, problems)
  return problems.map(({ path, code }) => `${path} ${code}`)
}

test('a page has 20 rows unless told otherwise, from 1 to 100', () => {
  expect(readPage({}, isTextKey, [])).toEqual({ size: 20, after: null })
  expect(readPage({ first: null, after: null }, isTextKey, [])).toEqual({ size: 20, after: null })
  for (const first of [1, 100]) expect(readPage({ first }, isTextKey, []).size).toBe(first)
  for (const first of [-1, 0, 101]) expect(faults({ first })).toEqual(['first RANGE'])
})

test('a page ends where the next one begins', () => {
  const rows = Array.from({ length: 3 }, () => ({ id: randomUUIDv7() }))
  const page = pageOf(rows, 2, (one) => one.id)
  expect(page.edges.map((edge) => edge.node)).toEqual(rows.slice(0, 2))
  expect(page.pageInfo).toEqual({ hasNextPage: true, endCursor: cursorOf(rows[1]?.id ?? '') })
  expect(readPage({ after: page.pageInfo.endCursor }, isUuidKey, [])).toEqual({ size: 20, after: rows[1]?.id })
})

test('the last page says so, also when it is full or empty', () => {
  expect(pageOf(['a', 'b'], 2, String).pageInfo.hasNextPage).toBe(false)
  expect(pageOf([], 2, String)).toEqual({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } })
})

test.each(['', 'x', '%%%', 'H62020000001', 'djI6MTIz', `${cursorOf('x')}=`, cursorOf('a\0b')])(
  'a cursor nobody was given is refused: %j',
  (after) => {
    expect(faults({ after })).toEqual(['after CURSOR'])
  },
)

test('a cursor of a list with other keys is refused, along with every other fault', () => {
  const after = cursorOf('H62020000001')
  expect(readPage({ after }, isTextKey, []).after).toBe('H62020000001')
  expect(faults({ after, first: 0 }, isUuidKey)).toEqual(['first RANGE', 'after CURSOR'])
})
