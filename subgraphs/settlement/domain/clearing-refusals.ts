import { formatYuan, type Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { StatementState } from './monthly-statement.ts'

const refusal = (code: string, path: string, zh: string, en: string): NotAllowed =>
  NotAllowed.at(path, code, { zh, en })

export const noStatement = (path = 'statement'): NotFound =>
  NotFound.of({ zh: '该清算申请', en: 'the monthly statement' }, path)
export const noDeduction = (): NotFound => NotFound.of({ zh: '该笔扣款', en: 'the deduction' }, 'deduction')
export const notInStatement = (): NotFound =>
  NotFound.of({ zh: '该清算申请中的该笔结算', en: 'the settlement in this statement' }, 'input.settlement')
export const noLine = (): NotFound =>
  NotFound.of({ zh: '该结算中的该条明细', en: 'the line of this settlement' }, 'input.line')

export const nothingToDeclare = (): NotAllowed =>
  refusal(
    'NOTHING_TO_DECLARE',
    'input.month',
    '没有已对账、未申报的结算',
    'there is no reconciled settlement that was not declared',
  )

export const declaredToday = (): NotAllowed =>
  refusal('DECLARED_TODAY', 'input.month', '今日已申报，每日限一次', 'was declared today; once a day is all')

export const noAgreement = (month: string, path: string): NotAllowed =>
  refusal('NO_AGREEMENT', path, `该机构 ${month} 与本统筹区无服务协议`, `had no agreement with the pool in ${month}`)

export const ownFundsOnly = (path: string): NotAllowed =>
  refusal(
    'OTHER_POOL',
    path,
    '只能记入本统筹区基金；其他统筹区的差额随统筹区间清算办理',
    'only the funds of one’s own pool may be charged; what is another’s goes by the clearing between pools',
  )

export const paperUsed = (path: string): NotAllowed =>
  refusal('PAPER_USED', path, '该文件已导入过该月该差额', 'this paper was imported for the month before')

export const differenceTooLarge = (most: Fen, path: string): NotAllowed =>
  refusal(
    'ABOVE_LIMIT',
    path,
    `该月差额合计超出上限 ${formatYuan(most)}（按当月已结算基金部分计）`,
    `makes more of the month than ${formatYuan(most)}, the limit by the fund part settled in it`,
  )

export const monthNotOver = (month: string, path = 'input.month'): NotAllowed =>
  refusal('PERIOD_NOT_OVER', path, `${month} 尚未结束`, `${month} is not over`)

export const wrongState = (state: StatementState, path = 'statement'): NotAllowed =>
  refusal(
    'WRONG_STATE',
    path,
    `清算申请处于 ${state}，不能办理`,
    `the statement is ${state}; this is not its next step`,
  )

export const aboveFundPart = (left: Fen): NotAllowed =>
  refusal(
    'ABOVE_FUND_PART',
    'input.amount',
    `超出该结算尚可扣的基金部分 ${formatYuan(left)}`,
    `is more than what is left of the fund part of the settlement, ${formatYuan(left)}`,
  )

export const reversedAlready = (): NotAllowed =>
  refusal(
    'SETTLEMENT_REVERSED',
    'input.settlement',
    '该结算已撤销，不应扣款',
    'was reversed; nothing is deducted of it',
  )

export const withdrawnAlready = (): NotAllowed =>
  refusal('WITHDRAWN_ALREADY', 'deduction', '该扣款已撤回', 'the deduction was withdrawn already')

export const withdrawalStands = (): NotAllowed =>
  refusal('IS_A_WITHDRAWAL', 'deduction', '该条为撤回记录', 'this entry withdraws another')

export const appealedAlready = (): NotAllowed =>
  refusal('APPEALED_ALREADY', 'deduction', '该扣款已申诉过，每笔一次', 'was appealed against before; once is all')

export const appealTooLate = (until: Temporal.PlainDate): NotAllowed =>
  refusal(
    'APPEAL_TOO_LATE',
    'deduction',
    `申诉期已于 ${until.toString()} 届满`,
    `appeals were possible until ${until.toString()}`,
  )

export const appealOpen = (path: string): NotAllowed =>
  refusal('APPEAL_OPEN', path, '尚有未答复的申诉', 'an appeal is not decided yet')

export const noAppeal = (): NotAllowed =>
  refusal('NO_APPEAL', 'deduction', '没有待答复的申诉', 'there is no appeal to decide')

export const appealPeriodRuns = (until: Temporal.PlainDate): NotAllowed =>
  refusal(
    'APPEAL_PERIOD_RUNS',
    'statement',
    `机构可申诉至 ${until.toString()}；机构确认后可提前`,
    `the institution may appeal until ${until.toString()}, unless it confirms before`,
  )
