import fc from 'fast-check'
import { expect, test } from 'vitest'
import { artificialIdentity } from './artificial-identity.ts'
import { afterQuietHours, waitAfter } from './message.ts'
import { fill, fitsPlaceholder, loadNotices, type PlaceholderKind } from './notice.ts'
import { NOTICES } from '../store/notices.ts'

const KINDS: readonly PlaceholderKind[] = ['day', 'month', 'time', 'money', 'count', 'pool', 'institution', 'reference']

const digits = (from: number, to: number) => fc.stringMatching(new RegExp(`^[0-9]{${from},${to}}$`))

test('no placeholder can carry an identity number, a phone, a bank account or a name', () => {
  const born = Temporal.PlainDate.from('1980-05-06')
  const personal = fc.oneof(
    fc.integer({ min: 0, max: 999 }).map((number) => artificialIdentity('620200', born, number)),
    fc.tuple(fc.constantFrom('13', '15', '18', '19'), digits(9, 9)).map((parts) => parts.join('')),
    digits(15, 19),
    fc.constantFrom('张三', '欧阳娜娜', '甲样本'),
  )
  fc.assert(fc.property(personal, fc.constantFrom(...KINDS), (value, kind) => !fitsPlaceholder(kind, value)))
})

test('each template that ships fills with values of its kinds, in both languages', () => {
  const samples = {
    day: '2026-11-22',
    month: '2026-11',
    time: '2026-11-22T10:00:00+08:00',
    money: '12.30',
    count: 3,
    pool: '620200',
    institution: 'H62020000001',
    reference: 'ZY20260302001',
  }
  for (const one of NOTICES.templates) {
    const data = Object.fromEntries(Object.entries(one.placeholders).map(([name, kind]) => [name, samples[kind]]))
    for (const text of [one.title, one.text, one.short ?? one.text]) {
      const { zh, en } = fill(text, one, data)
      expect([one.code, zh, en].join()).not.toMatch(/[{}—]|undefined/)
    }
  }
})

test('a template that shows a phone more than days and counts is refused, and so is one without a kind', () => {
  const text = { zh: '{amount}', en: '{amount}' }
  const template = { code: 'a.b', version: 1, placeholders: { amount: 'money' }, channels: ['SMS'], title: text, text }
  const load = (change: object) =>
    loadNotices([
      {
        name: 'x.json',
        text: JSON.stringify({ kind: 'KIND', name: text, templates: [{ ...template, ...change }] }),
      },
    ])
  expect(() => load({ short: text })).toThrow('may not show {amount}')
  expect(() => load({})).toThrow('without a short text')
  expect(() => load({ placeholders: {} })).toThrow('without saying what it is')
  expect(load({ channels: [] }).templates).toHaveLength(1)
})

const at = (text: string) => Temporal.Instant.from(`${text}+08:00`)

test('phones are left alone at night', () => {
  const quiet = { from: Temporal.PlainTime.from('21:00'), until: Temporal.PlainTime.from('08:00') }
  const rows = [
    ['2026-11-22T20:59', '2026-11-22T20:59'],
    ['2026-11-22T21:00', '2026-11-23T08:00'],
    ['2026-11-23T07:59', '2026-11-23T08:00'],
    ['2026-11-23T08:00', '2026-11-23T08:00'],
  ]
  for (const [now = '', then = ''] of rows) expect(afterQuietHours(at(now), quiet).equals(at(then))).toBe(true)
})

test('waiting grows, and ends', () => {
  const limits = { attempts: 4, backoffSeconds: [30, 120] }
  expect([1, 2, 3, 4].map((tried) => waitAfter(tried, limits))).toEqual([30, 120, 120, null])
})
