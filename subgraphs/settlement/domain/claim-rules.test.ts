import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatYuan } from '@yibao/schema/money'
import { describe, expect, test } from 'vitest'
import { claimRulesOf } from '../store/claim-rules.ts'
import { isInWindow, kindOfCare, lastDayToClaim, loadClaimRules, papersOf, type PaperCase } from './claim-rules.ts'

const FOLDER = join(import.meta.dirname, '..', 'claims')
const NATIONAL = readFileSync(join(FOLDER, '100000-national.json'), 'utf8')
const on = (text: string) => Temporal.PlainDate.from(text)

const kindOf = (pool: string, careType: string) => {
  const kind = kindOfCare(claimRulesOf(pool), careType)
  if (kind === null) throw new Error('not claimed')
  return kind
}
const changed = (change: (file: Record<string, unknown>) => void) => {
  const file: Record<string, unknown> = JSON.parse(NATIONAL)
  change(file)
  return () => loadClaimRules([{ name: 'one.json', text: JSON.stringify(file) }])
}

describe('rules of claims', () => {
  test.each([
    ['620300', 15],
    ['130500', 20],
    ['320500', 20],
    ['220200', 22],
    ['511800', 30],
    // Whoever says nothing does as the national list.
    ['310000', 30],
  ])('a claim of %s is decided within %i working days', (pool, days) => {
    expect(claimRulesOf(pool).decision.workingDays).toBe(days)
  })

  test('a county does as its city', () => {
    expect(claimRulesOf('620321')).toEqual(claimRulesOf('620300'))
    expect(claimRulesOf('620321').version).toBe('620300@2026-01-01')
  })

  test('every pool the platform has a policy for has all rules, each with a source', () => {
    const pools = readdirSync(join(FOLDER, '..', 'policies')).map((name) => name.slice(0, 6))
    expect(pools.length).toBeGreaterThan(15)
    for (const pool of pools) {
      const rules = claimRulesOf(pool)
      for (const { source } of [
        rules.agency,
        rules.window,
        rules.decision,
        rules.alarm,
        rules.supplement,
        rules.returns,
        rules.appeal,
        rules.second,
      ]) {
        expect(rules.sourceOf(source).document.zh).not.toBe('')
      }
      expect(formatYuan(rules.second.above)).toMatch(/^\d+\.\d{2}$/)
    }
  })

  test.each([
    ['440300', '2025-11-30', '2026-11-30'],
    // There is no 29 February in the next year.
    ['440300', '2024-02-29', '2025-02-28'],
    ['220200', '2025-01-01', '2026-03-31'],
    ['220200', '2025-12-31', '2026-03-31'],
    ['320500', '2026-11-20', '2026-12-31'],
  ])('in %s care that ended on %s is claimed until %s', (pool, ended, last) => {
    const rules = claimRulesOf(pool)
    expect(lastDayToClaim(rules, on(ended)).toString()).toBe(last)
    expect(isInWindow(rules, on(ended), on(last))).toBe(true)
    expect(isInWindow(rules, on(ended), on(last).add({ days: 1 }))).toBe(false)
  })

  test.each([
    ['11', 'OUTPATIENT'],
    ['140104', 'OUTPATIENT'],
    ['13', 'EMERGENCY'],
    ['2101', 'INPATIENT'],
    ['22', 'TRAUMA'],
    ['52', 'MATERNITY'],
    ['41', undefined],
  ])('care of type %s is claimed as %s', (careType, kind) => {
    expect(kindOfCare(claimRulesOf('310000'), careType)?.code).toBe(kind)
  })
})

const list = (pool: string, careType: string, change: Partial<PaperCase> = {}) =>
  papersOf(claimRulesOf(pool), {
    kind: kindOf(pool, careType),
    emergency: false,
    trauma: false,
    place: 'IN_POOL',
    cause: 'NO_CREDENTIAL',
    employed: false,
    ...change,
  })
    .map(({ kind, need }) => `${kind} ${need}`)
    .toSorted()

describe('the checklist', () => {
  const ALWAYS = ['BANK_ACCOUNT ACCOUNT', 'IDENTITY KNOWN', 'INVOICE REQUIRED', 'ITEMISED_LIST REQUIRED']

  test('of outpatient care asks for the prescription, of a stay for its record and the diagnosis', () => {
    expect(list('310000', '11')).toEqual([...ALWAYS, 'PRESCRIPTION REQUIRED'])
    expect(list('310000', '21')).toEqual([...ALWAYS, 'DIAGNOSIS REQUIRED', 'DISCHARGE_RECORD REQUIRED'].toSorted())
  })

  test('of an emergency asks for its certificate, of an injury for what happened, or a promise', () => {
    expect(list('310000', '11', { emergency: true })).toContain('EMERGENCY_CERTIFICATE REQUIRED')
    expect(list('310000', '21', { trauma: true })).toContain('ACCIDENT OR_PROMISE')
  })

  test('asks for the certificate of an employer only those who are insured through one', () => {
    expect(list('620300', '21', { employed: true })).toContain('EMPLOYER_CERTIFICATE EMPLOYER')
    expect(list('620300', '21').join(' ')).not.toContain('EMPLOYER')
    expect(list('310000', '21', { employed: true }).join(' ')).not.toContain('EMPLOYER')
  })

  test('asks whoever was treated in another province for what their pool wants of them', () => {
    expect(list('620300', '21', { place: 'OUT_OF_PROVINCE' })).toContain('HOUSEHOLD_REGISTER OR_PROMISE')
    expect(list('620300', '21', { place: 'IN_PROVINCE' }).join(' ')).not.toContain('HOUSEHOLD')
  })
})

describe('a file of rules is refused', () => {
  test.each<[string, (file: Record<string, unknown>) => void, RegExp]>([
    [
      'that names a source it has not',
      (f) => (f['alarm'] = { workingDays: 5, source: 'nowhere' }),
      /one\.json: nowhere/,
    ],
    ['with a word nobody knows', (f) => (f['alarms'] = 5), /one\.json.*alarms/s],
    ['without a value no file has', (f) => delete f['window'], /window/],
    ['with an amount as a number', (f) => (f['second'] = { above: 5000, source: 'assumed' }), /one\.json.*above/s],
    ['of another pool alone', (f) => (f['pool'] = '620300'), /national frame/],
  ])('%s', (_name, change, message) => {
    expect(changed(change)).toThrow(message)
  })
})
