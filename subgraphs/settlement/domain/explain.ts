import assert from 'node:assert/strict'
import { fenOf, ZERO, type Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { accountSteps, mutualAidSteps } from './explain-account.ts'
import { baseFormulas, type Taking } from './explain-base.ts'
import { explainLine, type ExplainedLine } from './explain-line.ts'
import { fundSteps } from './explain-payer.ts'
import { proofOf } from './explain-proof.ts'
import { percent, step, yuan, type Step } from './explain-step.ts'
import { fundPayTypeName } from './fund-pay-type.ts'
import type { CrossArea, Payer, Policy } from './policy.ts'
import { choose } from './policy-condition.ts'
import { resolvePolicy, type ResolvedPolicy } from './policy-resolve.ts'
import { findPolicy } from './policy-select.ts'
import type { SplitInput } from './split-input.ts'
import { MUTUAL_AID, MUTUAL_AID_TYPE, type Amounts, type SplitResult } from './split-result.ts'

export interface ExplainedPayer {
  readonly payer: string
  readonly name: Text
  readonly paid: Fen
  readonly steps: readonly Step[]
}

export interface Explanation {
  readonly engine: number
  readonly policy: { readonly id: string; readonly version: string; readonly name: Text }
  readonly lines: readonly ExplainedLine[]
  /** The rule for treatment outside the pool; null inside it. */
  readonly crossArea: Step | null
  readonly payers: readonly ExplainedPayer[]
  /** Payers of the policy that took no part, and why. */
  readonly skipped: readonly { readonly payer: string; readonly name: Text; readonly step: Step }[]
  readonly person: Step
  /** That lines, parts, payers and total add up. */
  readonly proof: readonly Step[]
}

/**
 * Says why a bill was split as it was: per line, per payer, with numbers and sources. Made from the stored input and
 * result; nothing is decided anew. The policy named by the input must be among `policies`.
 */
export function explain(input: SplitInput, result: SplitResult, policies: readonly Policy[]): Explanation {
  const policy = findPolicy(policies, input.policy)
  assert(policy !== null, `policy ${input.policy.id} ${input.policy.version} is not loaded`)
  const resolved = resolvePolicy(policy, input)
  return {
    engine: result.engine,
    policy: { id: policy.id, version: policy.version, name: policy.name },
    lines: result.lines.map((line, i) => explainLine(line, input, i)),
    crossArea: crossAreaStep(resolved, input, result.amounts),
    payers: explainPayers(resolved, input, result),
    skipped: skippedPayers(resolved, input, result),
    person: personStep(result),
    proof: proofOf(result),
  }
}

function explainPayers(resolved: ResolvedPolicy, input: SplitInput, result: SplitResult): ExplainedPayer[] {
  const { policy } = resolved
  const takings = result.payers.map((split): Taking => {
    const found = resolved.payers.find((one) => one.payer.id === split.payer)
    assert(found !== undefined || split.payer === MUTUAL_AID, `payer ${split.payer} is in the policy`)
    return { split, resolved: found ?? resolved.mutualAid }
  })
  const baseOf = baseFormulas(result.amounts, takings)
  return takings.map(({ split, resolved: taking }, i) => {
    const base = () => baseOf(i)
    const { payer, paid } = split
    if (!('kind' in taking)) {
      const steps = mutualAidSteps(split, result.sponsorsPaid, { policy, input, base })
      return { payer, name: fundPayTypeName(MUTUAL_AID_TYPE), paid, steps }
    }
    const { name } = taking.payer
    if (taking.kind === 'ACCOUNT') return { payer, name, paid, steps: accountSteps(split, taking, { policy, base }) }
    return { payer, name, paid, steps: fundSteps(split, taking, { policy, input, base, isFirst: i === 0 }) }
  })
}

const SKIPPED = {
  NOT_CONCERNED: { zh: '不适用于此人员或医疗类别', en: 'does not apply to this person or kind of care' },
  DENIED: { zh: '审核规则不予基金支付', en: 'a check denied the bill, no fund pays' },
  NOT_ASKED: { zh: '未选择使用个人账户', en: 'use of the account was not asked for' },
  NO_MUTUAL_AID: { zh: '此险种不可家庭共济', en: 'no mutual aid for this insurance type' },
} as const satisfies Readonly<Record<string, Text>>

const skip = (payer: string, name: Text, why: keyof typeof SKIPPED) => ({
  payer,
  name,
  step: step(`SKIPPED_${why}`, SKIPPED[why], () => '0.00', { result: ZERO }),
})

function skippedPayers(resolved: ResolvedPolicy, input: SplitInput, { payers }: SplitResult): Explanation['skipped'] {
  const { policy } = resolved
  const reasonOf = (payer: Payer): keyof typeof SKIPPED => {
    if (!resolved.payers.some((one) => one.payer === payer)) return 'NOT_CONCERNED'
    return payer.kind === 'FUND' ? 'DENIED' : 'NOT_ASKED'
  }
  const silent = policy.payers.filter((payer) => !payers.some((one) => one.payer === payer.id))
  const found = silent.map((payer) => skip(payer.id, payer.name, reasonOf(payer)))
  const isAidMissing = input.sponsors !== undefined && !payers.some((one) => one.payer === MUTUAL_AID)
  return isAidMissing ? [...found, skip(MUTUAL_AID, fundPayTypeName(MUTUAL_AID_TYPE), 'NO_MUTUAL_AID')] : found
}

const CROSS_AREA: Readonly<Record<CrossArea['model'], Text>> = {
  AS_LOCAL: { zh: '异地就医按本地待遇', en: 'treated elsewhere, as at home' },
  REFUSED: { zh: '异地就医不予直接结算', en: 'treatment elsewhere is refused' },
  POINTS: { zh: '异地就医支付比例降低', en: 'treated elsewhere, ratio lowered' },
  FIRST_SELF_PAYMENT: { zh: '异地就医先行自付', en: 'treated elsewhere, first self-payment' },
  OWN_TABLE: { zh: '异地就医专用标准', en: 'treated elsewhere, own deductible and ratios' },
}

/** The person's first self-payment is an amount; points and own tables show in the payers' bands. */
function crossAreaStep(
  { policy, crossArea, crossAreaShare }: ResolvedPolicy,
  input: SplitInput,
  amounts: Amounts,
): Step | null {
  if (crossArea === null) return null
  const before = fenOf(amounts.inScope + amounts.crossArea)
  const { model } = crossArea
  const drop = model === 'POINTS' ? choose(crossArea.drop, input) : undefined
  const text = drop === undefined ? CROSS_AREA[model] : pointsText(percent(drop).replace(' %', ''))
  const share = () => `${yuan(before)} × ${percent(crossAreaShare)}`
  const source = policy.pool.sources.get(crossArea.source) ?? null
  return step(`CROSS_AREA_${model}`, text, share, { result: amounts.crossArea, source })
}

/** The points show in the ratios of the payers. */
const pointsText = (points: string): Text => ({
  zh: `异地就医支付比例降低 ${points} 个百分点`,
  en: `treated elsewhere, ratio lowered by ${points} points`,
})

function personStep({ amounts, accountInFund }: SplitResult): Step {
  const { total, fundTotal, hospital, personal, account, mutualAid, cash } = amounts
  const parts = accountInFund ? [cash, mutualAid] : [account, mutualAid, cash]
  const equation = () => `${yuan(total)} − ${yuan(fundTotal)} − ${yuan(hospital)} = ${parts.map(yuan).join(' + ')}`
  return step('PERSON', { zh: '个人负担', en: 'borne by the person' }, equation, { result: personal })
}
