import assert from 'node:assert/strict'

declare const fen: unique symbol
declare const rate: unique symbol
declare const unitPrice: unique symbol
declare const quantity: unique symbol

/** An amount of money in fen (one hundredth of a yuan). Addition is exact and JSON refuses it by accident. */
export type Fen = bigint & { readonly [fen]: true }
/** A ratio in ten-thousandths: 8500n is 85 %. The national field is numeric(5,4). */
export type Rate = bigint & { readonly [rate]: true }
/** A unit price in millionths of a yuan. The national field `pric` is numeric(16,6). */
export type UnitPrice = bigint & { readonly [unitPrice]: true }
/** A quantity in ten-thousandths of the charged unit. The national field `cnt` is numeric(16,4). */
export type Quantity = bigint & { readonly [quantity]: true }

/** Marks a plain bigint as fen. Use it where an exact sum or difference of fen comes back as a bigint. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where a Fen is made
export const fenOf = (value: bigint): Fen => value as Fen
/** Marks a plain bigint as ten-thousandths. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where a Rate is made
export const rateOf = (value: bigint): Rate => value as Rate
/** Marks a plain bigint as millionths of a yuan. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where a UnitPrice is made
export const unitPriceOf = (value: bigint): UnitPrice => value as UnitPrice
/** Marks a plain bigint as ten-thousandths of a unit. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where a Quantity is made
export const quantityOf = (value: bigint): Quantity => value as Quantity

export const ZERO = fenOf(0n)
export const RATE_ONE = rateOf(10_000n)

/** Exact sum of amounts. */
export function sum(amounts: Iterable<Fen>): Fen {
  let total = 0n
  for (const amount of amounts) total += amount
  return fenOf(total)
}

export const minFen = (a: Fen, b: Fen): Fen => (a < b ? a : b)
export const maxFen = (a: Fen, b: Fen): Fen => (a > b ? a : b)

/**
 * The one rounding rule of the platform: half away from zero ("half up" for amounts that are paid), as the
 * published interface rules and four recomputed platform replies demand.
 */
function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  assert(denominator > 0n, 'a rounding divisor is positive')
  const half = denominator / 2n
  return numerator >= 0n ? (numerator + half) / denominator : -((-numerator + half) / denominator)
}

/** `amount` × `rate`, rounded half up to the fen. */
export const portion = (amount: Fen, ratio: Rate): Fen => fenOf(divideHalfUp(amount * ratio, 10_000n))

/**
 * Unit price × quantity in yuan, rounded half up to `decimals` (2–4) decimals. The result is in units of
 * 10^-decimals yuan, so `decimals` 2 gives fen.
 */
export function lineTotal(price: UnitPrice, count: Quantity, decimals: 2 | 3 | 4 = 2): bigint {
  return divideHalfUp(price * count, 10n ** BigInt(10 - decimals))
}

/**
 * Splits `amount` (≥ 0) over `weights` (≥ 0, not all zero) by largest remainder, so the parts always add up to
 * the amount. Equal remainders go to the earlier part. Returns one part per weight.
 */
export function allocate(amount: Fen, weights: readonly bigint[]): Fen[] {
  const total = weights.reduce((a, b) => a + b, 0n)
  assert(amount >= 0n && total > 0n, 'an allocation needs a non-negative amount and a positive weight')
  const parts = weights.map((weight) => (amount * weight) / total)
  let rest = amount - parts.reduce((a, b) => a + b, 0n)
  const order = weights
    .map((weight, index) => ({ index, remainder: (amount * weight) % total }))
    .toSorted((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of order) {
    if (rest === 0n) break
    parts[index] = (parts[index] ?? 0n) + 1n
    rest -= 1n
  }
  return parts.map(fenOf)
}

/**
 * Reads a decimal string into an integer of 10^-decimals. Returns null when it is no plain decimal ("1e3",
 * "١", " 1", "+1", "1.", "-0"), has more decimals than allowed, or more than `digits` integer digits.
 */
function parseDecimal(text: string, decimals: number, digits = 14): bigint | null {
  const match = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text)
  if (match === null) return null
  const [, sign = '', whole = '', fraction = ''] = match
  if (whole.length > digits || fraction.length > decimals) return null
  const value = BigInt(whole + fraction.padEnd(decimals, '0'))
  if (sign === '-' && value === 0n) return null
  return sign === '-' ? -value : value
}

function formatDecimal(value: bigint, decimals: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0')
  const sign = value < 0n ? '-' : ''
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

const orNull = <T>(value: bigint | null, brand: (value: bigint) => T): T | null =>
  value === null ? null : brand(value)

/** Reads yuan with at most two decimals ("12.3" is 1230 fen); null when it is not such a number. */
export const parseYuan = (text: string): Fen | null => orNull(parseDecimal(text, 2), fenOf)
/** Reads a ratio with at most four decimals ("0.85" is 8500); null when it is not such a number. */
export const parseRate = (text: string): Rate | null => orNull(parseDecimal(text, 4, 1), rateOf)
/** Reads a unit price in yuan with at most six decimals; null when it is not such a number. */
export const parseUnitPrice = (text: string): UnitPrice | null => orNull(parseDecimal(text, 6, 10), unitPriceOf)
/** Reads a quantity with at most four decimals; null when it is not such a number. */
export const parseQuantity = (text: string): Quantity | null => orNull(parseDecimal(text, 4, 12), quantityOf)

/** Yuan with exactly two decimals, "-0.05" for minus five fen. The form of money on the wire. */
export const formatYuan = (amount: Fen): string => formatDecimal(amount, 2)
/** A ratio with exactly four decimals. */
export const formatRate = (ratio: Rate): string => formatDecimal(ratio, 4)
/** A unit price in yuan with exactly six decimals. */
export const formatUnitPrice = (price: UnitPrice): string => formatDecimal(price, 6)
/** A quantity with exactly four decimals. */
export const formatQuantity = (count: Quantity): string => formatDecimal(count, 4)
