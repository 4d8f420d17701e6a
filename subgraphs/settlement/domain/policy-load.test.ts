import { describe, expect, test } from 'vitest'
import { allPolicies, shippedFiles } from '../../../test/cases-policies.ts'
import { InvalidPolicies, loadPolicies } from './policy-load.ts'
import { findPolicy, selectPolicy } from './policy-select.ts'

const national = shippedFiles.filter((file) => file.name.startsWith('100000'))
const source = { document: { zh: '通知', en: 'notice' }, issued: '2023', reliability: 'A' }
const basic = () => ({
  id: 'basic',
  name: { zh: '统筹', en: 'pool' },
  kind: 'FUND',
  fund: 'hifp',
  fundPayType: '310100',
  base: { kind: 'REMAINING', of: ['inScope'] } as unknown,
  deductible: {
    standard: '100' as unknown,
    scope: 'YEAR',
    counter: 'deductible' as unknown,
    source: 'notice',
  } as Record<string, unknown>,
  bands: { position: 'NET', scope: 'BILL', table: [{ ratio: '0.8' }] as unknown, source: 'notice' } as Record<
    string,
    unknown
  >,
  caps: [{ unit: 'FUND_PAID', amount: '1000', scope: 'YEAR', counter: 'paid', source: 'notice' }] as unknown[],
  source: 'notice',
})
type Payer = ReturnType<typeof basic>
const policy = (payers: readonly unknown[] = [basic()]) => ({
  id: '999999-inpatient',
  name: { zh: '住院', en: 'inpatient' },
  insuranceTypes: ['310'],
  personTypes: ['11'],
  careTypes: ['21'],
  from: '2023-01-01',
  to: '2023-12-31' as string | null,
  payers,
  crossArea: [] as unknown[],
})
const file = (policies: readonly unknown[] = [policy()], more: Record<string, unknown> = {}) => ({
  name: 'pool.json',
  text: JSON.stringify({
    pool: '999999',
    name: { zh: '测试', en: 'test' },
    area: ['9999'],
    sources: { notice: source },
    policies,
    ...more,
  }),
})

/** The faults of files as `path: English reason`. */
function faultsOf(files: readonly { name: string; text: string }[]): string[] {
  try {
    loadPolicies(files)
  } catch (error) {
    if (!(error instanceof InvalidPolicies)) throw error
    return error.faults.map((one) => `${one.path}: ${one.reason.split(' / ')[1]}`)
  }
  return []
}
const ids = (list: readonly { id: string }[]) => list.map((one) => one.id)
const faultsWith = (change: (payer: Payer) => void) => {
  const payer = basic()
  change(payer)
  return faultsOf([...national, file([policy([payer])])])
}

describe('a policy file', () => {
  test('in order is loaded, its version is its first day', () => {
    const [loaded] = loadPolicies([...national, file()])
    expect([loaded?.id, loaded?.version, loaded?.pool.code]).toEqual(['999999-inpatient', '2023-01-01', '999999'])
  })
  test('that is no JSON is named', () =>
    expect(faultsOf([...national, { name: 'x.json', text: '{' }])).toEqual([': is not valid JSON']))
  test('without the national frame behind it must state every rule itself', () => {
    const { rules, sources } = JSON.parse(national[0]?.text ?? '')
    const missing = faultsOf([file()])
    expect(missing).toHaveLength(Object.keys(rules).filter((name) => name !== 'crossArea').length)
    expect(missing[0]).toBe('rules.lineDecimals: stands neither here nor in the national frame')
    expect(faultsOf([file([policy()], { rules, sources: { ...sources, notice: source } })])).toEqual([])
  })
  test('is not blamed for a national frame that cannot be read', () => {
    const broken = { name: '100000-national.json', text: '{' }
    expect(faultsOf([broken, ...shippedFiles.filter((one) => one !== national[0])])).toEqual([': is not valid JSON'])
  })
  test('names file, path and reason in both languages', () => {
    const files = [...national, file([policy([{ ...basic(), source: 'nowhere' }])])]
    expect(() => loadPolicies(files)).toThrow(
      /pool\.json policies\[0\]\.payers\[0\]\.source: 未声明的来源 nowhere \/ names the undeclared source/,
    )
  })
  test('reports all its faults at once, of form and of sense', () => {
    const payer = { ...basic(), source: 'nowhere', bands: { ...basic().bands, table: [{ ratio: '1.2' }] } }
    const other = {
      ...policy([{ ...basic(), base: { kind: 'EXCESS', payer: 'gone' } }]),
      id: '999999-b',
      personTypes: ['12'],
    }
    expect(faultsOf([...national, file([policy([payer]), other], { pool: '99' })])).toHaveLength(2)
    expect(faultsOf([...national, file([policy([payer]), other])])).toEqual([
      'policies[0].payers[0].bands.table[0].ratio: must be a ratio as text between 0 and 1',
      'policies[1].payers[0].base: gone is no fund payer that stands before',
    ])
  })
  test('of reliability D is refused', () =>
    expect(faultsOf([...national, file([policy()], { sources: { notice: { ...source, reliability: 'D' } } })])).toEqual(
      ['sources.notice.reliability: must be A, B, C or ASSUMED; D is not good enough to settle by'],
    ))
  test('may not take a source’s name from the national frame', () =>
    expect(faultsOf([...national, file([policy()], { sources: { notice: source, assumed: source } })])).toEqual([
      'sources.assumed: has the name of a source of the national frame',
    ]))
  test('with an unknown field names it', () =>
    expect(faultsOf([...national, file([policy()], { polices: [] })])[0]).toMatch(/polices/))
})

describe('the numbers of a policy', () => {
  const at = 'policies[0].payers[0]'
  test.each<[string, (payer: Payer) => void, string]>([
    ['money is text', (p) => (p.deductible['standard'] = 100), 'deductible.standard: '],
    [
      'money is not negative',
      (p) => (p.deductible['standard'] = '-1'),
      'deductible.standard: must be yuan as text, not negative',
    ],
    [
      'bands ascend',
      (p) => (p.bands['table'] = [{ to: '200', ratio: '1' }, { to: '100', ratio: '1' }, { ratio: '1' }]),
      'bands.table[1].to: must lie above the end of the band before',
    ],
    [
      'bands meet',
      (p) =>
        (p.bands['table'] = [
          { to: '200', ratio: '1' },
          { from: '300', ratio: '1' },
        ]),
      'bands.table[1].from: does not begin where the band before ends',
    ],
    [
      'only the last band is open',
      (p) => (p.bands['table'] = [{ ratio: '1' }, { ratio: '1' }]),
      'bands.table[0].to: may be open only in the last band',
    ],
    [
      'an end of the last band is a cap and says so',
      (p) => (p.bands['table'] = [{ to: '9', ratio: '1' }]),
      'bands.table: ends in its last band without a BAND_END cap',
    ],
    [
      'a cap at the band end needs one',
      (p) => p.caps.push({ unit: 'BAND_END', source: 'notice' }),
      'bands.table: needs an end of the last band for BAND_END',
    ],
    [
      'a scope beyond the bill needs a counter',
      (p) => (p.deductible['counter'] = null),
      'deductible: needs a counter exactly when its scope is not BILL',
    ],
    [
      'a counter has one use in a payer',
      (p) => (p.deductible['counter'] = 'paid'),
      ': uses one counter for two of its stages',
    ],
    [
      'no case stands behind one without condition',
      (p) => (p.deductible['standard'] = [{ value: '1' }, { when: { level: ['LEVEL_1'] }, value: '2' }]),
      'deductible.standard[1]: can never apply: the case before it has no condition',
    ],
    [
      'a condition on ages leaves somebody',
      (p) => (p.deductible['standard'] = [{ when: { ageFrom: 60, ageBelow: 60 }, value: '1' }]),
      'deductible.standard[0].when: the ages leave nobody',
    ],
    [
      'what exceeds a cap needs a cap',
      (p) => (p.base = { kind: 'EXCESS', payer: 'basic' }),
      'base: basic is no fund payer that stands before',
    ],
  ])('%s', (_, change, fault) => {
    const start = fault.startsWith(':') ? `${at}${fault}` : `${at}.${fault}`
    expect(faultsWith(change).filter((one) => one.startsWith(start))).toHaveLength(1)
  })
})

describe('policies beside each other', () => {
  test('may not both apply to one bill', () => {
    const both = [policy(), { ...policy(), id: '999999-b', personTypes: ['1101'], from: '2023-12-31', to: null }]
    expect(faultsOf([...national, file(both)])).toEqual([
      'policies[1]: overlaps 999999-inpatient in persons, care and time',
    ])
  })
  test('may follow each other under one id', () =>
    expect(faultsOf([...national, file([policy(), { ...policy(), from: '2024-01-01', to: null }])])).toEqual([]))
  test('may be revised: bills are settled by the latest revision, and what was settled before keeps its own', () => {
    const rev = [policy(), { ...policy(), revision: 2, to: null }]
    const loaded = loadPolicies([...national, file(rev)])
    const query = { pool: '999999', insuranceType: '310', personType: '1101', careType: '21' }
    const on = Temporal.PlainDate.from('2023-05-01')
    expect(selectPolicy(loaded, { ...query, on }).version).toBe('2023-01-01.2')
    expect(findPolicy(loaded, { id: '999999-inpatient', version: '2023-01-01' })?.revision).toBe(1)
    expect(faultsOf([...national, file([...rev, { ...policy(), revision: 2 }])])).toEqual([
      'policies[2].id: occurs twice with the same first day',
    ])
  })
  test('overlap by their latest revisions alone', () => {
    const narrowed = { ...policy(), revision: 2, personTypes: ['12'] }
    const other = { ...policy(), id: '999999-b' }
    expect(faultsOf([...national, file([policy(), narrowed, other])])).toEqual([])
  })
  test('mean the same by a counter', () => {
    const other = basic()
    other.caps = [{ unit: 'FUND_AND_SELF', amount: '1', scope: 'YEAR', counter: 'paid', source: 'notice' }]
    const faults = faultsOf([
      ...national,
      file([policy(), { ...policy([other]), id: '999999-b', personTypes: ['12'] }]),
    ])
    expect(faults).toEqual(['policies[1].payers[0].caps[0].counter: paid counts cap FUND_PAID YEAR elsewhere'])
  })
  test('name payers that exist in rules for treatment elsewhere', () => {
    const rules = [{ model: 'POINTS', drop: '0.1', payers: ['nobody'], source: 'notice' }]
    expect(faultsOf([...national, file([{ ...policy(), crossArea: rules }])])).toEqual([
      'policies[0].crossArea[0]: nobody is no fund payer of this policy',
    ])
  })
})

describe('the shipped policies', () => {
  const shipped = loadPolicies(shippedFiles)
  test('rest on documents for every amount: nothing assumed', () => {
    for (const one of shipped) {
      for (const payer of one.payers) {
        const stages = payer.kind === 'FUND' ? [payer.deductible, payer.bands, ...payer.caps] : []
        for (const key of [payer.source, ...stages.flatMap((stage) => stage?.source ?? [])])
          expect(one.pool.sources.get(key)?.reliability, `${one.id} ${key}`).toMatch(/^[ABC]$/)
      }
    }
  })
  test('cover employees and residents, inpatient, outpatient and pharmacies', () => {
    const kinds = new Set(
      shipped.flatMap((one) => one.insuranceTypes.flatMap((type) => one.careTypes.map((care) => `${type} ${care}`))),
    )
    for (const kind of ['310 21', '310 11', '310 41', '390 21', '390 11']) expect(kinds).toContain(kind)
  })
  test('label the composite pool as one', () => {
    const composite = shipped.find((one) => one.pool.code === '629900')
    expect(composite?.pool.name).toEqual({
      zh: expect.stringContaining('组合'),
      en: expect.stringContaining('composite'),
    })
  })
  test('are those the tests run with, beside those of the pool only tests have', () => {
    expect(ids(allPolicies).filter((id) => !id.startsWith('131199-'))).toEqual(ids(shipped))
  })
})
