import { checkBill } from '@yibao/settlement/domain/check'
import { itemsOf } from '@yibao/settlement/domain/check-library'
import { SHIPPED_RULES } from '@yibao/settlement/schema'
import { readCheckRules } from '@yibao/settlement/store/check-rules'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CASES } from './checks-cases.ts'
import { CATALOGUE, factsOf, pastLinesOf, type LineOf, type Situation } from './checks-facts.ts'

const library = await readCheckRules([SHIPPED_RULES])
const find = (situation: Situation) => checkBill(library, factsOf(situation), pastLinesOf(situation))
const rulesIn = (situation: Situation): string[] => find(situation).map(({ rule }) => rule)

test('every rule that ships has a bill it fires for and one it leaves alone', () => {
  expect(Object.keys(CASES).toSorted()).toEqual(library.rules.map(({ id }) => id).toSorted())
  expect(library.rules.length).toBeGreaterThanOrEqual(20)
})

test.each(Object.entries(CASES))('%s fires where it should and nowhere else', (rule, { fires, silent }) => {
  expect(rulesIn(fires)).toContain(rule)
  expect(rulesIn(silent)).not.toContain(rule)
})

test('every rule names its source, and one that no document states only warns', () => {
  for (const { id, source, action } of library.rules) {
    expect(source.document.zh, id).not.toBe('')
    if (source.reliability === 'ASSUMED') expect(action, id).toBe('WARN')
  }
})

test('every item of a rule stands in the catalogue', () => {
  const codes = [...CATALOGUE.keys()]
  for (const { id, test: predicate } of library.rules) {
    const items = [itemsOf(predicate), predicate.kind === 'EXCLUSIVE' ? predicate.beside : null]
    for (const list of items) {
      if (list === null || list === 'ALL') continue
      expect(
        list.codes.filter((code) => !CATALOGUE.has(code)),
        id,
      ).toEqual([])
      expect(
        list.prefixes.filter((prefix) => !codes.some((code) => code.startsWith(prefix))),
        id,
      ).toEqual([])
      const lists = list.lists.filter((one) => ![...CATALOGUE.values()].some((entry) => entry.list === one))
      // Ethnic medicines stand in no demo catalogue.
      expect(
        lists.filter((one) => one !== '104'),
        id,
      ).toEqual([])
    }
  }
})

test('a rule is in force from its first to its last day, and only for its pools', () => {
  const situation = CASES['limited-level-injections']?.fires
  expect(situation).toBeDefined()
  if (situation === undefined) return
  expect(rulesIn({ ...situation, begin: '2024-12-31' })).not.toContain('limited-level-injections')
  expect(rulesIn({ ...situation, begin: '2025-01-01' })).toContain('limited-level-injections')
})

const dialysis = (quantity: string): LineOf => ({ code: '003108000010000', quantity, price: '400' })

test('an exceedance is taken pro rata of what is in scope, and a refund does not count', () => {
  const [found] = find({ lines: [dialysis('4')] }).filter(({ rule }) => rule === 'dialysis-per-day')
  expect(found).toMatchObject({ lines: ['1'], amount: 120_000n })
  const taken: LineOf = { ...dialysis('-3'), serial: '2', refundOf: '1' }
  expect(rulesIn({ lines: [dialysis('4'), taken] })).not.toContain('dialysis-per-day')
})

test('a finding never names another institution', () => {
  for (const { fires } of Object.values(CASES)) {
    const others = (fires.visits ?? []).flatMap(({ institution }) => (institution === undefined ? [] : [institution]))
    const told = JSON.stringify(find(fires).map(({ text, evidence, name }) => [text, evidence, name]))
    for (const institution of others) expect(told).not.toContain(institution)
  }
})

const codes = [...CATALOGUE.keys()].filter((code) => code !== '')
const line = fc.record({
  code: fc.oneof(fc.constantFrom(...codes), fc.constantFrom(...codes.slice(0, 12))),
  quantity: fc.constantFrom('1', '2', '7', '0.5'),
  price: fc.constantFrom('3.33', '10', '120.005'),
  time: fc.constantFrom('2026-03-02T08:10', '2026-03-02T08:20', '2026-03-02T09:00'),
  days: fc.constantFrom(3, 9, 40, 120),
  prescription: fc.constantFrom('RX1', 'RX2'),
})

test('the order of the lines changes nothing of what is found', () => {
  const bills = fc
    .array(line, { minLength: 1, maxLength: 12 })
    .map((lines) => lines.map((one, i) => ({ ...one, serial: `S${i}` })))
    .chain((lines) => fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })))
  fc.assert(
    fc.property(bills, fc.constantFrom('11', '14', '21'), ([lines, shuffled], careType) => {
      const situation = { careType, begin: '2026-03-02T08:00', end: '2026-03-02T10:00', age: 12 }
      expect(find({ ...situation, lines: shuffled })).toEqual(find({ ...situation, lines }))
    }),
    { numRuns: 300 },
  )
})

test('a bill whose items no rule names is looked at within microseconds', () => {
  const facts = factsOf({
    lines: Array.from({ length: 10 }, (_, i) => ({ code: 'XB05XAA001B002010102141', serial: `${i}` })),
  })
  for (let i = 0; i < 2000; i += 1) checkBill(library, facts)
  const begin = performance.now()
  for (let i = 0; i < 2000; i += 1) checkBill(library, facts)
  const each = ((performance.now() - begin) / 2000) * 1000
  // Some 20 µs on the machine it was written on; loose, because tests run beside others.
  expect(each).toBeLessThan(500)
})
