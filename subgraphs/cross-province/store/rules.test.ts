import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { loadRules } from './rules.ts'

/** A rule file as JSON, to be spoilt. */
interface Content {
  readonly rules: Record<string, unknown>
}

const SHIPPED = join(import.meta.dirname, '..', 'rules')
const scratch = mkdtempSync(join(tmpdir(), 'yibao-rules-'))
afterAll(() => rmSync(scratch, { recursive: true }))

describe('the rules that are shipped', () => {
  const book = loadRules()

  test('are the national ones where a pool has none of its own', () => {
    const rules = book.rulesOf('110000')
    expect(rules.version).toBe('NATIONAL@2023-01-01')
    expect(rules.changeAfter.blank).toBe(true)
    expect(rules.validity.REFERRAL.toString()).toBe('P6M')
    expect(rules.homeUse.longTerm).toBe('BOTH')
  })

  test('of a pool lie over the national ones, for its counties too', () => {
    expect(book.rulesOf('620200')).toMatchObject({ version: '620200@2023-11-17', longTermPlacesMax: 1 })
    expect(book.rulesOf('620200').changeAfter.toString()).toBe('P6M')
    expect(book.rulesOf('320581').changeAfter.toString()).toBe('P60D')
    expect(book.rulesOf('440900').validity.OTHER_TEMPORARY.toString()).toBe('P1Y')
  })

  test('each name their source', () => {
    for (const file of readdirSync(SHIPPED)) {
      const { rules, sources } = JSON.parse(readFileSync(join(SHIPPED, file), 'utf8'))
      for (const rule of Object.values<{ source: string; article: string }>(rules)) {
        expect(sources[rule.source]?.title, file).toBeTruthy()
        expect(rule.article).toBeTruthy()
      }
    }
  })
})

const spoil = (file: string, change: (content: Content) => unknown) => {
  const path = join(scratch, file)
  const content = JSON.parse(readFileSync(path, 'utf8'))
  change(content)
  writeFileSync(path, JSON.stringify(content))
}
const rule = (value: unknown, source = 'jyg') => ({ value, source, article: 'x' })

describe('a faulty rule file stops the start and is named with place and reason', () => {
  beforeEach(() => cpSync(SHIPPED, scratch, { recursive: true }))

  test.each<[string, (content: Content) => unknown, RegExp]>([
    [
      '620200.json',
      (c) => Object.assign(c.rules, { 'longTerm.changeAfter': rule('6 months') }),
      /620200.*longTerm.changeAfter\/value: must be an ISO/,
    ],
    [
      '620200.json',
      (c) => Object.assign(c.rules, { 'longTerm.placesMax': rule(1, 'nowhere') }),
      /620200.*placesMax\/source: "nowhere"/,
    ],
    ['620200.json', (c) => Object.assign(c.rules, { 'longTerm.typo': rule(1) }), /620200.*longTerm.typo/],
    ['620200.json', (c) => Object.assign(c, { pool: '620300' }), /620200.*named after another pool/],
    ['national.json', (c) => delete c.rules['homeUse.longTerm'], /national.*homeUse.longTerm/],
  ])('%s', (file, change, message) => {
    spoil(file, change)
    expect(() => loadRules(scratch)).toThrow(message)
  })

  test('also when it is no JSON', () => {
    writeFileSync(join(scratch, '620200.json'), '{')
    expect(() => loadRules(scratch)).toThrow(/620200\.json: file/)
  })
})
