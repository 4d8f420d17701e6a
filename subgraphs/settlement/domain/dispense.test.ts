import { quantityOf } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dispensedBy, prescriptionIdOf, type PrescriptionFacts } from './dispense.ts'
import { settlementNumber } from './settlement-id.ts'

const ID = '01900000-0000-7000-8000-000000000001'
const NUMBER = settlementNumber(ID)
const AT = Temporal.Instant.from('2026-11-22T08:00:00+08:00')

const facts = (change: Partial<PrescriptionFacts> = {}): PrescriptionFacts => ({
  id: ID,
  validUntil: AT,
  revoked: false,
  review: 'APPROVED',
  level: 'LEVEL_2',
  items: [
    { number: 1, code: 'XA', quantity: quantityOf(10n), dispensed: quantityOf(0n) },
    { number: 2, code: 'XB', quantity: quantityOf(5n), dispensed: quantityOf(5n) },
  ],
  ...change,
})
type Line = Parameters<typeof dispensedBy>[0]['lines'][number]
const line = (change: Partial<Line>): Line => ({
  code: 'XA',
  quantity: quantityOf(4n),
  time: AT,
  refundOf: null,
  ePrescription: NUMBER,
  ...change,
})

/** The code each line is refused for, by its path; or what is dispensed. */
function outcome(lines: readonly Line[], prescriptions = [facts()]) {
  try {
    return dispensedBy({ lines }, prescriptions)
  } catch (error) {
    if (error instanceof NotAllowed) return error.problems.map(({ path, code }) => `${path} ${code}`)
    throw error
  }
}

test('what is dispensed is said line by line; lines without a prescription dispense nothing', () => {
  expect(outcome([line({}), line({ ePrescription: null }), line({ quantity: quantityOf(6n) })])).toEqual([
    { line: 1, prescriptionId: ID, item: 1, quantity: 4n },
    { line: 3, prescriptionId: ID, item: 1, quantity: 6n },
  ])
})

test.each<[string, Partial<Line>, Partial<PrescriptionFacts>]>([
  ['PRESCRIPTION_NOT_FOUND', { ePrescription: 'x' }, {}],
  ['PRESCRIPTION_NOT_FOUND', {}, { id: '01900000-0000-7000-8000-000000000002' }],
  ['PRESCRIPTION_REVOKED', {}, { revoked: true }],
  ['PRESCRIPTION_EXPIRED', { time: AT.add({ milliseconds: 1 }) }, {}],
  ['PRESCRIPTION_NOT_REVIEWED', {}, { review: null }],
  ['PRESCRIPTION_NOT_REVIEWED', {}, { review: 'REJECTED' }],
  ['PRESCRIPTION_ITEM_MISMATCH', { code: 'XC' }, {}],
  ['PRESCRIPTION_USED', { code: 'XB' }, {}],
  ['PRESCRIPTION_QUANTITY', { quantity: quantityOf(11n) }, {}],
])('%s (%#)', (code, change, about) => {
  expect(outcome([line(change)], [facts(about)])).toEqual([`lines[0].ePrescription ${code}`])
})

test('whatever charges and refunds a bill has, no more is dispensed than is left', () => {
  const step = fc.record({ quantity: fc.bigInt(1n, 6n), back: fc.option(fc.bigInt(1n, 6n)) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), fc.bigInt(0n, 10n), (steps, dispensed) => {
      const lines = steps.flatMap(({ quantity, back }, i) => [
        line({ quantity: quantityOf(quantity) }),
        ...(back === null || back > quantity ? [] : [line({ refundOf: `${i}`, quantity: quantityOf(0n - back) })]),
      ])
      const items = [{ number: 1, code: 'XA', quantity: quantityOf(10n), dispensed: quantityOf(dispensed) }]
      const found = outcome(lines, [facts({ items })])
      let left = 10n - dispensed
      const fits = lines.every(({ quantity }) => (left -= quantity) >= 0n)
      expect(typeof found[0] === 'string').toBe(!fits)
    }),
  )
})

test('a number is read back, and only in its own writing', () => {
  expect(prescriptionIdOf(NUMBER)).toBe(ID)
  expect(prescriptionIdOf(NUMBER.toLowerCase())).toBe(null)
})
