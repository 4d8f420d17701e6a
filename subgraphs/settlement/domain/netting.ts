import { dayOf } from '@yibao/schema/dates'
import { fenOf, formatYuan, sum, type Fen } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import { endOfMonth, MONTH } from './clearing.ts'
import { monthNotOver } from './clearing-refusals.ts'
import { Fields } from './fields.ts'
import { readOther } from './prefund.ts'

export const NET_STATES = ['ARRIVING', 'DECLARED', 'WITHDRAWING', 'WITHDRAWN', 'CONFIRMED', 'PAID', 'RECEIVED'] as const
export type NetState = (typeof NET_STATES)[number]
export type NetSide = 'PLACE' | 'HOME'
export const NET_KINDS = ['BILL', 'REVERSAL', 'DEDUCTION'] as const
export type NetKind = (typeof NET_KINDS)[number]

/** What the province of treatment is owed up to the end of a month; under one id on both platforms. */
export interface NetStatement {
  readonly id: string
  /** The other province. */
  readonly province: string
  /** PLACE: this province is owed; HOME: it owes. */
  readonly side: NetSide
  readonly month: string
  readonly state: NetState
  readonly count: number
  readonly amount: Fen
  readonly dueOn: Temporal.PlainDate | null
}

/** Whether a statement is still the place's to withdraw, or home's to confirm: nobody owes anything by it. */
export const isOpenNet = (state: NetState): boolean =>
  state === 'ARRIVING' || state === 'DECLARED' || state === 'WITHDRAWING'

/** A bill, a reversal or a deduction in a statement. */
export interface NetItem {
  /** The exchange, or the id of the deduction. */
  readonly item: string
  readonly statementId: string
  readonly kind: NetKind
  /** The bill it is of, by its exchange: of a bill the item itself. Lines of one bill are settled in their order. */
  readonly bill: string
  /** The pool here that is owed or owes; null for what is not known here. */
  readonly pool: string | null
  readonly amount: Fen
  /** Why home does not agree. */
  readonly disputed: string | null
}

/** Why a line cannot stand as it was told, by the books here; null when it can. */
export function disputeOf(
  { kind, amount, bill }: Pick<NetItem, 'kind' | 'amount' | 'bill'>,
  own: Pick<NetItem, 'kind' | 'amount' | 'bill'> | undefined,
): string | null {
  if (own === undefined) return '本地无此记录。 There is no such record here.'
  if (own.kind !== kind || own.amount !== amount)
    return `本地金额为 ${formatYuan(own.amount)} 元。 Here it is ${formatYuan(own.amount)} yuan.`
  if (own.bill !== bill) return '本地属于另一笔结算。 Here it is of another bill.'
  return null
}

export interface NetPayment {
  readonly id: string
  readonly province: string
  readonly side: 'PAYER' | 'RECEIVER'
  readonly state: 'PAID' | 'RECEIVED' | 'DENIED'
  readonly pool: string | null
  readonly amount: Fen
  readonly bankReference: string
  readonly paidOn: Temporal.PlainDate
  /** Why the receiver has denied it: a code. */
  readonly trouble: string | null
}

/** What this province is to pay for statements of both directions; negative when it is to be paid. */
export const netOf = (statements: readonly Pick<NetStatement, 'side' | 'amount'>[]): Fen =>
  fenOf(
    sum(statements.filter((one) => one.side === 'HOME').map((one) => one.amount)) -
      sum(statements.filter((one) => one.side === 'PLACE').map((one) => one.amount)),
  )

/** Reads which province is told what it owes up to which month. */
export function readNetDeclaration(
  input: { readonly province: string; readonly month: string },
  own: string,
  now: Temporal.Instant,
): { readonly province: string; readonly month: string } {
  const fields = new Fields()
  const province = readOther(fields, own, input.province)
  const month = fields.text('month', input.month, { max: 7, ...MONTH }) ?? ''
  fields.check()
  if (Temporal.PlainDate.compare(dayOf(now), endOfMonth(month)) < 0) throw monthNotOver(month, 'month')
  return { province, month }
}

const refusal = (code: string, path: string, zh: string, en: string): NotAllowed =>
  NotAllowed.at(path, code, { zh, en })

export const nothingToNet = (): NotAllowed =>
  refusal('NOTHING_TO_DECLARE', 'month', '没有未申报的跨省结算', 'there is nothing that stands in no statement')

export const noNetStatement = (): NotFound =>
  NotFound.of({ zh: '该跨省清算单', en: 'the statement between provinces' }, 'statement')
export const noNetPayment = (): NotFound =>
  NotFound.of({ zh: '该跨省清算付款', en: 'the payment between provinces' }, 'payment')

export const wrongNetState = (state: string, path = 'statement'): NotAllowed =>
  refusal('WRONG_STATE', path, `处于 ${state}，不能办理`, `it is ${state}; this is not its next step`)

export const notALine = (): NotAllowed =>
  refusal('NOT_IN_STATEMENT', 'items', '不在该清算单中', 'names what does not stand in the statement')

export const otherNet = (amount: Fen): NotAllowed =>
  refusal(
    'AMOUNT_DIFFERS',
    'amount',
    `应付净额为 ${formatYuan(amount)} 元`,
    `what is to be paid comes to ${formatYuan(amount)} yuan`,
  )

export const netDiffers = (): NotAllowed =>
  refusal('NET_DIFFERS', 'statement', '与本地账目不符', 'does not come to what it is by the books here')
