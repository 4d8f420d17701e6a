import { expect, test } from 'vitest'
import { sandboxTimeFault } from './sandbox-time.ts'

const now = Temporal.Instant.from('2026-12-31T23:59:00+08:00')

test('time moves on, by little or by more than a year, and never back', () => {
  expect(sandboxTimeFault(now, now.add({ milliseconds: 1 }))).toBe(null)
  expect(sandboxTimeFault(now, now.add({ hours: 24 * 400 }))).toBe(null)
  expect(sandboxTimeFault(now, now)).toMatchObject({ code: 'IN_THE_PAST' })
  expect(sandboxTimeFault(now, now.subtract({ hours: 1 }))).toMatchObject({ code: 'IN_THE_PAST' })
  expect(sandboxTimeFault(now, now.add({ hours: 24 * 400 + 1 }))).toMatchObject({ code: 'TOO_FAR' })
})
