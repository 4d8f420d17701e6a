import assert from 'node:assert/strict'
import { fenOf, type Fen } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { lineStep } from './explain-line.ts'
import { payerSteps } from './explain-payer.ts'
import { percent, yuan, type Step } from './explain-step.ts'
import type { CrossArea, Policy } from './policy.ts'
import { choose } from './policy-condition.ts'
import { resolvePolicy, type ResolvedPolicy } from './policy-resolve.ts'
import { findPolicy } from './policy-select.ts'
import type { SplitInput } from './split-input.ts'
import type { Amounts, SplitResult } from './split-result.ts'

export interface Explanation {
  readonly engine: number
  readonly policy: { readonly id: string; readonly version: string; readonly name: Text }
  readonly lines: readonly { readonly serial: string; readonly step: Step }[]
  /** The rule for treatment outside the pool; null inside it. */
  readonly crossArea: Step | null
  readonly payers: readonly {
    readonly payer: string
    readonly name: Text
    readonly paid: Fen
    readonly steps: readonly Step[]
  }[]
  readonly person: Step
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
    lines: result.lines.map((line, i) => ({ serial: line.serial, step: lineStep(line, input.lines[i]) })),
    crossArea: crossAreaStep(resolved, input, result.amounts),
    payers: result.payers.map((split, i) => {
      const found = resolved.payers.find((one) => one.payer.id === split.payer)
      assert(found !== undefined, `payer ${split.payer} is in the policy`)
      return {
        payer: split.payer,
        name: found.payer.name,
        paid: split.paid,
        steps: payerSteps(split, found, { policy, first: i === 0 }),
      }
    }),
    person: personStep(result),
  }
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
  const drop = crossArea.model === 'POINTS' ? choose(crossArea.drop, input) : undefined
  const share = `${yuan(before)} × ${percent(crossAreaShare)} = ${yuan(amounts.crossArea)}`
  return {
    rule: `CROSS_AREA_${crossArea.model}`,
    text: CROSS_AREA[crossArea.model],
    formula: drop === undefined ? share : `−${percent(drop)}`,
    result: amounts.crossArea,
    source: policy.pool.sources.get(crossArea.source) ?? null,
  }
}

function personStep({ amounts, accountInFund }: SplitResult): Step {
  const { total, fundTotal, hospital, personal, account, mutualAid, cash } = amounts
  const parts = accountInFund ? [cash, mutualAid] : [account, mutualAid, cash]
  return {
    rule: 'PERSON',
    text: { zh: '个人负担', en: 'borne by the person' },
    formula: `${yuan(total)} − ${yuan(fundTotal)} − ${yuan(hospital)} = ${parts.map(yuan).join(' + ')}`,
    result: personal,
    source: null,
  }
}
