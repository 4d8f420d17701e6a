import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { assertFree, nextStatus, readGrounds, readPeriod, type Agreement } from './agreement.ts'

const period = (beginOn: string, endOn: string | null) => readPeriod({ beginOn, endOn })
const agreement = (beginOn: string, endOn: string | null, status: Agreement['status'] = 'ACTIVE'): Agreement => ({
  id: '0',
  institution: 'H62020000001',
  pool: '620200',
  ...period(beginOn, endOn),
  status,
  statusSince: Temporal.Instant.from('2025-01-01T00:00:00Z'),
  cause: null,
  suspendedUntil: null,
  terminatesOn: null,
  suspensions: null,
  capabilities: null,
  renews: null,
})

test('a period that ends before it begins, or is no day, is refused', () => {
  expect(() => period('2025-12-31', '2025-01-01')).toThrow(InvalidInput)
  expect(() => period('2025-02-30', null)).toThrow(InvalidInput)
  expect(period('2025-01-01', '2025-01-01').endOn?.toString()).toBe('2025-01-01')
})

test.each([
  ['2024-01-01', '2024-12-31', true],
  ['2024-01-01', '2025-01-01', false],
  ['2025-06-01', '2025-06-30', false],
  ['2025-12-31', null, false],
  ['2026-01-01', null, true],
])('beside an agreement of 2025, one from %s to %s is free: %s', (begin, end, free) => {
  const check = () => assertFree(period(begin, end), [agreement('2025-01-01', '2025-12-31')])
  if (free) check()
  else expect(check).toThrow(NotAllowed)
})

test('a suspended agreement still holds its period, a terminated one does not', () => {
  const next = period('2025-06-01', null)
  expect(() => assertFree(next, [agreement('2025-01-01', null, 'SUSPENDED')])).toThrow(NotAllowed)
  assertFree(next, [agreement('2025-01-01', null, 'TERMINATED')])
})

test.each([
  ['ACTIVE', 'SUSPENDED', 'SUSPENDED'],
  ['ACTIVE', 'RESUMED', 'NOT_SUSPENDED'],
  ['ACTIVE', 'TERMINATED', 'TERMINATED'],
  ['SUSPENDED', 'SUSPENDED', 'ALREADY_SUSPENDED'],
  ['SUSPENDED', 'RESUMED', 'ACTIVE'],
  ['SUSPENDED', 'TERMINATED', 'TERMINATED'],
  ['TERMINATED', 'SUSPENDED', 'AGREEMENT_TERMINATED'],
  ['TERMINATED', 'RESUMED', 'AGREEMENT_TERMINATED'],
  ['TERMINATED', 'TERMINATED', 'AGREEMENT_TERMINATED'],
] as const)('%s, then %s: %s', (status, action, outcome) => {
  let found: string
  try {
    found = nextStatus(status, action)
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error
    found = error.code
  }
  expect(found).toBe(outcome)
})

test('suspending and terminating need a reason and a legal ground, resuming only a reason', () => {
  expect(() => readGrounds('SUSPENDED', { reason: '虚构服务', legalGround: '' })).toThrow(InvalidInput)
  expect(() => readGrounds('TERMINATED', { reason: '虚', legalGround: '条例第三十八条' })).toThrow(InvalidInput)
  expect(readGrounds('RESUMED', { reason: '整改合格' })).toEqual({ reason: '整改合格', legalGround: null })
})
