import { fenOf } from '@yibao/schema/money'
import { expect, test } from 'vitest'
import { besideOf, claimsBeside, type BesideBill, type SettledClaim } from './claim-beside.ts'

const HERE = 'H62990000001'
const place = { institution: HERE, name: '县医院', division: '629900', level: null, designated: true }
const UNCODED = { place: { ...place, institution: null } }
const THERE = { place: { ...place, institution: 'H62990000002', name: '市医院' } }

type Content = SettledClaim['content']
const claimed = (change: Partial<Content> = {}, isVisitKnown = false): SettledClaim => ({
  insuredId: 'p',
  id: 'c',
  number: '6299001',
  content: { place, visit: null, careType: '11', begin: '2026-11-20', end: '2026-11-20', total: '100.00', ...change },
  isVisitKnown,
})
const stayed = (begin: string, end: string, change: Partial<Content> = {}) =>
  claimed({ careType: '21', begin: `2026-11-${begin}`, end: `2026-11-${end}`, total: '900.00', ...change })

interface Change {
  readonly visit?: string
  readonly careType?: string
  readonly days?: readonly [string, string]
  readonly total?: number
}
const billed = ({
  visit = 'V1',
  careType = '11',
  days: [from, to] = ['20', '20'],
  total = 100,
}: Change = {}): BesideBill => ({
  bill: {
    institution: HERE,
    visit,
    careType,
    begin: Temporal.Instant.from(`2026-11-${from}T08:00:00+08:00`),
    end: Temporal.Instant.from(`2026-11-${to}T10:00:00+08:00`),
    total: fenOf(BigInt(total) * 100n),
  },
  agreement: { name: '县医院' },
})
const stay = (from: string, to: string, change: Change = {}) => billed({ careType: '21', days: [from, to], ...change })

test('a visit that was claimed is that of the bill in whatever letters, blanks and hyphens either is written, on whatever day', () => {
  for (const visit of ['MZ-001', 'mz-001', 'MZ001', ' MZ 001', 'mz_001'])
    expect([visit, besideOf(billed({ visit: 'MZ-001', total: 7, days: ['21', '21'] }), claimed({ visit }))]).toEqual([
      visit,
      'visit',
    ])
  expect(besideOf(billed({ total: 7 }), claimed({ visit: 'V1', ...UNCODED }))).toBe('visit')
  // Each institution numbers its own, and what has neither letters nor digits is what it is.
  expect(besideOf(billed({ total: 7 }), claimed({ visit: 'V1', ...THERE }))).toBeNull()
  expect(besideOf(billed({ visit: '--', total: 7, days: ['21', '21'] }), claimed({ visit: '-' }))).toBeNull()
})

test('nobody is in two stays at once, but a day may be the last of one and the first of another', () => {
  for (const where of [{}, THERE, UNCODED, { visit: 'OTHER' }]) {
    expect(besideOf(stay('17', '20'), stayed('10', '18', where))).toBe('begin')
    expect(besideOf(stay('12', '13'), stayed('10', '18', where))).toBe('begin')
    expect(besideOf(stay('10', '18'), stayed('10', '18', where))).toBe('begin')
    expect(besideOf(stay('19', '20'), stayed('10', '18', where))).toBeNull()
  }
  for (const bill of [stay('18', '20'), stay('08', '10')]) {
    expect(besideOf(bill, stayed('10', '18', THERE))).toBeNull()
    expect(besideOf(bill, stayed('10', '18', { visit: 'OTHER' }))).toBeNull()
    // Here, and without a number: who is admitted again is not kept waiting, and the agency finds out.
    expect(besideOf(bill, stayed('10', '18'))).toBe('ALIKE')
  }
})

test('the same day, place and total are the same care, unless the visit of the claim is known to be another', () => {
  expect(besideOf(billed(), claimed())).toBe('total')
  expect(besideOf(billed(), claimed(UNCODED))).toBe('total')
  expect(besideOf(billed(), claimed({ visit: 'V9' }))).toBe('total')
  expect(besideOf(billed(), claimed({ visit: 'V9' }, true))).toBeNull()
  expect(besideOf(billed({ days: ['21', '21'] }), claimed())).toBeNull()
})

test('what only looks alike is told and not refused', () => {
  const cases: [string, BesideBill, SettledClaim, 'ALIKE' | null][] = [
    ['another total', billed({ total: 99 }), claimed(), 'ALIKE'],
    ['the total elsewhere', billed(), claimed(THERE), 'ALIKE'],
    ['another total elsewhere', billed({ total: 99 }), claimed(THERE), null],
    ['a stay in which an outpatient was treated', stay('19', '22', { total: 900 }), claimed(), 'ALIKE'],
    ['an outpatient’s bill within a stay', billed(), stayed('18', '21'), null],
    ['one of the same total', billed({ total: 900 }), stayed('18', '21'), 'ALIKE'],
    ['another visit that is known', billed({ total: 99 }), claimed({ visit: 'V9' }, true), null],
  ]
  for (const [which, bill, claim, expected] of cases) expect([which, besideOf(bill, claim)]).toEqual([which, expected])
})

test('a claim of the same care refuses the bill by its number, whatever others look like', () => {
  const others = [claimed({ total: '1.00' }), { ...claimed({ visit: 'v1' }), number: '6299002' }]
  expect(() => claimsBeside(billed(), others)).toThrow(
    expect.objectContaining({ code: 'CLAIMED', details: { claim: '6299002' } }),
  )
  expect(claimsBeside(billed(), others.slice(0, 1))).toEqual(others.slice(0, 1))
})
