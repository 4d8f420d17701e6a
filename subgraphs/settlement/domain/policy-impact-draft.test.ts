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

/** Care types that differ. */
const numbered = (count: number, ...more: string[]) => [
  ...Array.from({ length: count }, (_, i) => String(900_000 + i)),
  ...more,
]

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
    ['too many values', changed((file) => void (file.policies[0].note = Array(20_001).fill(0))), 'draft'],
    ['lists within lists', { draft: `{"policies":${'['.repeat(200_000)}${']'.repeat(200_000)}}` }, 'draft'],
    [
      'too many payers',
      changed((file) => void (file.policies[0].payers = Array(51).fill(file.policies[0].payers[0]))),
      'draft.policies[0].payers',
      'takes at most 50 entries',
    ],
    [
      'too many care types',
      changed((file) => void (file.policies[0].careTypes = numbered(101))),
      'draft.policies[0].careTypes',
      'takes at most 100 entries',
    ],
    [
      'a care type twice',
      changed((file) => void (file.policies[0].careTypes = ['11', '11'])),
      'draft.policies[0].careTypes',
      'has an entry twice',
    ],
    [
      'care types of another policy among many',
      changed(
        (file) => void file.policies.push({ ...file.policies[0], id: '620900-twin', careTypes: numbered(99, '11') }),
      ),
      'draft.policies[3]',
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

const policyOf = (file: ReturnType<typeof JSON.parse>, i: number, change: object) => ({
  ...file.policies[0],
  id: `620900-p${i}`,
  payers: [file.policies[0].payers[1]],
  crossArea: [],
  ...change,
})

/** Care types of which none meets that of another policy, so that each has to be compared. */
const apart = (i: number) => Array.from({ length: 70 }, (_, n) => String(100_000 + n * 200 + i))

test('drafts as large as they may be are read before anybody notices', () => {
  const drafts = [
    changed((file) => {
      file.policies = Array.from({ length: 200 }, (_, i) => policyOf(file, i, { careTypes: apart(i) }))
      file.policies[0].note = 'x'.repeat(800_000)
    }),
    changed((file) => {
      const [fund] = file.policies[0].payers
      const ratio = Array.from({ length: 200 }, (_, n) => ({ when: { ageFrom: n + 1 }, value: '0.5' }))
      const payers = [{ ...fund, deductible: null, caps: [], bands: { ...fund.bands, table: [{ ratio }] } }]
      file.policies = Array.from({ length: 22 }, (_, i) => policyOf(file, i, { careTypes: [`${100 + i}`], payers }))
    }),
  ]
  for (const change of drafts) {
    const since = performance.now()
    expect(faultsOf(change)).toEqual([])
    // A tenth of a second; wide, for a machine that has other things to do.
    expect(performance.now() - since).toBeLessThan(1000)
  }
})
