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

class LaterOneStands extends NotAllowed {
  override readonly retryable = true
}

test('a refusal that may be tried again is told as such, whatever its class is here', () => {
  const here = new LaterOneStands({ code: 'LATER_ONE_STANDS', text, problems: [], details: { id: '1' } })
  const there = Rejection.reviveTold(JSON.parse(JSON.stringify(here.tell())), ['Busy'])
  expect(there).toMatchObject({ code: 'LATER_ONE_STANDS', text, retryable: true, details: {} })
})

test('a refusal told by another platform is of a kind its reader knows, with the words it was told in', () => {
  const told = { ...NotAllowed.at('lines', 'TOO_LATE', text).store(), details: { id: '1' } }
  const same = { code: 'TOO_LATE', text, problems: told.problems }
  expect(Rejection.reviveTold({ ...told, type: 'InvalidInput' }, ['InvalidInput'])).toBeInstanceOf(InvalidInput)
  for (const type of ['NotFound', 'OfLaterYears']) {
    const revived = Rejection.reviveTold({ ...told, type }, ['InvalidInput', 'OfLaterYears'])
    expect(revived).toBeInstanceOf(NotAllowed)
    expect(revived).toMatchObject({ ...same, details: {} })
  }
})
