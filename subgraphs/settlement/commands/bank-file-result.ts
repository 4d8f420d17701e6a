import assert from 'node:assert/strict'
import { canonicalDigest, once } from '@yibao/drizzle/once'
import type { Tx } from '@yibao/drizzle/connect'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { BankAnswer, KnownRow } from '../domain/bank-file.ts'
import { paidEntries, rejectedEntries } from '../domain/clearing-ledger.ts'
import {
  addResult,
  answerRow,
  endBatch,
  findBatch,
  holdBatch,
  listParts,
  listRows,
  setParts,
  type PaymentRow,
} from '../store/clearing-payment.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { addReturns, listReported } from '../store/payment-return.ts'
import { resultFileOf, type ResultInput } from './bank-result-document.ts'
import { countTaken, judgeAnswers, reportOf, type Answered } from './bank-result-judging.ts'
import { checkBankResult } from './bank-result-reading.ts'
import { staffOf, tellStatement } from './monthly-statement.ts'
import { tellReported } from './payment-return.ts'

/** A row of the batch as an answer is judged by it. */
type Known = PaymentRow & KnownRow

/**
 * Reads what the bank answered to a batch, row by row: what is paid is paid, what was rejected waits for the next batch,
 * what was taken before is taken once. What comes back after it was paid, or is paid after it was rejected, waits for a
 * decision of staff, and a row the file answers in two ways for another file. Answers the id of what was read.
 */
export async function importPaymentResult(
  context: Context,
  requestId: string,
  { batch: of, file, document }: ResultInput & { readonly batch: string },
): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const { pool } = identity
  // What is absent is left out: a request of before is the same request.
  const input = { batch: of, ...(file != null && { file }), ...(document != null && { document }) }
  const request = { identity, requestId, operation: 'importPaymentResult', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const known = uuidFault(of) === null ? await findBatch(tx, of.toLowerCase()) : null
    if (known?.pool !== pool) throw NotFound.of({ zh: '该拨付批次', en: 'the payment batch' }, 'batch')
    const resultId = context.newId(now)
    const given = await resultFileOf(tx, context, input, { pool, by: `payment-result:${resultId}`, at: now })
    const digest = await checkBankResult(given, known.number)
    const batch = await holdBatch(tx, known.id)
    assert(batch !== null, 'a batch stays')
    const reported = await listReported(tx, batch.id)
    const rows: Known[] = (await listRows(tx, batch.id)).map((row) => ({
      ...row,
      payee: row.institution,
      isReported: reported.has(row.id),
    }))
    const { taken, returned, ...judged } = await judgeAnswers(given, rows)
    for (const { row, answer } of taken) await take(tx, context, row, { answer, at: now })
    await endBatch(tx, batch.id)
    const result = {
      ...judged,
      id: resultId,
      batchId: batch.id,
      pool: batch.pool,
      digest: canonicalDigest('payment-result', digest),
      document: given.path === 'document' ? (document?.toLowerCase() ?? null) : null,
      ...countTaken(taken),
      readBy: callerOf(identity),
      readAt: now,
    }
    await addResult(tx, result)
    await report(tx, context, returned, { resultId: result.id, at: now })
    return { id: result.id }
  })
  return id
}

type Taken = Answered<Known>

interface Reporting {
  readonly resultId: string
  readonly at: Temporal.Instant
}

/** Keeps what the bank says came back, or was paid after all, and tells the bureau that has to decide it. */
async function report(
  tx: Tx,
  context: Context,
  returned: readonly Taken[],
  { resultId, at }: Reporting,
): Promise<void> {
  const returns = returned.map((one) => ({
    ...reportOf(one, { id: context.newId(at), resultId, at }),
    institution: one.row.institution,
  }))
  await addReturns(tx, returns)
  for (const one of returns) await tellReported(tx, one)
}

interface Taking {
  readonly answer: BankAnswer
  readonly at: Temporal.Instant
}

/** Carries out one answer. */
async function take(tx: Tx, context: Context, row: PaymentRow, { answer, at }: Taking): Promise<void> {
  const { id: source, pool, institution, amount } = row
  const kind = answer.state === 'PAID' ? 'PAID' : 'REJECTED'
  const reason = kind === 'PAID' ? null : answer.reason
  await answerRow(tx, row.id, { state: kind, reason, bankReference: answer.reference || null, answeredAt: at })
  const entries = kind === 'PAID' ? paidEntries(row, amount) : rejectedEntries(row, amount)
  await postClearing(tx, { groupId: context.newId(at), kind, source, pool, institution, amount, at }, entries)
  const changed = await setParts(tx, await listParts(tx, [row.id]), kind === 'PAID' ? 'PAID' : 'BACK', at)
  for (const statement of changed) await tellStatement(tx, statement.id, { at, returned: kind === 'REJECTED' })
}
