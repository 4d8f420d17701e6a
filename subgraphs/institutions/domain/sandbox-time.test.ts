import { InvalidInput } from '@yibao/schema/rejection'
import { expect, test } from 'vitest'
import { readSandboxTime } from './sandbox-time.ts'

const now = Temporal.Instant.from('2026-12-31T23:59:00+08:00')

test.each([['2026-12-31T23:59:00.001+08:00'], ['2027-01-01T00:00:00+08:00'], ['2028-02-04T23:59:00+08:00']])(
  'time moves on to %s',
  (to) => {
    expect(readSandboxTime(now, to)).toEqual(Temporal.Instant.from(to))
  },
)

test.each([
  ['2026-12-31T23:59:00+08:00', 'IN_THE_PAST'],
  ['2020-01-01T00:00:00+08:00', 'IN_THE_PAST'],
  ['2028-02-04T23:59:01+08:00', 'TOO_FAR'],
  ['tomorrow', 'NOT_A_TIME'],
])('time does not move to %s: %s', (to, code) => {
  const problems = (() => {
    try {
      readSandboxTime(now, to)
      return []
    } catch (error) {
      return error instanceof InvalidInput ? error.problems : []
    }
  })()
  expect(problems).toMatchObject([{ path: 'to', code }])
})
