import { fenOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { agree, causeOf, DAY_ROWS_MAX, troubleOf, type PoolSums, type ToldRow } from './exchange-reconciliation.ts'

const row = (change: Partial<ToldRow> = {}): ToldRow => ({
  exchange: 'a',
  of: null,
  total: fenOf(300n),
  fund: fenOf(200n),
  account: fenOf(50n),
  ...change,
})

const sums = (pool: string, count: number): PoolSums => ({ ...row(), pool, count })

test('each bill two sides do not have alike has one cause', () => {
  expect(causeOf(row(), row())).toBe(null)
  expect(causeOf(null, null)).toBe(null)
  expect([causeOf(row(), null), causeOf(null, row())]).toEqual(['ONLY_HERE', 'ONLY_THERE'])
  const back = row({ of: 'b' })
  expect([causeOf(back, null), causeOf(null, back)]).toEqual(['REVERSED_HERE', 'REVERSED_THERE'])
  for (const change of [{ total: fenOf(1n) }, { fund: fenOf(1n) }, { account: fenOf(1n) }, { of: 'b' }])
    expect(causeOf(row(), row(change))).toBe('AMOUNTS_DIFFER')
})

test('sums agree pool by pool, in whatever order, and a pool with nothing is none', () => {
  expect(agree([sums('1', 2), sums('2', 1)], [sums('2', 1), sums('1', 2), sums('3', 0)])).toBe(true)
  // The same in all, another by pool.
  expect(agree([sums('1', 2), sums('2', 1)], [sums('1', 1), sums('2', 2)])).toBe(false)
})

const page = (...ids: string[]) => ids.map((exchange) => row({ exchange }))

test('a page of bills has to lead on from what was read, and a day comes to an end', () => {
  expect(troubleOf(page('b', 'c'), { after: null, read: 0 })).toBe(null)
  expect(troubleOf(page('b', 'c'), { after: 'a', read: 1 })).toBe(null)
  expect(troubleOf([], { after: 'c', read: 3 })).toBe(null)
  for (const ids of [['b', 'c'], ['c'], ['a']])
    expect(troubleOf(page(...ids), { after: 'c', read: 3 })).toBe('ROWS_OUT_OF_ORDER')
  expect(troubleOf(page('e', 'd'), { after: 'c', read: 3 })).toBe('ROWS_OUT_OF_ORDER')
  expect(troubleOf(page('d'), { after: 'c', read: DAY_ROWS_MAX - 1 })).toBe(null)
  expect(troubleOf(page('d'), { after: 'c', read: DAY_ROWS_MAX })).toBe('TOO_MANY_ROWS')
})
