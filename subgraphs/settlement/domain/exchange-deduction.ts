import type { Fen } from '@yibao/schema/money'
import { NotAllowed } from '@yibao/schema/rejection'

/** What another province deducted of a bill whose person is insured here, or the withdrawal of that. */
export interface ExchangeDeduction {
  /** That of the deduction there. */
  readonly id: string
  readonly province: string
  readonly exchange: string
  readonly insuredId: string
  readonly settlementId: string
  readonly pool: string
  readonly institution: string
  /** Negative when it withdraws another. */
  readonly amount: Fen
  readonly reason: string
  readonly words: string
  readonly withdraws: string | null
  readonly decidedAt: Temporal.Instant
  readonly at: Temporal.Instant
}

const refusal = (code: string, path: string, zh: string, en: string): NotAllowed =>
  NotAllowed.at(path, code, { zh, en })

export const noSuchBill = (): NotAllowed =>
  refusal('NO_SUCH_BILL', 'exchange', '没有该笔已确认的结算', 'no committed bill is known by this exchange')

export const notTheSameDeduction = (): NotAllowed =>
  refusal('DEDUCTION_DIFFERS', 'id', '该扣款已登记，内容不同', 'is on record with another content')

export const moreThanTheFundsPaid = (): NotAllowed =>
  refusal('ABOVE_FUND_PART', 'amount', '扣款超过基金支付金额', 'more is deducted than the funds have paid')

export const notWhatItWithdraws = (): NotAllowed =>
  refusal('WITHDRAWAL_DIFFERS', 'withdraws', '与被撤回的扣款不一致', 'does not give back what it withdraws')

export const withdrawsWithdrawal = (): NotAllowed =>
  refusal(
    'WITHDRAWAL_OF_WITHDRAWAL',
    'withdraws',
    '撤回不能再撤回，请重新登记扣款',
    'is a withdrawal itself; deduct again',
  )

export const withdrawnBefore = (): NotAllowed =>
  refusal('WITHDRAWN_BEFORE', 'withdraws', '该扣款已撤回', 'was withdrawn before, under another id')
