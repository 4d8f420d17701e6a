import { describe, expect, test } from 'vitest'
import { InvalidChecks, loadChecks } from './check-load.ts'

const digest = (deciding: unknown) => JSON.stringify(deciding)
const ITEMS = { codes: ['XA01'] }
const RULE = {
  id: 'one',
  name: { zh: '一', en: 'one' },
  source: 'doc',
  from: '2024-01-01',
  action: 'DEGRADE_LINE',
  test: { kind: 'LIMIT', items: ITEMS, to: { sex: '2' } },
}
const FILE = {
  name: { zh: '规则', en: 'rules' },
  sources: {
    doc: { document: { zh: '文件', en: 'document' }, issued: '2024', reliability: 'A' },
    assumed: { document: { zh: '假设', en: 'assumed' }, issued: '2024', reliability: 'ASSUMED' },
  },
}
const load = (...rules: readonly object[]) =>
  loadChecks([{ name: 'a.json', text: JSON.stringify({ ...FILE, rules }) }], digest)

function faultsOf(...rules: readonly object[]): string[] {
  try {
    load(...rules)
    return []
  } catch (error) {
    if (!(error instanceof InvalidChecks)) throw error
    return error.faults.map(({ file, path, reason }) => `${file} ${path}: ${reason}`)
  }
}

test('a rule is read with its source and a version that changes with what it decides', () => {
  const [rule] = load(RULE)
  expect(rule).toMatchObject({ id: 'one', pools: null, to: null, source: { reliability: 'A' } })
  const [renamed] = load({ ...RULE, name: { zh: '二', en: 'two' }, note: 'reworded', to: '2030-01-01' })
  const [changed] = load({ ...RULE, action: 'REFUSE' })
  expect(renamed?.version).toBe(rule?.version)
  expect(changed?.version).not.toBe(rule?.version)
})

describe('a faulty file is refused, naming file, path and reason in both languages', () => {
  const cases: readonly [string, object, string][] = [
    ['an unknown predicate', { ...RULE, test: { kind: 'MAGIC' } }, 'rules[0].test.kind'],
    ['an unknown parameter', { ...RULE, test: { ...RULE.test, more: 1 } }, 'rules[0].test'],
    ['no items', { ...RULE, test: { ...RULE.test, items: {} } }, 'rules[0].test.items'],
    ['a limit that limits nothing', { ...RULE, test: { ...RULE.test, to: {} } }, 'rules[0].test.to'],
    ['an undeclared source', { ...RULE, source: 'nowhere' }, 'rules[0].source'],
    ['an assumption that does more than warn', { ...RULE, source: 'assumed' }, 'rules[0].action'],
    ['a last day before the first', { ...RULE, to: '2023-12-31' }, 'rules[0].to'],
    ['a pool that is none', { ...RULE, pools: ['62'] }, 'rules[0].pools[0]'],
    ['lines degraded by a rule about the bill', { ...RULE, test: { kind: 'DIAGNOSES', most: 3 } }, 'rules[0].action'],
    ['everybody under supervision', { ...RULE, action: 'DEGRADE_BILL', test: { kind: 'PERSON' } }, 'rules[0].when'],
    [
      'a list of other bills by list type',
      {
        ...RULE,
        test: { kind: 'QUANTITY', items: { lists: ['101'] }, most: '1', per: { days: 30, acrossVisits: true } },
      },
      'rules[0].test.items.lists',
    ],
    [
      'a quantity that is no number',
      { ...RULE, test: { kind: 'QUANTITY', items: ITEMS, most: 'x', per: 'BILL' } },
      'rules[0].test.most',
    ],
  ]
  test.each(cases)('%s', (_name, rule, path) => {
    const [fault = ''] = faultsOf(rule)
    expect(fault).toMatch(
      new RegExp(`^a\\.json ${path.replaceAll(/[[\].]/g, '\\$&')}: .*[\\u4e00-\\u9fff].* / [ -~]+$`),
    )
  })

  test('the same rule twice with the same first day', () => {
    expect(faultsOf(RULE, RULE)).toEqual([expect.stringContaining('rules[1].id')])
    expect(faultsOf(RULE, { ...RULE, from: '2025-01-01' })).toEqual([])
  })

  test('what is no JSON, and every fault of every rule at once', () => {
    expect(() => loadChecks([{ name: 'b.json', text: '{' }], digest)).toThrow('b.json')
    expect(faultsOf({ ...RULE, id: 'A B' }, { ...RULE, id: 'two', from: 'today' })).toHaveLength(2)
  })
})
