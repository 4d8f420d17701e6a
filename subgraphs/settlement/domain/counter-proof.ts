import { isUuidKey, readPage, type PageInput } from '@yibao/schema/page'
import { InvalidInput, type Problem, type Text } from '@yibao/schema/rejection'
import type { Fen } from '@yibao/schema/money'
import { yuan } from './explain-step.ts'

/** What a counter is the sum of. */
export interface CounterSum {
  readonly amount: Fen
  /** Of how many bills that stand. */
  readonly bills: number
}

/** "Used 3,211.40 of 4,000.00 by these 7 bills." */
export function wordProof({ amount, bills }: CounterSum, limit: Fen | null): Text {
  const zh = limit === null ? yuan(amount) : `${yuan(amount)} / ${yuan(limit)}`
  const en = limit === null ? yuan(amount) : `${yuan(amount)} of ${yuan(limit)}`
  if (bills === 0) return { zh: `已用 ${zh}，无结算`, en: `used ${en}, by no bill` }
  return {
    zh: `已用 ${zh}，由 ${bills} 笔结算构成`,
    en: `used ${en} by ${bills === 1 ? 'this bill' : `these ${bills} bills`}`,
  }
}

/** @throws InvalidInput with every fault. */
export function readBillPage(input: PageInput) {
  const problems: Problem[] = []
  const wanted = readPage(input, isUuidKey, problems)
  InvalidInput.throwIf(problems)
  return wanted
}
