import type { Problem } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { cursorOf, pageOf, readPage } from './page.ts'

const faults = (input: Parameters<typeof readPage>[0]) => {
  const problems: Problem[] = []
  readPage(input, problems)
  return problems.map(({ path, code }) => `${path} ${code}`)
}

test('a page has 20 rows unless told otherwise, at most 100', () => {
  expect(readPage({}, []).size).toBe(20)
  expect(faults({ first: 0 })).toEqual(['first RANGE'])
  expect(faults({ first: 101 })).toEqual(['first RANGE'])
})

test('a cursor leads to its key, and a made-up one is refused', () => {
  expect(readPage({ after: cursorOf('H62020000001') }, []).after).toBe('H62020000001')
  expect(faults({ after: 'H62020000001' })).toEqual(['after CURSOR'])
  expect(faults({ after: `${cursorOf('x')}=` })).toEqual(['after CURSOR'])
  expect(faults({ after: '' })).toEqual(['after CURSOR'])
})

test('the extra row tells that there is a next page and is not shown', () => {
  const page = pageOf(['a', 'b', 'c'], 2, (one) => one)
  expect(page.edges.map((edge) => edge.node)).toEqual(['a', 'b'])
  expect(page.pageInfo).toEqual({ hasNextPage: true, endCursor: cursorOf('b') })
  expect(pageOf([], 2, String).pageInfo).toEqual({ hasNextPage: false, endCursor: null })
})
