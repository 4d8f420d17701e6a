import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf, formatYuan, sum } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { returnedEntries } from '../domain/clearing-ledger.ts'
import { readWords } from '../domain/deduction.ts'
import { holdBatch, listParts, setParts } from '../store/clearing-payment.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { decideReturn, findReturn, holdReturn, reopenRow, type PaymentReturn } from '../store/payment-return.ts'
import { staffOf, tellStatement } from './monthly-statement.ts'

export interface DecideReturnInput {
  readonly id: string
  readonly confirmed: boolean
  readonly reason: string
}

/**
 * Staff decide what the bank said came back after it had said it was paid. Confirmed, the payment is taken back by an entry
 * of its own, and what it paid is owed again and goes into the next batch; dismissed, the payment stands. Answers the id.
 */
export async function decidePaymentReturn(
  context: Context,
  requestId: string,
  input: DecideReturnInput,
): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const request = { identity, requestId, operation: 'decidePaymentReturn', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const reason = readWords('input.reason', input.reason)
    const held = await holdOwnReturn(tx, input.id, identity.pool)
    if (held.state !== 'OPEN') throw decidedAlready()
    const state = input.confirmed ? 'CONFIRMED' : 'DISMISSED'
    await decideReturn(tx, held.id, { state, reason, decidedBy: callerOf(identity), decidedAt: now })
    if (input.confirmed) await takeBack(tx, context, held, now)
    return { id: held.id }
  })
  return id
}

async function holdOwnReturn(tx: Tx, id: string, pool: string): Promise<PaymentReturn> {
  const found = uuidFault(id) === null ? await findReturn(tx, id.toLowerCase()) : null
  if (found?.pool !== pool) throw noReturn()
  // In the order in which answers of the bank hold them.
  await holdBatch(tx, found.batchId)
  const held = await holdReturn(tx, found.id)
  if (held === null) throw noReturn()
  return held
}

async function takeBack(tx: Tx, context: Context, held: PaymentReturn, at: Temporal.Instant): Promise<void> {
  const { id: source, rowId, pool, institution, amount } = held
  await reopenRow(tx, rowId)
  const posting = { groupId: context.newId(at), kind: 'RETURNED' as const, source, pool, institution, amount, at }
  await postClearing(tx, posting, returnedEntries(held, amount))
  const parts = await listParts(tx, [rowId])
  for (const statement of await setParts(tx, parts, 'BACK', at))
    await tellStatement(tx, statement.id, { at, returned: true })
  const deposits = parts.filter((one) => one.kind !== 'STATEMENT')
  if (deposits.length === 0) return
  const data = { pool, amount: formatYuan(fenOf(sum(deposits.map((one) => one.amount)))) }
  const to = { kind: 'institution', institution } as const
  await notify(tx, 'settlement', { to, template: 'deposit.returned', data, at, key: `deposit.returned:${source}` })
}

/** Tells the bureau that a transfer it has paid came back, and waits for its decision. */
export async function tellReported(tx: Tx, one: PaymentReturn): Promise<void> {
  const { id, institution, pool, amount, reportedAt: at } = one
  const data = { institution, pool, amount: formatYuan(amount) }
  const key = `payment.return-reported:${id}`
  await notify(tx, 'settlement', { to: { kind: 'staff', pool }, template: 'payment.return-reported', data, at, key })
}

export const noReturn = (): NotFound => NotFound.of({ zh: '该笔银行退款', en: 'the returned payment' }, 'input.id')

const decidedAlready = (): NotAllowed =>
  NotAllowed.at('input.id', 'DECIDED_ALREADY', { zh: '该笔退款已处理', en: 'was decided already' })
