import { parseInstant } from '@yibao/schema/dates'
import { canonicalIdentity, identityFault, problemAt, uuidFault } from '@yibao/schema/ids'
import { fenOf, parseYuan, sum, type Fen } from '@yibao/schema/money'
import type { Problem } from '@yibao/schema/rejection'
import { checkPeriod, readChoice, type ChargeInput } from './contribution-bill.ts'
import limits from './contribution-limits.json' with { type: 'json' }
import { isOpen, owed, type Bill, type KeptReceipt, type Receipt } from './contribution.ts'
import {
  AlreadyPaid,
  amountDiffers,
  amountImplausible,
  billReplaced,
  employerUnknown,
  monthImplausible,
  notBilled,
  notOverpaid,
  refundedBefore,
} from './contribution-refusals.ts'
import { nameFault } from './person.ts'

/** Who is meant. */
export interface PayerInput {
  readonly identityNumber?: string | null | undefined
  readonly name?: string | null | undefined
}

/** A payment as a channel, a counter or a person tells it. */
export interface PayInput extends PayerInput, Omit<ChargeInput, 'insuranceType'> {
  readonly insuranceType?: string | null | undefined
  readonly bill?: string | null | undefined
  readonly order?: string | null | undefined
  readonly period?: string | null | undefined
  readonly amount: string
  readonly reference?: string | null | undefined
  readonly receivedAt?: string | null | undefined
}

/** Money that comes in, as far as it is known before the bill is. */
export interface Paying {
  readonly channel: string
  readonly reference: string
  readonly amount: Fen
  readonly caller: string
  readonly orderedBy: string | null
  readonly now: Temporal.Instant
  /** When the channel took the money; null when it takes it only if this is posted. */
  readonly receivedAt: Temporal.Instant | null
}

const REFERENCE = /^[0-9A-Za-z_.-]{1,64}$/
/** Clocks of channels may differ by so much. */
const AHEAD = { minutes: 10 }

/** Reports what is wrong with the number and name of a person; both may be left out where `alone` says so. */
export function checkPayer({ identityNumber, name }: PayerInput, mayBeLeftOut: boolean, problems: Problem[]): void {
  if (mayBeLeftOut && identityNumber == null && name == null) return
  const identity = identityFault(canonicalIdentity(identityNumber ?? ''))
  if (identity !== null) problems.push(problemAt('identityNumber', identity))
  const wrong = nameFault(name ?? '')
  if (wrong !== null) problems.push(problemAt('name', wrong))
}

/** Reads an amount above zero. */
export function readAmount(text: string, path: string, problems: Problem[]): Fen {
  const amount = parseYuan(text)
  if (amount !== null && amount > 0n) return amount
  const message = { zh: '应为大于零的金额', en: 'must be an amount above zero' }
  problems.push({ path, code: 'AMOUNT', message })
  return fenOf(0n)
}

/** Reads the number under which a channel keeps a payment, and when it took the money. */
export function readReceived(
  { reference, receivedAt }: Pick<PayInput, 'reference' | 'receivedAt'>,
  { now, problems }: { readonly now: Temporal.Instant; readonly problems: Problem[] },
) {
  const fail = (path: string, code: string, zh: string, en: string) =>
    problems.push({ path, code, message: { zh, en } })
  if (reference == null || !REFERENCE.test(reference)) {
    const en = 'must be the number of the payment with the channel: 1 to 64 letters, digits, dots, hyphens'
    fail('reference', 'REFERENCE_FORM', '须为渠道收款流水号，1–64 位字母、数字、点、连字符', en)
  }
  const at = receivedAt == null ? null : parseInstant(receivedAt)
  if (receivedAt != null && at === null) {
    fail('receivedAt', 'TIME_FORM', '不是带时区的时刻', 'is no instant with an offset')
  } else if (at !== null && Temporal.Instant.compare(at, now.add(AHEAD)) > 0) {
    fail('receivedAt', 'TIME_IN_FUTURE', '收款时间不能晚于现在', 'is in the future')
  } else if (at !== null && Temporal.Instant.compare(at, now.subtract({ hours: 24 * limits.received.daysBack })) < 0) {
    const zh = `收款时间早于 ${limits.received.daysBack} 天前，请核对`
    fail('receivedAt', 'TIME_IMPLAUSIBLE', zh, `is more than ${limits.received.daysBack} days ago; check it`)
  }
  return { reference: reference ?? '', receivedAt: at }
}

/** Reports what is wrong with saying what is paid: an order, a bill, or an insurance and a period. */
export function checkTarget(input: PayInput, problems: Problem[]): void {
  const { bill, order, insuranceType, period } = input
  const named = [bill, order, period].filter((one) => one != null)
  if (named.length !== 1) {
    const message = { zh: '缴费单、账单、期间三者填其一', en: 'name one of order, bill and period' }
    problems.push({ path: 'period', code: 'ONE_OF', message })
  }
  for (const path of ['bill', 'order'] as const) {
    const id = input[path]
    const fault = id == null ? null : uuidFault(id)
    if (fault !== null) problems.push(problemAt(path, fault))
  }
  if (period == null) return
  checkPeriod(period, 'period', problems)
  readChoice({ ...input, insuranceType: insuranceType ?? '' }, problems)
}

/** Whether anybody but an employer may pay a bill now. */
export const isPayable = (bill: Bill): boolean => bill.employer === null && owed(bill) > 0n && isOpen(bill)

/**
 * Which of the bills of a period somebody's payment is for: the first of their own that is not paid, or that was paid
 * before, or that was owed once. What an employer owes for them is no bill of theirs.
 */
export function billToPay(bills: readonly Bill[]): Bill | undefined {
  const own = bills.filter((one) => one.employer === null && owed(one) > 0n)
  return own.find(isOpen) ?? own.find((one) => one.replacedBy == null) ?? own[0]
}

/**
 * Decides what becomes of a payment of one bill. When the bill was paid before, or another sum is owed, money that is taken
 * only now is refused; money that had come in is kept as overpaid or unapplied, and owed back.
 */
export function post(bill: Bill, paying: Paying, id: string): Receipt {
  const { now, receivedAt, ...rest } = paying
  if (bill.kind === 'EMPLOYEE' || bill.kind === 'RETIRED' || owed(bill) <= 0n) throw notBilled('period')
  const paid = bill.paidAt !== null
  if (paid && receivedAt === null) throw AlreadyPaid.of(bill)
  if (bill.replacedBy != null && receivedAt === null) throw billReplaced('bill')
  const isWhole = paying.amount === owed(bill) && bill.replacedBy == null
  if (!paid && !isWhole && receivedAt === null) throw amountDiffers(owed(bill))

  const { pool, insuranceType, period, insuredId, id: billId } = bill
  return {
    ...rest,
    id,
    state: paid ? 'OVERPAID' : isWhole ? 'POSTED' : 'UNAPPLIED',
    pool,
    insuranceType,
    period,
    insuredId,
    billId,
    employer: null,
    madeAt: now,
    receivedAt: receivedAt ?? now,
    postedAt: paid || !isWhole ? null : now,
  }
}

interface Unbilled {
  readonly isRegistered: boolean
  readonly period: string
  readonly amount: Fen
  readonly today: Temporal.PlainDate
}

/**
 * Refuses to keep what a channel says an employer has paid where nothing is owed, unless it can be so: a debt of the pool to
 * an employer it does not know, of a month far away or of a sum nobody pays is a mistake. Throws NotAllowed.
 */
export function checkUnbilled({ isRegistered, period, amount, today }: Unbilled): void {
  if (!isRegistered) throw employerUnknown()
  const { back, ahead } = limits.employerMonth
  const month = today.toPlainYearMonth()
  const [first, last] = [month.subtract({ months: back }).toString(), month.add({ months: ahead }).toString()]
  if (period.length !== last.length || period < first || period > last) throw monthImplausible()
  if (amount > BigInt(limits.employerAmount.yuan) * 100n) throw amountImplausible()
}

interface Refunding {
  readonly by: string
  readonly reference: string
  readonly at: Temporal.Instant
}

/** What becomes of a payment whose money is given back: what was overpaid or not applied, once. */
export function refund(receipt: KeptReceipt, { by, reference, at }: Refunding): KeptReceipt {
  if (receipt.state === 'REFUNDED') throw refundedBefore()
  if (receipt.state !== 'OVERPAID' && receipt.state !== 'UNAPPLIED') throw notOverpaid()
  return { ...receipt, state: 'REFUNDED', refundedAt: at, refundedBy: by, refundReference: reference }
}

interface AccountChange {
  readonly insuredId: string
  readonly payload: Readonly<Record<'billId' | 'kind' | 'pool' | 'amount' | 'month', string>>
}

/** What is published for the accounts when bills are paid: each person's sum, where it is above zero. */
export const creditsOf = (bills: readonly Bill[]): AccountChange[] =>
  changesOf(bills).filter(({ payload }) => BigInt(payload.amount) > 0n)

/** What is published to be taken out of accounts again when corrections are settled: each person's sum, above zero. */
export const correctionsOf = (bills: readonly Bill[]): AccountChange[] =>
  changesOf(bills).flatMap(({ insuredId, payload }) => {
    const amount = 0n - BigInt(payload.amount)
    return amount > 0n ? [{ insuredId, payload: { ...payload, amount: amount.toString() } }] : []
  })

function changesOf(bills: readonly Bill[]): AccountChange[] {
  const sums = new Map<string, { readonly bill: Bill; readonly amount: bigint }>()
  for (const bill of bills) {
    const key = `${bill.insuredId} ${bill.pool} ${bill.period}`
    sums.set(key, { bill, amount: (sums.get(key)?.amount ?? 0n) + bill.credit })
  }
  return [...sums.values()].map(({ bill: { id, insuredId, pool, period }, amount }) => ({
    insuredId,
    payload: { billId: id, kind: 'CURRENT', pool, amount: amount.toString(), month: period },
  }))
}

/** What was paid for each person by each payment, where it is above zero. */
export function sumsOf(paid: readonly { readonly bill: Bill; readonly receiptId: string }[]) {
  const of = Map.groupBy(paid, ({ bill, receiptId }) => `${bill.insuredId} ${receiptId}`)
  return [...of.values()].flatMap((list) => {
    const [first] = list
    const amount = sum(list.map(({ bill }) => owed(bill)))
    return first === undefined || amount <= 0n
      ? []
      : [{ insuredId: first.bill.insuredId, receiptId: first.receiptId, amount }]
  })
}
