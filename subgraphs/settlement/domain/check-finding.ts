import type { Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import type { CheckAction } from './check-rule.ts'

/** One number or day a finding rests on. It never names another institution. */
export interface Evidence {
  readonly name: Text
  readonly value: string
}

/** What a rule found in a bill. It stands on the settlement as it was found, whatever becomes of the rule. */
export interface Finding {
  readonly rule: string
  readonly version: string
  readonly name: Text
  readonly action: CheckAction
  /** Serials of the lines concerned; empty when it is about the bill. */
  readonly lines: readonly string[]
  readonly text: Text
  readonly evidence: readonly Evidence[]
  /** How much of what is in scope is concerned; of a limit that was passed, the part beyond it. */
  readonly amount: Fen
  /** Ids of the settlements it was compared with; who may see one of those is asked when it is shown. */
  readonly settlements: readonly string[]
}

/** What of a finding belongs to the input of a split: by which rule at which version what was degraded. */
export interface FindingMark {
  readonly rule: string
  readonly version: string
  readonly action: CheckAction
  readonly lines: readonly string[]
}
