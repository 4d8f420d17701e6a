import { formatYuan, type Fen, type Rate } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { Source } from './policy.ts'

/** One step of a reckoning: which rule, with which numbers, gave which amount, and where the rule stands. */
export interface Step {
  /** Stable code of the rule, `DEDUCTIBLE`. */
  readonly rule: string
  readonly text: Text
  /** `(30,000.00 − 1,300.00) × 85 %`-like, with the numbers of this bill; the same in every language. */
  readonly formula: string
  readonly result: Fen
  /** Null for rules of the platform itself and of the catalogue. */
  readonly source: Source | null
}

/** Yuan with thousands separated. */
export function yuan(amount: Fen): string {
  const [whole = '', fraction = ''] = formatYuan(amount).split('.')
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`
}

/** `8500` as `85 %`, `8450` as `84.5 %`. */
export function percent(rate: Rate): string {
  const whole = rate / 100n
  const rest = rate % 100n
  return `${whole}${rest === 0n ? '' : `.${rest.toString().padStart(2, '0').replace(/0$/, '')}`} %`
}
