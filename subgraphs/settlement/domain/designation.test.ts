import { describe, expect, test } from 'vitest'
import { findAgreement, hasCapability, type DesignationQuery } from './designation.ts'
import type { Agreement } from './facts.ts'

const agreement = (change: Partial<Agreement> = {}): Agreement => ({
  name: '医院',
  kind: 'HOSPITAL',
  level: 'LEVEL_2',
  pool: '620200',
  beginOn: '2026-01-01',
  endOn: null,
  status: 'ACTIVE',
  reason: null,
  since: null,
  cause: null,
  suspensions: null,
  capabilities: null,
  levels: null,
  ...change,
})

const day = (text: string) => Temporal.PlainDate.from(text)
const query = (change: Partial<DesignationQuery> = {}): DesignationQuery => ({
  pool: '620200',
  careKind: 'INPATIENT',
  on: day('2026-06-10'),
  ...change,
})
const SETTLE = 'SETTLE_WHAT_WAS_ADMITTED'
const RULE = { suspended: SETTLE, terminated: SETTLE, expired: SETTLE, fraud: SETTLE, source: 'x' } as const
const stay = (change: Partial<typeof RULE | { fraud: 'REFUSE' }> = {}, openedAt = '2026-06-01T10:00:00Z') => ({
  openedAt: Temporal.Instant.from(openedAt),
  admittedOn: day('2026-06-01'),
  rule: { ...RULE, ...change },
})
const found = (agreements: Agreement[], asked: DesignationQuery): string => {
  try {
    return findAgreement(agreements, asked).level
  } catch (error) {
    return error instanceof Error ? (error.message.split(':')[0] ?? '') : ''
  }
}

describe('an agreement that was active when a stay was opened', () => {
  const withdrawn = { status: 'SUSPENDED', since: '2026-06-05T00:00:00Z' } as const
  test('lets it go on, unless the pool says otherwise of what ended it', () => {
    expect(found([agreement(withdrawn)], query())).toBe('INSTITUTION_SUSPENDED')
    expect(found([agreement(withdrawn)], query({ stay: stay() }))).toBe('LEVEL_2')
    const fraud = agreement({ ...withdrawn, cause: 'FRAUD' })
    expect(found([fraud], query({ stay: stay() }))).toBe('LEVEL_2')
    expect(found([fraud], query({ stay: stay({ fraud: 'REFUSE' }) }))).toBe('INSTITUTION_SUSPENDED')
  })
  test('does not when the stay was opened afterwards, or before the agreement began', () => {
    expect(found([agreement(withdrawn)], query({ stay: stay({}, '2026-06-05T00:00:00Z') }))).toBe(
      'INSTITUTION_SUSPENDED',
    )
    const later = agreement({ ...withdrawn, beginOn: '2026-06-02' })
    expect(found([later], query({ stay: stay() }))).toBe('INSTITUTION_SUSPENDED')
  })
})

test('a suspension that is over still stands against the care of its time', () => {
  const over = agreement({ suspensions: [['2026-06-05T00:00:00Z', '2026-06-08T00:00:00Z']] })
  const at = (text: string) => found([over], query({ at: [Temporal.Instant.from(text)] }))
  expect(at('2026-06-04T23:59:59Z')).toBe('LEVEL_2')
  expect(at('2026-06-05T00:00:00Z')).toBe('INSTITUTION_SUSPENDED')
  expect(at('2026-06-08T00:00:00Z')).toBe('LEVEL_2')
})

test('the level is that of the day', () => {
  const levels = [
    [null, 'LEVEL_1'],
    ['2026-06-10', 'LEVEL_2'],
    ['2026-07-01', 'LEVEL_3'],
  ] as const
  const on = (text: string) => found([agreement({ level: 'LEVEL_3', levels })], query({ on: day(text) }))
  expect(['2026-06-09', '2026-06-10', '2026-06-30', '2026-07-01'].map(on)).toEqual([
    'LEVEL_1',
    'LEVEL_2',
    'LEVEL_2',
    'LEVEL_3',
  ])
})

test('a capability holds from its first to its last day', () => {
  const one = agreement({ capabilities: [['CHRONIC', '2026-03-01', '2026-06-30']] })
  const on = (text: string) => hasCapability(one, 'CHRONIC', day(text))
  expect(['2026-02-28', '2026-03-01', '2026-06-30', '2026-07-01'].map(on)).toEqual([false, true, true, false])
  expect(hasCapability(one, 'CROSS_PROVINCE', day('2026-03-01'))).toBe(false)
})
