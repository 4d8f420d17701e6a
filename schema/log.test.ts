import { expect, test } from 'vitest'
import { errorDetails, redacted } from './log.ts'

test('no identity number and no token reaches a log line, however deep it stands', () => {
  const line = JSON.stringify({ a: { b: 'person 11010519491231002X asked' }, url: '/x?id=34052419800101001X' })
  expect(redacted(line)).not.toMatch(/11010519491231002X|34052419800101001X/)
  expect(redacted('Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0abc.c2ln')).toBe('Bearer [token]')
})

test('other numbers stay readable', () => {
  const line = '{"settlement":"019aa0b2-6c00-7000-8000-000000000001","amount":"123456789012345678"}'
  expect(redacted(line)).toBe(line)
})

test('the values of a failed statement are not kept, what failed and why is', () => {
  const failed = Object.assign(new Error('Failed query: select $1\nparams: 王小明'), {
    query: 'select $1',
    params: ['王小明'],
    cause: Object.assign(new Error('no such column'), { code: '42703' }),
  })
  const kept = JSON.stringify(errorDetails(failed))
  expect(kept).not.toContain('王小明')
  expect(kept).toMatch(/select \$1.*42703/)
})
