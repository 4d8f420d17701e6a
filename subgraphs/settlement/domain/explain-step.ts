import { formatYuan, type Fen, type Rate } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Source } from './policy.ts'

/** One step of a reckoning: which rule, with which numbers, gave which amount, and where the rule stands. */
export interface Step {
  /** Stable code of the rule, `DEDUCTIBLE`. */
  readonly rule: string
  readonly text: Text
  /**
   * `min(1,000.00, max(0.00, 600.00 − 0.00)) = 600.00`, with the numbers of this bill; the same in every language. What
   * stands before `=`, reckoned exactly and rounded half up to the fen, is the result. `round` rounds in between, `ceil`
   * goes up to the next fen.
   */
  readonly formula: string
  readonly result: Fen
  /** Null for rules of the platform itself and of the catalogue. */
  readonly source: Source | null
}

/** A step whose words are made when somebody reads them; the trace of a bill is made of amounts alone. */
class TracedStep implements Step {
  readonly rule: string
  readonly result: Fen
  readonly source: Source | null
  private readonly words: Text | (() => Text)
  private readonly expression: () => string

  constructor(rule: string, text: Text | (() => Text), expression: () => string, result: Fen, source: Source | null) {
    this.rule = rule
    this.result = result
    this.source = source
    this.words = text
    this.expression = expression
  }

  get text(): Text {
    return typeof this.words === 'function' ? this.words() : this.words
  }

  get formula(): string {
    const expression = this.expression()
    return expression.includes(' = ') ? expression : `${expression} = ${yuan(this.result)}`
  }

  toJSON(): Step {
    const { rule, text, formula, result, source } = this
    return { rule, text, formula, result, source }
  }
}

/** A step; `expression` is what stands before its result, or a whole equation. */
export const step = (
  rule: string,
  text: Text | (() => Text),
  expression: () => string,
  { result, source = null }: { readonly result: Fen; readonly source?: Source | null },
): Step => new TracedStep(rule, text, expression, result, source)

/** Yuan with thousands separated; a negative amount in brackets, so that it can stand behind a sign. */
export function yuan(amount: Fen): string {
  const [whole = '', fraction = ''] = formatYuan(amount).replace('-', '').split('.')
  const text = `${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`
  return amount < 0n ? `(−${text})` : text
}

/** `8500` as `85 %`, `8450` as `84.5 %`. */
export function percent(rate: Rate): string {
  const whole = rate / 100n
  const rest = rate % 100n
  return `${whole}${rest === 0n ? '' : `.${rest.toString().padStart(2, '0').replace(/0$/, '')}`} %`
}

/** Amounts added up, those that are nothing left out. */
export const added = (amounts: readonly Fen[]): string =>
  amounts
    .filter((one) => one !== 0n)
    .map(yuan)
    .join(' + ') || '0.00'

/** What is left of an expression when amounts are taken from it, those that are nothing left out. */
export const less = (expression: string, amounts: readonly Fen[]): string =>
  [expression, ...amounts.filter((one) => one !== 0n).map(yuan)].join(' − ')

/** What a limit leaves of an expression after what was used of it. */
export const within = (expression: string, limit: Fen, used: Fen): string =>
  `min(${expression}, max(0.00, ${yuan(limit)} − ${yuan(used)}))`
