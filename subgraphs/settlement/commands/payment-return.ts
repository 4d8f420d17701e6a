import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf, formatYuan, sum } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { paidEntries, returnedEntries, sentEntries } from '../domain/clearing-ledger.ts'
import { readWords } from '../domain/deduction.ts'
import { holdBatch, holdConfirmed, holdOpenDeposits, listParts, setParts } from '../store/clearing-payment.ts'
import { postClearing } from '../store/clearing-posting.ts'
import { decideReturn, findReturn, holdReturn, payRow, reopenRow, type PaymentReturn } from '../store/payment-return.ts'
import { staffOf, tellStatement } from './monthly-statement.ts'

export interface DecideReturnInput {
  readonly id: string
  readonly confirmed: boolean
  readonly reason: string
}

/**
 * Staff decide what the bank said that contradicts its answer of before. A payment that came back, confirmed, is taken back
 * by an entry of its own, and what it paid is owed again and goes into the next batch; dismissed, it stands. One that was
 * paid after it was rejected, confirmed, is paid by entries of its own; dismissed, what it was to pay goes into the next
 * batch. Answers the id.
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
    if (input.confirmed) await (held.kind === 'CAME_BACK' ? takeBack : takePaid)(tx, context, held, now)
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

/**
 * A transfer that was rejected was paid: it is posted as sent and paid once more. What it was to pay must still wait; if
 * another batch has it, it would be paid twice, which no entry mends.
 */
async function takePaid(tx: Tx, context: Context, held: PaymentReturn, at: Temporal.Instant): Promise<void> {
  const { id: source, rowId, pool, institution, amount, bankReference } = held
  const parts = await listParts(tx, [rowId])
  const idsOf = (isStatement: boolean) =>
    parts.filter((one) => (one.kind === 'STATEMENT') === isStatement).map((one) => one.partId)
  const statements = await holdConfirmed(tx, pool, idsOf(true))
  const deposits = await holdOpenDeposits(tx, pool, idsOf(false))
  if (statements.length + deposits.length !== parts.length) throw paidByAnother()
  await payRow(tx, rowId, { bankReference, answeredAt: at })
  const posting = { source, pool, institution, amount, at }
  await postClearing(tx, { ...posting, kind: 'SENT', groupId: context.newId(at) }, sentEntries(held, amount))
  await postClearing(tx, { ...posting, kind: 'PAID', groupId: context.newId(at) }, paidEntries(held, amount))
  for (const statement of await setParts(tx, parts, 'PAID', at)) await tellStatement(tx, statement.id, { at })
}

/** Tells the bureau that a transfer it has paid came back, or a rejected one was paid, and waits for its decision. */
export async function tellReported(tx: Tx, one: PaymentReturn): Promise<void> {
  const { id, institution, pool, amount, reportedAt: at } = one
  const template = one.kind === 'CAME_BACK' ? 'payment.return-reported' : 'payment.paid-reported'
  const data = { institution, pool, amount: formatYuan(amount) }
  const key = `${template}:${id}`
  await notify(tx, 'settlement', { to: { kind: 'staff', pool }, template, data, at, key })
}

export const noReturn = (): NotFound => NotFound.of({ zh: '该笔银行退款', en: 'the returned payment' }, 'input.id')

const paidByAnother = (): NotAllowed =>
  NotAllowed.at('input.id', 'PAID_BY_ANOTHER', {
    zh: '该笔款项已列入其他批次或已改正：请先读入该批次的银行结果；两笔均已付出的，请银行退回其中一笔并确认退款，再处理本笔',
    en: 'what it was to pay is in another batch, or was corrected: read the bank’s result of that batch first; when both were paid, have the bank give one back and confirm that, then decide this',
  })

export const decidedAlready = (): NotAllowed =>
  NotAllowed.at('input.id', 'DECIDED_ALREADY', { zh: '该笔退款已处理', en: 'was decided already' })
