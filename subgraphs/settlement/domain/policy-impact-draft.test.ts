import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInput } from '@yibao/schema/rejection'
import { describe, expect, test } from 'vitest'
import { readImpact, type ImpactInput } from './policy-impact-draft.ts'

const read = (...path: string[]) => readFileSync(join(import.meta.dirname, ...path), 'utf8')
const frame = read('..', 'policies', '100000-national.json')
const FILE = read('..', '..', '..', 'test', 'settle-policies', '620900-invented.json')
const INPUT: ImpactInput = { draft: FILE, from: '2026-11-01', to: '2026-11-30' }

const faultsOf = (change: object) => {
  try {
    readImpact({ ...INPUT, ...change }, { pool: '620900', frame })
    return []
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.problems
  }
}

// Changed as JSON, which no type describes while it is wrong.
const changed = (change: (file: ReturnType<typeof JSON.parse>) => void) => {
  const file = JSON.parse(FILE)
  change(file)
  return { draft: JSON.stringify(file) }
}

test('a draft and a period that are right are read', () => {
  expect(faultsOf({})).toEqual([])
  const period = readImpact({ ...INPUT, from: '2025-11-30', asOf: '2027-01-01' }, { pool: '620900', frame })
  expect(Object.values(period).map(String)).toEqual(['2025-11-30', '2026-11-30', '2027-01-01'])
})

describe('a draft or period that is wrong is refused with place and reason', () => {
  const cases: readonly [string, object, string, string?][] = [
    ['no JSON', { draft: '{' }, 'draft'],
    ['no object', { draft: '[]' }, 'draft'],
    ['a character no database keeps', { draft: '\u0000' }, 'draft'],
    ['half a character', { draft: '"\ud800"' }, 'draft'],
    ['too long', { draft: ' '.repeat(1024 * 1024 + 1) }, 'draft'],
    ['another pool', changed((file) => void (file.pool = '620100')), 'draft.pool'],
    ['no policies', changed((file) => void (file.policies = [])), 'draft.policies'],
    [
      'too many policies',
      changed((file) => void (file.policies = Array.from({ length: 201 }, () => ({})))),
      'draft.policies',
    ],
    [
      'a negative ratio',
      changed((file) => void (file.policies[0].payers[0].bands.table[0].ratio = '-1')),
      'draft.policies[0].payers[0].bands.table[0].ratio',
      'must be a ratio as text between 0 and 1',
    ],
    [
      'an unknown source',
      changed((file) => void (file.policies[0].payers[0].source = 'nowhere')),
      'draft.policies[0].payers[0].source',
    ],
    ['a strange name of a source', changed((file) => void (file.sources['\u0000'] = {})), 'draft.sources'],
    [
      'two policies for one bill',
      changed((file) => void file.policies.push({ ...file.policies[0], id: '620900-twin' })),
      'draft.policies[3]',
    ],
    ['no such day', { from: '2026-02-30' }, 'from'],
    ['the end before the beginning', { from: '2026-12-01' }, 'from'],
    ['more than a year', { from: '2025-11-01', to: '2026-11-02' }, 'to'],
    ['no such day to judge by', { asOf: 'today' }, 'asOf'],
  ]
  test.each(cases)('%s', (_name, change, path, en) => {
    const [problem] = faultsOf(change)
    expect(problem?.path.startsWith(path), problem?.path).toBe(true)
    expect(problem?.message.zh).not.toBe('')
    if (en !== undefined) expect(problem?.message.en).toBe(en)
  })
})

test('names that no database keeps come back as names that it keeps', () => {
  const [problem] = faultsOf(changed((file) => void (file.sources['a\u0000\ud800'] = {})))
  expect(problem?.path).toBe('draft.sources.a\ufffd\ufffd')
})
