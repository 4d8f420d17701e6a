import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  allocate,
  fenOf,
  formatQuantity,
  formatYuan,
  lineTotal,
  parseQuantity,
  parseRate,
  parseUnitPrice,
  parseYuan,
  portion,
  quantityOf,
  rateOf,
  sum,
  unitPriceOf,
} from './money.ts'

describe('rounding is half up to the fen, away from zero', () => {
  // Published or replied by a platform: amount in yuan, ratio, result.
  test.each([
    ['4.52', 500n, '0.23'],
    ['57372.18', 300n, '1721.17'],
    ['12028.48', 8400n, '10103.92'],
    ['0.10', 500n, '0.01'],
    ['-4.52', 500n, '-0.23'],
    ['0.09', 500n, '0.00'],
  ])('%s × %s ten-thousandths = %s', (amount, ratio, result) => {
    expect(formatYuan(portion(parseYuan(amount)!, rateOf(ratio)))).toBe(result)
  })

  test('a portion never differs from the exact product by more than half a fen', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 14n), 10n ** 14n), fc.bigInt(0n, 10_000n), (amount, ratio) => {
        const error = portion(fenOf(amount), rateOf(ratio)) * 10_000n - amount * ratio
        expect(error <= 5_000n && error >= -5_000n).toBe(true)
      }),
    )
  })
})

describe('a line is price × quantity', () => {
  test.each([
    ['1.13', '4', '4.52'],
    ['0.3333', '3', '1.00'],
    ['2.5', '0.002', '0.01'],
    ['12.345678', '10', '123.46'],
    ['3.50', '-2', '-7.00'],
  ])('%s × %s = %s', (price, count, total) => {
    expect(formatYuan(fenOf(lineTotal(parseUnitPrice(price)!, parseQuantity(count)!)))).toBe(total)
  })

  test('with more line decimals the same product keeps them', () => {
    expect(lineTotal(unitPriceOf(333_300n), quantityOf(30_000n), 4)).toBe(9_999n)
  })
})

test('an allocation adds up to the amount and no part strays a fen from its exact share', () => {
  const weights = fc
    .array(fc.bigInt(0n, 10n ** 9n), { minLength: 1, maxLength: 20 })
    .filter((w) => w.some((x) => x > 0n))
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 12n), weights, (amount, shares) => {
      const parts = allocate(fenOf(amount), shares)
      const total = sum(shares.map(fenOf))
      expect(sum(parts)).toBe(amount)
      parts.forEach((part, i) => {
        const error = part * total - amount * shares[i]!
        expect((error < 0n ? -error : error) < total).toBe(true)
      })
    }),
  )
})

describe('reading decimals', () => {
  test.each([
    '1e3',
    '١',
    ' 1',
    '+1',
    '1.',
    '.5',
    '-0',
    '-0.00',
    '01',
    '1.234',
    '',
    'NaN',
    '0x10',
    '1_000',
    '1,000.00',
    '123456789012345',
  ])('yuan refuse %j', (text) => expect(parseYuan(text)).toBeNull())

  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), (amount) => {
        expect(parseYuan(formatYuan(fenOf(amount)))).toBe(amount)
        expect(parseQuantity(formatQuantity(quantityOf(amount)))).toBe(amount)
      }),
    )
  })

  test('each kind has its own decimals', () => {
    expect([parseRate('0.8501'), parseRate('0.85011')]).toEqual([8501n, null])
    expect([parseUnitPrice('0.000001'), parseUnitPrice('0.0000001')]).toEqual([1n, null])
    expect([parseQuantity('1.0001'), parseQuantity('1.00001')]).toEqual([10_001n, null])
  })
})

test('JSON refuses an amount instead of losing its precision', () => {
  expect(() => JSON.stringify({ amount: fenOf(1n) })).toThrow(TypeError)
})
