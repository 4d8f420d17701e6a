import { parseInstant } from '@yibao/schema/dates'
import { parseQuantity, parseUnitPrice, parseYuan, type Fen, type Quantity, type UnitPrice } from '@yibao/schema/money'
import { InvalidInput, type Problem, type Text } from '@yibao/schema/rejection'
import { identityInText } from '@yibao/schema/text'

/** Faults beyond this many are not listed: an answer stays readable and bounded. */
const PROBLEMS_MAX = 100

/** Nearly every code is made of these alone; no other fault of a character is possible then. */
const PLAIN = /^[\x21-\x7e]+$/

/** Control characters, line separators, byte order marks, direction overrides: none belongs in a code or a name. */
const FORBIDDEN = /[\p{Cc}\u2028\u2029\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** What a text field may hold. */
interface TextRule {
  /** Characters at most. */
  readonly max: number
  /** Numbers that are compared by their characters: visible ASCII only, so that no two look the same. */
  readonly ascii?: boolean
  /** The form the whole text must have. */
  readonly pattern?: RegExp
  /** That form in words, for whoever missed it. */
  readonly form?: Text
}

/** Anything a client may have left out. */
export type Maybe<T> = T | null | undefined

/** An optional text that is empty was left out: many systems send every field they have. */
export const isGiven = (value: Maybe<string>): value is string => value !== null && value !== undefined && value !== ''

const decimals = (kind: Text, count: number): Text => ({
  zh: `不是有效的${kind.zh}（字符串，最多 ${count} 位小数）`,
  en: `is not a valid ${kind.en} (text with at most ${count} decimals)`,
})
const NO_AMOUNT = decimals({ zh: '金额', en: 'amount' }, 2)
const NO_PRICE = decimals({ zh: '单价', en: 'unit price' }, 6)
const NO_QUANTITY = decimals({ zh: '数量', en: 'quantity' }, 4)
const NO_INSTANT: Text = {
  zh: '不是有效的时间（RFC 3339，须带时区）',
  en: 'is not a valid instant (RFC 3339 with an offset)',
}

/**
 * Reads the fields of an input and collects every fault with its path instead of stopping at the first. A field that
 * is at fault yields null; the caller goes on reading and calls `check` at the end.
 */
export class Fields {
  readonly #problems: Problem[]
  readonly #prefix: string

  constructor(problems: Problem[] = [], prefix = '') {
    this.#problems = problems
    this.#prefix = prefix
  }

  /** Reads the fields below `path`; their faults are listed with all others. */
  within(path: string): Fields {
    return new Fields(this.#problems, `${this.#prefix}${path}.`)
  }

  fault(name: string, code: string, message: Text): null {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push({ path: `${this.#prefix}${name}`, code, message })
    return null
  }

  /** Whether something at or below `name` was at fault. */
  hasFault(name: string): boolean {
    const path = `${this.#prefix}${name}`
    return this.#problems.some((one) => one.path.startsWith(path))
  }

  /** Throws InvalidInput with every fault that was found. */
  check(): void {
    if (this.#problems.length > 0) throw InvalidInput.of(this.#problems)
  }

  text(name: string, value: Maybe<string>, rule: TextRule): string | null {
    const text = value ?? ''
    const found = faultOfText(text, rule)
    return found === null ? text : this.fault(name, ...found)
  }

  /** A text in somebody's own words, in which no identity number has a place: it is kept as it is. */
  words(name: string, value: Maybe<string>, rule: TextRule): string | null {
    const text = this.text(name, value, rule)
    const found = text === null ? null : identityInText(text)
    return found === null ? text : this.fault(name, found.code, found.message)
  }

  optional(name: string, value: Maybe<string>, rule: TextRule): string | null {
    return isGiven(value) ? this.text(name, value, rule) : null
  }

  oneOf<const T extends string>(name: string, value: Maybe<string>, allowed: readonly T[]): T | null {
    const found = allowed.find((one) => one === value)
    const message = () => ({ zh: `应为 ${allowed.join('、')}`, en: `must be one of ${allowed.join(', ')}` })
    return found ?? this.fault(name, 'UNKNOWN_CODE', message())
  }

  instant(name: string, value: string): Temporal.Instant | null {
    return parseInstant(value) ?? this.fault(name, 'MALFORMED', NO_INSTANT)
  }

  money(name: string, value: string): Fen | null {
    return parseYuan(value) ?? this.fault(name, 'MALFORMED', NO_AMOUNT)
  }

  unitPrice(name: string, value: string): UnitPrice | null {
    return parseUnitPrice(value) ?? this.fault(name, 'MALFORMED', NO_PRICE)
  }

  quantity(name: string, value: string): Quantity | null {
    return parseQuantity(value) ?? this.fault(name, 'MALFORMED', NO_QUANTITY)
  }
}

function faultOfText(value: string, rule: TextRule): [code: string, message: Text] | null {
  if (value === '') return ['REQUIRED', { zh: '不能为空', en: 'must not be empty' }]
  if (value.length > rule.max)
    return ['TOO_LONG', { zh: `最多 ${rule.max} 个字符`, en: `must have at most ${rule.max} characters` }]
  if (PLAIN.test(value)) return faultOfForm(value, rule)
  // PostgreSQL keeps neither NUL nor half a surrogate pair; both would fail there instead of being named here.
  if (!value.isWellFormed() || FORBIDDEN.test(value))
    return ['FORBIDDEN_CHARACTER', { zh: '含有控制字符或非法字符', en: 'has control or invalid characters' }]
  if (rule.ascii === true)
    return ['NOT_ASCII', { zh: '只能用可见的半角字符，不含空格', en: 'takes visible ASCII characters only, no spaces' }]
  if (value !== value.trim()) return ['SPACES', { zh: '首尾不能有空格', en: 'must not begin or end with a space' }]
  return faultOfForm(value, rule)
}

const NO_FORM: Text = { zh: '格式不正确', en: 'does not have the expected form' }

const faultOfForm = (value: string, { pattern, form }: TextRule): [code: string, message: Text] | null =>
  pattern === undefined || pattern.test(value)
    ? null
    : ['MALFORMED', form === undefined ? NO_FORM : { zh: `格式应为：${form.zh}`, en: `must be ${form.en}` }]

/** Codes in many places of the platform, with their form in words. */
export const POOL = {
  pattern: /^\d{6}$/,
  form: { zh: '6 位统筹区代码，如 629900', en: 'the 6 digits of a pool, such as 629900' },
} as const satisfies Omit<TextRule, 'max'>
export const INSURANCE_TYPE = {
  pattern: /^\d{3}$/,
  form: { zh: '3 位数字，如 310', en: 'three digits, such as 310' },
} as const satisfies Omit<TextRule, 'max'>
