import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { formatYuan, type Fen } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { Fields } from '../domain/fields.ts'
import {
  netOf,
  noNetPayment,
  noNetStatement,
  otherNet,
  wrongNetState,
  type NetPayment,
  type NetState,
  type NetStatement,
} from '../domain/netting.ts'
import { readAmount } from '../domain/pool-statement.ts'
import { readOther } from '../domain/prefund.ts'
import { netEntries } from '../domain/province-ledger.ts'
import { postClearing } from '../store/clearing-posting.ts'
import {
  addNetPayment,
  holdNetPayment,
  holdNetStatement,
  listPaymentParts,
  setNetPayment,
  setNetStatement,
  sumByPool,
} from '../store/netting.ts'
import { addMessage } from '../store/province-message.ts'
import { noteNetStep, speakerIn } from './net-statement.ts'

const STATEMENTS_MAX = 100

export interface PayNetInput {
  readonly province: string
  readonly statements: readonly string[]
  readonly amount: string
  readonly bankReference: string
  readonly paidOn: string
}

/** Pays what statements of both directions come to, by one transfer; the side that owes more pays. Answers the payment. */
export async function payNet(context: Context, requestId: string, input: PayNetInput): Promise<string> {
  const identity = speakerIn(context)
  const { pool } = identity
  const now = context.now()
  const { id } = await once(context.db, { identity, requestId, operation: 'payNet', input, now }, async (tx) => {
    const read = readPayment(input, pool.slice(0, 2), now)
    const found = await holdConfirmed(tx, read.province, read.statements)
    const net = netOf(found)
    if (net < 0n || read.amount !== net) throw otherNet(net)
    const { province, amount, bankReference, paidOn } = read
    const made = context.newId(now)
    const payment: NetPayment = {
      id: made,
      province,
      side: 'PAYER',
      state: 'PAID',
      pool,
      amount,
      bankReference,
      paidOn,
      trouble: null,
    }
    const ids = found.map((one) => one.id)
    await addNetPayment(tx, payment, ids)
    await post(tx, context, { payment, ids, pool, at: now })
    await step(tx, context, found, { state: 'PAID', caller: callerOf(identity), at: now })
    const how = { amount: formatYuan(amount), bankReference, paidOn: paidOn.toString() }
    const message = { step: 'PAID', id: made, statements: ids, ...how }
    await addMessage(tx, { id: context.newId(now), province, type: 'netting', pool, message, at: now })
    return { id: made }
  })
  return id
}

function readPayment(input: PayNetInput, own: string, now: Temporal.Instant) {
  const fields = new Fields()
  const province = readOther(fields, own, input.province)
  const statements = [...new Set(input.statements.map((one) => one.toLowerCase()))]
  if (statements.length === 0 || statements.length > STATEMENTS_MAX)
    fields.fault('statements', 'RANGE', { zh: `应有 1 至 ${STATEMENTS_MAX} 份`, en: `must be 1 to ${STATEMENTS_MAX}` })
  const amount = fields.money('amount', input.amount)
  const bankReference = fields.text('bankReference', input.bankReference, { max: 64, ascii: true }) ?? ''
  const paidOn = Temporal.PlainDate.from(input.paidOn)
  if (Temporal.PlainDate.compare(paidOn, dayOf(now)) > 0)
    fields.fault('paidOn', 'RANGE', { zh: '不能晚于今日', en: 'must not be later than today' })
  fields.check()
  return { province, statements, amount, bankReference, paidOn }
}

async function holdConfirmed(tx: Tx, province: string, ids: readonly string[]): Promise<NetStatement[]> {
  const found: NetStatement[] = []
  for (const id of ids.toSorted()) {
    const statement = uuidFault(id) === null ? await holdNetStatement(tx, id) : null
    if (statement === null || statement.province !== province) throw noNetStatement()
    if (statement.state !== 'CONFIRMED') throw wrongNetState(statement.state, 'statements')
    found.push(statement)
  }
  return found
}

/** The money has come in: exactly that, or it is not this payment. Answers its id. */
export async function receiveNet(
  context: Context,
  requestId: string,
  input: { readonly payment: string; readonly amount: string },
): Promise<string> {
  const identity = speakerIn(context)
  const { pool } = identity
  const now = context.now()
  const { id } = await once(context.db, { identity, requestId, operation: 'receiveNet', input, now }, async (tx) => {
    const payment = uuidFault(input.payment) === null ? await holdNetPayment(tx, input.payment.toLowerCase()) : null
    if (payment === null || payment.side !== 'RECEIVER') throw noNetPayment()
    if (payment.state !== 'PAID') throw wrongNetState(payment.state, 'payment')
    if (readAmount(input.amount) !== payment.amount) throw otherNet(payment.amount)
    const ids = (await listPaymentParts(tx, [payment.id])).map((one) => one.statementId)
    await setNetPayment(tx, payment.id, { state: 'RECEIVED', pool })
    await post(tx, context, { payment, ids, pool, at: now })
    const found: NetStatement[] = []
    for (const one of ids) found.push((await holdNetStatement(tx, one)) ?? fail())
    await step(tx, context, found, { state: 'RECEIVED', caller: callerOf(identity), at: now })
    const message = { step: 'RECEIVED', id: payment.id }
    const { province } = payment
    await addMessage(tx, { id: context.newId(now), province, type: 'netting', pool, message, at: now })
    return { id: payment.id }
  })
  return id
}

const fail = (): never => {
  throw new TypeError('what a payment settles is there')
}

interface Posting {
  readonly payment: NetPayment
  readonly ids: readonly string[]
  readonly pool: string
  readonly at: Temporal.Instant
}

/** What the statements settle, in the books of this province: of the payer when it has paid, of the receiver when it came in. */
async function post(tx: Tx, { newId }: Context, { payment, ids, pool, at }: Posting): Promise<void> {
  const { id: source, side, province } = payment
  const amount: Fen = payment.amount
  const kind = side === 'PAYER' ? ('PROVINCE_PAID' as const) : ('PROVINCE_RECEIVED' as const)
  const posting = { groupId: newId(at), kind, source, pool, institution: null, amount, at }
  await postClearing(tx, posting, netEntries({ pool, province }, await sumByPool(tx, ids)))
}

async function step(
  tx: Tx,
  context: Context,
  statements: readonly NetStatement[],
  { state, ...by }: { readonly state: NetState; readonly caller: string; readonly at: Temporal.Instant },
): Promise<void> {
  for (const one of statements) {
    await setNetStatement(tx, one.id, { state })
    await noteNetStep(tx, context, { ...one, state }, by)
  }
}
