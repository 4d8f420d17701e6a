import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { canonicalDigest, once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf, formatYuan } from '@yibao/schema/money'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { BankAnswer, KnownRow } from '../domain/bank-file.ts'
import { mayEnterAccount } from '../domain/claim-account.ts'
import { isEnded, isOverpaid, leftToPay, stateOncePaid, stateOnceRejected } from '../domain/claim-payment.ts'
import type { Claim } from '../domain/claim.ts'
import {
  addClaimResult,
  endClaimBatch,
  findClaimBatch,
  holdClaimBatch,
  listClaimRows,
  setClaimRow,
  type ClaimPayment,
} from '../store/claim-payment.ts'
import { addClaimReturns, listReportedRows } from '../store/claim-return.ts'
import { findClaim, stepClaim } from '../store/claim.ts'
import { resultFileOf, type ResultInput } from './bank-result-document.ts'
import { countTaken, judgeAnswers, reportOf, type Answered, type ResultProblem } from './bank-result-judging.ts'
import { checkBankResult } from './bank-result-reading.ts'
import { claimAwaitsAccount } from './claim-account.ts'
import { pausePaymentClock, stopPaymentClock } from './claim-payment-clock.ts'
import { postClaim } from './claim-posting.ts'
import { tellClaimant, tellClaimStaff } from './claim-tell.ts'
import { staffOf } from './monthly-statement.ts'

/** A row of the batch as an answer is judged by it. */
type Known = ClaimPayment & KnownRow

/**
 * Reads what the bank answered to a batch of claims, row by row: what is paid is paid, of what was rejected the person is told
 * and corrects the account, what was taken before is taken once. What contradicts an answer of before waits for a decision of
 * staff. Answers the id of what was read.
 */
export async function importClaimPaymentResult(
  context: Context,
  requestId: string,
  { batch: of, file, document }: ResultInput & { readonly batch: string },
): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const { pool } = identity
  const input = { batch: of, ...(file != null && { file }), ...(document != null && { document }) }
  const request = { identity, requestId, operation: 'importClaimPaymentResult', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const known = uuidFault(of) === null ? await findClaimBatch(tx, of.toLowerCase()) : null
    if (known?.pool !== pool) throw NotFound.of({ zh: '该拨付批次', en: 'the payment batch' }, 'batch')
    const resultId = context.newId(now)
    const given = await resultFileOf(tx, context, input, { pool, by: `claim-payment-result:${resultId}`, at: now })
    const digest = await checkBankResult(given, known.number)
    const batch = await holdClaimBatch(tx, known.id)
    assert(batch !== null, 'a batch stays')
    const reported = await listReportedRows(tx, batch.id)
    const rows: Known[] = (await listClaimRows(tx, batch.id)).map((row) => ({
      ...row,
      payee: row.claimNumber,
      isReported: reported.has(row.id),
    }))
    const { taken, returned, problems, ...counted } = await judgeAnswers(given, rows)
    const by = callerOf(identity)
    for (const { row, answer } of taken) await take(tx, context, row, { answer, by, at: now })
    await endClaimBatch(tx, batch.id)
    await addClaimResult(tx, {
      ...counted,
      id: resultId,
      batchId: batch.id,
      pool: batch.pool,
      digest: canonicalDigest('claim-payment-result', digest),
      document: given.path === 'document' ? (document?.toLowerCase() ?? null) : null,
      problems: problems.map(asOfClaim),
      ...countTaken(taken),
      readBy: by,
      readAt: now,
    })
    await report(tx, context, returned, { resultId, at: now })
    return { id: resultId }
  })
  return id
}

/** Who is paid is a claim here. */
const asOfClaim = ({ code, ...rest }: ResultProblem) => ({
  ...rest,
  code: code === 'OTHER_INSTITUTION' ? 'OTHER_CLAIM' : code,
})

interface Taking {
  readonly answer: BankAnswer
  readonly by: string
  readonly at: Temporal.Instant
}

/** Carries out one answer. */
async function take(tx: Tx, context: Context, row: Known, { answer, by, at }: Taking): Promise<void> {
  const { id: source, pool, amount } = row
  const claim = await findClaim(tx, row.claimId)
  assert(claim !== null, 'what is paid stays')
  const isPaid = answer.state === 'PAID'
  await setClaimRow(tx, source, {
    state: isPaid ? 'PAID' : 'REJECTED',
    reason: isPaid ? null : answer.reason,
    bankReference: answer.reference || null,
    answeredAt: at,
  })
  await postClaim(tx, context, isPaid ? 'CLAIM_PAID' : 'CLAIM_REJECTED', { source, pool, amount, at })
  if (isPaid) await markPaid(tx, claim, { payment: row, by, at })
  else await giveBack(tx, claim, { payment: row, by, at, to: stateOnceRejected(claim), reason: answer.reason })
}

interface Moving {
  readonly payment: Pick<ClaimPayment, 'amount' | 'claimNumber'>
  readonly by: string
  readonly at: Temporal.Instant
}

/** The bank has paid: the claim is done. */
export async function markPaid(tx: Tx, claim: Claim, { payment, by, at }: Moving): Promise<Claim> {
  const amount = formatYuan(payment.amount)
  const isTooMuch = isOverpaid(claim, payment.amount)
  const paid = await stepClaim(tx, claim, {
    to: stateOncePaid(claim, payment.amount),
    path: 'input.id',
    kind: isTooMuch ? 'OVERPAID' : 'PAID',
    at,
    by,
    ...(isTooMuch && { words: OVERPAID }),
    data: { amount },
    set: { paid: fenOf(claim.paid + payment.amount), paidAt: isTooMuch ? (claim.paidAt ?? at) : at },
  })
  if (leftToPay(paid) <= 0n) await stopPaymentClock(tx, paid, at)
  // What came back meanwhile is to be paid again, and only now the person can say where to.
  else if (claim.state === 'PAYING') await claimAwaitsAccount(tx, paid, at)
  if (!isTooMuch) await tellClaimant(tx, paid, { template: 'paid', at, data: { amount } })
  return paid
}

const OVERPAID = {
  zh: '银行称曾退回的一笔也已付出，多于应拨付的金额',
  en: 'The bank has paid a transfer as well that it had rejected: more than is owed',
}

interface GivingBack extends Moving {
  readonly to: Claim['state']
  readonly reason: string
  readonly set?: { readonly paid: Claim['paid'] }
  /** The person has to give back as much: it is set off, and nothing is to be paid again. */
  readonly isSetOff?: boolean
}

const CORRECT_ACCOUNT = { zh: '请更正收款账户', en: 'Please correct the account' }
const SET_OFF = { zh: '抵扣应退回的款项', en: 'It is set off against what is to be given back' }
const REST_UNDER_WAY = {
  zh: '另一笔拨付尚在银行，有结果后再行拨付',
  en: 'Another transfer is with the bank; it is paid again once that is answered',
}

/**
 * The bank has not taken it, or gave it back: the person is told why and says where else to pay. While the rest is with the bank that
 * cannot be said, and is not asked.
 */
export async function giveBack(tx: Tx, claim: Claim, giving: GivingBack): Promise<Claim> {
  const { payment, by, at, to, reason, set, isSetOff = false } = giving
  const amount = formatYuan(payment.amount)
  const isAsked = !isSetOff && mayEnterAccount({ ...claim, ...set, state: to })
  const next = isSetOff ? SET_OFF : isAsked ? CORRECT_ACCOUNT : REST_UNDER_WAY
  const words = {
    zh: `银行退回${reason === '' ? '' : `：${reason}`}。${next.zh}`,
    en: `The bank gave it back${reason === '' ? '' : `: ${reason}`}. ${next.en}`,
  }
  const step = { to, path: 'input.id', kind: 'PAYMENT_RETURNED', at, by, words, data: { amount } } as const
  const back = await stepClaim(tx, claim, { ...step, ...(set && { set }) })
  if (to === 'PAYMENT_RETURNED' || isEnded(to)) await pausePaymentClock(tx, back, at, words)
  if (isAsked) await tellClaimant(tx, back, { template: 'payment-returned', at, data: { amount } })
  return back
}

interface Reporting {
  readonly resultId: string
  readonly at: Temporal.Instant
}

/** Keeps what the bank says came back, or was paid after all, and tells the bureau that has to decide it. */
async function report(
  tx: Tx,
  context: Context,
  returned: readonly Answered<Known>[],
  { resultId, at }: Reporting,
): Promise<void> {
  const returns = returned.map((one) => ({
    ...reportOf(one, { id: context.newId(at), resultId, at }),
    insuredId: one.row.insuredId,
    claimId: one.row.claimId,
  }))
  await addClaimReturns(tx, returns)
  for (const { kind, claimId, amount } of returns) {
    const claim = await findClaim(tx, claimId)
    assert(claim !== null, 'what was paid stays')
    const template = kind === 'CAME_BACK' ? 'return-reported' : 'paid-reported'
    await tellClaimStaff(tx, claim, { template, at, data: { amount: formatYuan(amount) } })
  }
}
