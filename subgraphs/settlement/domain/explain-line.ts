import { formatQuantity, formatUnitPrice, ZERO } from '@yibao/schema/money'
import type { Text } from '@yibao/schema/rejection'
import { percent, yuan, type Step } from './explain-step.ts'
import type { SplitLine } from './split-input.ts'
import type { LineSplit } from './split-result.ts'

const RULES: Readonly<Record<LineSplit['rule'], Text>> = {
  CLASS_C: { zh: '丙类，全自费', en: 'class C, paid by the person' },
  NOT_COVERED: {
    zh: '不在医保目录或不在保障期内，全自费',
    en: 'not in the catalogue or not covered, paid by the person',
  },
  DENIED: { zh: '审核规则不予支付，全自费', en: 'denied by a check, paid by the person' },
  RESTRICTED: { zh: '限制使用范围未经医院审批，全自费', en: 'restricted use without approval, paid by the person' },
  APPROVAL_REFUSED: { zh: '医院审批未通过，全自费', en: 'approval refused, paid by the person' },
  OVER_CEILING_WHOLE: {
    zh: '超过最高限价，整项自费',
    en: 'above the price ceiling, the whole item paid by the person',
  },
  SPLIT: { zh: '按目录拆分', en: 'split by the catalogue' },
}

/** Why a line came into scope, wholly, in part or not at all. */
export function lineStep(split: LineSplit, line: SplitLine | undefined): Step {
  return {
    rule: split.rule,
    text: RULES[split.rule],
    formula: line === undefined ? '' : formulaOf(split, line),
    result: split.inScope,
    source: null,
  }
}

function formulaOf(split: LineSplit, { amount, price, quantity, item, refundOf }: SplitLine): string {
  if (split.rule !== 'SPLIT') return `${yuan(amount)} − ${yuan(split.selfPaid)} = ${yuan(split.inScope)}`
  if (refundOf !== undefined)
    return `${yuan(amount)} − (${yuan(split.overCeiling)}) − (${yuan(split.firstSelfPayment)}) = ${yuan(split.inScope)}`
  const over =
    split.overCeiling === ZERO || item.ceiling === null
      ? ''
      : ` − (${plain(formatUnitPrice(price))} − ${plain(formatUnitPrice(item.ceiling))}) × ${plain(formatQuantity(quantity))}`
  const first =
    split.firstSelfPayment === ZERO ? '' : ` − ${yuan(split.firstSelfPayment)} (${percent(item.selfPayRatio)})`
  return `${yuan(amount)}${over}${first} = ${yuan(split.inScope)}`
}

/** A decimal without trailing zeros. */
const plain = (text: string): string => text.replace(/\.?0+$/, '')
