import { expect, test } from 'vitest'
import { quantityOf } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'
import type { PoolRules } from './policy.ts'
import { checkStaff, refuseSuspended } from './suspended-staff.ts'

const at = (time: string) => Temporal.Instant.from(`2026-11-${time}+08:00`)
const CODE = 'D620900000001'
const suspensions = {
  version: 1n,
  byCode: new Map([
    [
      CODE,
      [
        { since: at('10T10:00'), until: at('12T10:00') },
        { since: at('20T10:00'), until: null },
      ],
    ],
  ]),
}
type Value = PoolRules['suspendedStaff']['value']
const rules = (value: Value) => ({ suspendedStaff: { value, source: 'x' } })
type Line = Parameters<typeof refuseSuspended>[0]['lines'][number]
const line = (change: Partial<Line> = {}): Line => ({
  serial: '1',
  quantity: quantityOf(10_000n),
  refundOf: null,
  doctor: CODE,
  time: at('21T10:00'),
  ...change,
})

/** The paths at which a bill is refused; none when it is not. */
function refused(lines: readonly Line[], value: Value = 'REFUSED', emergency = false): string[] {
  try {
    refuseSuspended({ lines, emergency }, rules(value), suspensions)
    return []
  } catch (refusal) {
    return refusal instanceof NotAllowed ? refusal.problems.map(({ path }) => path) : ['?']
  }
}

test('a suspension counts from its moment and no more from its end, whatever comes after', () => {
  const times = ['10T09:59', '10T10:00', '12T09:59', '12T10:00', '20T09:59', '20T10:00', '30T10:00']
  const lines = times.map((time, i) => line({ serial: String(i), time: at(time) }))
  expect(refused(lines)).toEqual([1, 2, 5, 6].map((i) => `lines[${i}].doctor`))
  expect(refused([line({ doctor: 'D620900000002' }), line({ doctor: null })])).toEqual([])
})

test('the pool says whether emergencies, everything or nothing is paid', () => {
  expect(refused([line()], 'PAID_IN_EMERGENCIES')).toEqual(['lines[0].doctor'])
  expect(refused([line()], 'PAID_IN_EMERGENCIES', true)).toEqual([])
  expect(refused([line()], 'REFUSED', true)).toEqual(['lines[0].doctor'])
  expect(refused([line()], 'PAID')).toEqual([])
  expect(() => checkStaff({ path: 'x', code: CODE, at: at('21T10:00') }, rules('PAID'), suspensions)).not.toThrow()
})

test('a line that was taken back whole asks for nothing', () => {
  const back = (quantity: bigint) => line({ serial: '2', refundOf: '1', quantity: quantityOf(quantity) })
  expect(refused([line(), back(-10_000n)])).toEqual([])
  expect(refused([line(), back(-5_000n)])).toEqual(['lines[0].doctor'])
})
