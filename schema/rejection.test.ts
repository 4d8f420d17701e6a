import { expect, test } from 'vitest'
import { Busy, InvalidInput, NotAllowed, NotFound, Rejection, RequestReused } from './rejection.ts'

const text = { zh: '数量不能为零', en: 'the quantity is zero' }

test.each([
  InvalidInput.of([{ path: 'lines[0].quantity', code: 'ZERO', message: text }]),
  NotFound.of({ zh: '参保人', en: 'the insured person' }, 'credential'),
  NotAllowed.of({ code: 'NOT_COVERED', text, details: { pool: '620200' } }),
  RequestReused.of('settle'),
])('a stored $code comes back as the same rejection', (rejection) => {
  const revived = Rejection.revive(JSON.parse(JSON.stringify(rejection.store())))
  expect(revived).toBeInstanceOf(rejection.constructor)
  expect(Object.entries(revived)).toEqual(Object.entries(rejection))
})

test('only what may succeed unchanged is retryable', () => {
  expect([Busy.of().retryable, RequestReused.of('settle').retryable]).toEqual([true, false])
})
