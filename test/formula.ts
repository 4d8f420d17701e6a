/**
 * Reckons the formulas an explanation prints, from nothing but their text: exact fractions, half up to the fen at the end.
 * It shares no code with the split, so that what is printed is proof of what was paid.
 */

/** A number as a fraction; the divisor is positive. */
interface Fraction {
  readonly over: bigint
  readonly under: bigint
}

const FEN = 100n

/** The amount, in fen, that each side of a printed equation comes to. */
export function sidesOf(formula: string): bigint[] {
  const sides = formula.split(' = ')
  if (sides.length < 2) throw new Error(`no equation: ${formula}`)
  return sides.map((side) => halfUp(valueOf(side)))
}

function valueOf(expression: string): Fraction {
  const reader = new Reader(expression)
  const value = sum(reader)
  if (reader.next !== null) throw new Error(`what is ${reader.next} in ${expression}`)
  return value
}

/** Numbers with their thousands, names and signs; blanks only part them. */
const TOKEN = /\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+|[-+−×÷%(),])/y

class Reader {
  readonly #text: string
  #at = 0
  next: string | null = null

  constructor(text: string) {
    this.#text = text.trim()
    this.take()
  }

  take(): string | null {
    const taken = this.next
    TOKEN.lastIndex = this.#at
    const match = TOKEN.exec(this.#text)
    if (match === null && this.#at < this.#text.length) throw new Error(`not a formula: ${this.#text}`)
    this.#at = match === null ? this.#at : TOKEN.lastIndex
    this.next = match?.[1] ?? null
    return taken
  }

  expect(token: string): void {
    if (this.take() !== token) throw new Error(`${token} is missing in ${this.#text}`)
  }
}

function sum(reader: Reader): Fraction {
  let value = product(reader)
  while (reader.next === '+' || reader.next === '−' || reader.next === '-') {
    const sign = reader.take() === '+' ? 1n : -1n
    const term = product(reader)
    value = fraction(value.over * term.under + sign * term.over * value.under, value.under * term.under)
  }
  return value
}

function product(reader: Reader): Fraction {
  let value = factor(reader)
  while (reader.next === '×' || reader.next === '÷') {
    const isTimes = reader.take() === '×'
    const { over, under } = factor(reader)
    value = isTimes
      ? fraction(value.over * over, value.under * under)
      : fraction(value.over * under, value.under * over)
  }
  return value
}

function factor(reader: Reader): Fraction {
  const token = reader.take()
  if (token === null) throw new Error('a formula ends too early')
  if (token === '−' || token === '-') {
    const { over, under } = factor(reader)
    return fraction(-over, under)
  }
  if (token === '(') {
    const value = sum(reader)
    reader.expect(')')
    return percentOf(reader, value)
  }
  if (/^[a-z]/.test(token)) return call(token, reader)
  return percentOf(reader, number(token))
}

function percentOf(reader: Reader, value: Fraction): Fraction {
  if (reader.next !== '%') return value
  reader.take()
  return fraction(value.over, value.under * 100n)
}

function call(name: string, reader: Reader): Fraction {
  reader.expect('(')
  const values = [sum(reader)]
  while (reader.next === ',') {
    reader.take()
    values.push(sum(reader))
  }
  reader.expect(')')
  const [first] = values
  if (first === undefined) throw new Error(`${name} of nothing`)
  if (name === 'min') return values.reduce((a, b) => (isLess(b, a) ? b : a))
  if (name === 'max') return values.reduce((a, b) => (isLess(a, b) ? b : a))
  if (name === 'round') return fraction(halfUp(first), FEN)
  if (name === 'ceil') return fraction(upToFen(first), FEN)
  throw new Error(`nothing is known of ${name}`)
}

function number(text: string): Fraction {
  const [whole = '', decimals = ''] = text.replaceAll(',', '').split('.')
  return fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length))
}

const fraction = (over: bigint, under: bigint): Fraction => {
  if (under === 0n) throw new Error('divided by nothing')
  return under < 0n ? { over: -over, under: -under } : { over, under }
}
const isLess = (a: Fraction, b: Fraction): boolean => a.over * b.under < b.over * a.under

/** Half away from zero, which for what is paid is half up. */
function halfUp({ over, under }: Fraction): bigint {
  const size = over < 0n ? -over : over
  const fen = (2n * size * FEN + under) / (2n * under)
  return over < 0n ? -fen : fen
}

function upToFen({ over, under }: Fraction): bigint {
  const exact = over * FEN
  return exact <= 0n ? exact / under : (exact + under - 1n) / under
}
