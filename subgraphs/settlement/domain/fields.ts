import { parseInstant } from '@yibao/schema/dates'
import { parseQuantity, parseUnitPrice, parseYuan, type Fen, type Quantity, type UnitPrice } from '@yibao/schema/money'
import type { Problem, Text } from '@yibao/schema/rejection'

/** Faults beyond this many are not listed: an answer stays readable and bounded. */
const PROBLEMS_MAX = 100

/** Control characters, line separators, byte order marks and writing-direction overrides: none belongs in a code or a name. */
const FORBIDDEN = /[\p{Cc}\u2028\u2029\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** What a text field may hold. */
interface TextRule {
  /** Characters at most. */
  readonly max: number
  /** The form the whole text must have. */
  readonly pattern?: RegExp
}

/** Anything a client may have left out. */
export type Maybe<T> = T | null | undefined

/**
 * Reads the fields of an input and collects every fault with its path instead of stopping at the first. A field that
 * is at fault yields null; the caller goes on reading and looks at `problems` at the end.
 */
export interface Fields {
  readonly problems: readonly Problem[]
  fault(path: string, code: string, message: Text): null
  text(path: string, value: Maybe<string>, rule: TextRule): string | null
  optional(path: string, value: Maybe<string>, rule: TextRule): string | null
  oneOf<const T extends string>(path: string, value: Maybe<string>, allowed: readonly T[]): T | null
  instant(path: string, value: string): Temporal.Instant | null
  money(path: string, value: string): Fen | null
  unitPrice(path: string, value: string): UnitPrice | null
  quantity(path: string, value: string): Quantity | null
}

function faultOfText(value: string, rule: TextRule): [code: string, message: Text] | null {
  if (value === '') return ['REQUIRED', { zh: '不能为空', en: 'must not be empty' }]
  if (value.length > rule.max)
    return ['TOO_LONG', { zh: `最多 ${rule.max} 个字符`, en: `must have at most ${rule.max} characters` }]
  // PostgreSQL keeps neither NUL nor half a surrogate pair; both would fail there instead of being named here.
  if (!value.isWellFormed() || FORBIDDEN.test(value))
    return ['FORBIDDEN_CHARACTER', { zh: '含有控制字符或非法字符', en: 'has control or invalid characters' }]
  if (value !== value.trim()) return ['SPACES', { zh: '首尾不能有空格', en: 'must not begin or end with a space' }]
  if (rule.pattern !== undefined && !rule.pattern.test(value))
    return ['MALFORMED', { zh: '格式不正确', en: 'does not have the expected form' }]
  return null
}

const DECIMALS = (kind: Text, decimals: number): Text => ({
  zh: `不是有效的${kind.zh}（字符串，最多 ${decimals} 位小数）`,
  en: `is not a valid ${kind.en} (text with at most ${decimals} decimals)`,
})

/** Starts reading one input. */
export function readFields(): Fields {
  const problems: Problem[] = []
  const fault = (path: string, code: string, message: Text): null => {
    if (problems.length < PROBLEMS_MAX) problems.push({ path, code, message })
    return null
  }
  const text = (path: string, value: Maybe<string>, rule: TextRule): string | null => {
    const found = faultOfText(value ?? '', rule)
    return found === null ? (value ?? '') : fault(path, ...found)
  }
  const decimal = <T>(path: string, value: T | null, message: Text): T | null =>
    value ?? fault(path, 'MALFORMED', message)
  return {
    problems,
    fault,
    text,
    optional: (path, value, rule) => (value === null || value === undefined ? null : text(path, value, rule)),
    oneOf: (path, value, allowed) =>
      allowed.find((one) => one === value) ??
      fault(path, 'UNKNOWN_CODE', { zh: `应为 ${allowed.join('、')}`, en: `must be one of ${allowed.join(', ')}` }),
    instant: (path, value) =>
      parseInstant(value) ??
      fault(path, 'MALFORMED', {
        zh: '不是有效的时间（RFC 3339，须带时区）',
        en: 'is not a valid instant (RFC 3339 with an offset)',
      }),
    money: (path, value) => decimal(path, parseYuan(value), DECIMALS({ zh: '金额', en: 'amount' }, 2)),
    unitPrice: (path, value) => decimal(path, parseUnitPrice(value), DECIMALS({ zh: '单价', en: 'unit price' }, 6)),
    quantity: (path, value) => decimal(path, parseQuantity(value), DECIMALS({ zh: '数量', en: 'quantity' }, 4)),
  }
}
