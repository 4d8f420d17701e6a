import type { Tx } from '@yibao/drizzle/connect'
import { dayOf } from '@yibao/schema/dates'
import { fenOf, ZERO } from '@yibao/schema/money'
import { Rejection } from '@yibao/schema/rejection'
import type { Services } from '../context.ts'
import { isOver } from '../domain/clearing.ts'
import { monthNotOver } from '../domain/clearing-refusals.ts'
import {
  disputeOf,
  isOpenNet,
  netDiffers,
  netOf,
  wrongNetState,
  type NetPayment,
  type NetStatement,
} from '../domain/netting.ts'
import { isPaidTomorrow, later, taken, type MoneyAnswer } from '../domain/province-message.ts'
import type { NettingMessage, NettingStep } from '../peers/money-message.ts'
import { addDisputes, disputeAll, disputeFollowers, releaseDisputed } from '../store/net-dispute.ts'
import {
  addNetItems,
  addNetPayment,
  addNetStatement,
  hasOwn,
  holdNetPayment,
  holdNetStatement,
  listOwned,
  listPaymentParts,
  listStandsIn,
  setNetPayment,
  setNetStatement,
  sumDisputes,
  sumNetItems,
} from '../store/netting.ts'
import { noteNetStep } from './net-statement.ts'
import { takeWithdrawing, takeWithdrawn } from './net-withdraw.ts'

type Working = Pick<Services, 'db' | 'clock' | 'newId' | 'provinces' | 'clearing'>

/** Takes a step of the monthly net clearing: once, and in whatever order it is heard of. */
export function takeNetting(working: Working, province: string, message: NettingMessage): Promise<MoneyAnswer> {
  return working.db.orm.transaction((tx) => {
    switch (message.step) {
      case 'LINES':
        return takeLines(tx, working, province, message)
      case 'DECLARED':
        return takeDeclared(tx, working, province, message)
      case 'WITHDRAWING':
        return takeWithdrawing(tx, working, province, message)
      case 'WITHDRAWN':
        return takeWithdrawn(tx, working, province, message)
      case 'CONFIRMED':
        return takeConfirmed(tx, working, province, message)
      case 'PAID':
        return takePaid(tx, working, province, message)
      case 'RECEIVED':
        return takeReceived(tx, working, province, message)
    }
  }, 'serializable')
}

/** Holds a statement that is of this province and side; refuses one that is not. */
async function held(tx: Tx, id: string, { province, side }: Pick<NetStatement, 'province' | 'side'>) {
  const statement = await holdNetStatement(tx, id)
  if (statement !== null && (statement.province !== province || statement.side !== side)) throw netDiffers()
  return statement
}

/** At home: lines are kept as they come; what the books here say otherwise is disputed by rule. */
async function takeLines(tx: Tx, { clock }: Working, province: string, message: NettingStep<'LINES'>) {
  const { id, month, lines } = message
  // By the clock here; that of the place may be ahead by some hours.
  const now = clock()
  if (month > dayOf(now).toString().slice(0, 7)) throw monthNotOver(month, 'month')
  if (!isOver(month, now)) return later(id)
  const before = await held(tx, id, { province, side: 'HOME' })
  if (before !== null && before.state !== 'ARRIVING') return taken(id)
  if (before === null) {
    const none = { count: 0, amount: ZERO, dueOn: null }
    await addNetStatement(tx, { id, province, side: 'HOME', month, state: 'ARRIVING', ...none })
  }
  const items = lines.map((one) => one.item)
  // What this province is owed for is not the other's to name.
  if (await hasOwn(tx, [...items, ...lines.map((one) => one.bill)])) throw netDiffers()
  const owned = await listOwned(tx, province, items)
  const stand = await addNetItems(
    tx,
    lines.map((one) => {
      const own = owned.get(one.item)
      return { ...one, statementId: id, pool: own?.pool ?? null, disputed: disputeOf(one, own) }
    }),
  )
  const elsewhere = (await listStandsIn(tx, items)).filter((one) => one.statementId !== id).map((one) => one.item)
  const words = '已在其他清算单中。 It stands in another statement.'
  const refused = lines.filter((one) => elsewhere.includes(one.item) && !stand.includes(one.item))
  await addDisputes(
    tx,
    refused.map((one) => ({ ...one, statementId: id, words })),
  )
  return taken(id)
}

/** At home: all lines are there, and come to what the place says. */
async function takeDeclared(tx: Tx, working: Working, province: string, message: NettingStep<'DECLARED'>) {
  const { id, count, amount } = message
  const statement = await held(tx, id, { province, side: 'HOME' })
  if (statement === null) return later(id)
  if (statement.state !== 'ARRIVING') return taken(id)
  const [stands, gone] = [await sumNetItems(tx, id), await sumDisputes(tx, id)]
  if (stands.count + gone.count < count) return later(id)
  if (stands.count + gone.count !== count || stands.amount + gone.amount !== amount) throw netDiffers()
  await disputeFollowers(tx, id)
  const set = { state: 'DECLARED' as const, ...stands }
  await setNetStatement(tx, id, set)
  await noteNetStep(tx, working, { ...statement, ...set }, { caller: `province:${province}`, at: working.clock() })
  return taken(id)
}

/** At the place: what home disputes leaves the statement; what is left is the same on both sides, or nothing is taken. */
async function takeConfirmed(tx: Tx, working: Working, province: string, message: NettingStep<'CONFIRMED'>) {
  const { id, disputed, count, amount } = message
  const statement = await held(tx, id, { province, side: 'PLACE' })
  if (statement === null) throw netDiffers()
  // One that was asked back too late stands.
  if (!isOpenNet(statement.state)) return taken(id)
  await disputeAll(tx, id, disputed)
  // What follows them home must have disputed too, or the rest is not the same.
  await disputeFollowers(tx, id)
  await releaseDisputed(tx, id)
  const left = await sumNetItems(tx, id)
  if (left.count !== count || left.amount !== amount) throw netDiffers()
  const at = working.clock()
  const set = { state: 'CONFIRMED' as const, ...left, dueOn: working.clearing.provinceDueOn(dayOf(at)).day }
  await setNetStatement(tx, id, set)
  await noteNetStep(tx, working, { ...statement, ...set }, { caller: `province:${province}`, at })
  return taken(id)
}

/**
 * At the receiver, which alone decides whether a payment counts: both sides may pay the same statement at once. What is refused
 * is on record, so that a copy that comes later is not taken when the statements are free again.
 */
async function takePaid(
  tx: Tx,
  working: Working,
  province: string,
  message: NettingStep<'PAID'>,
): Promise<MoneyAnswer> {
  const { id, amount, bankReference, paidOn } = message
  const before = await holdNetPayment(tx, id)
  if (before !== null && (before.province !== province || before.side !== 'RECEIVER')) throw netDiffers()
  if (before?.state === 'DENIED') throw wrongNetState(before.state, 'payment')
  if (before !== null) {
    if (!(await isSamePaid(tx, before, message))) throw netDiffers()
    return taken(id)
  }
  try {
    return await settlePaid(tx, working, province, message)
  } catch (refusal) {
    if (!(refusal instanceof Rejection)) throw refusal
    const { code: trouble } = refusal
    const state = 'DENIED' as const
    await addNetPayment(
      tx,
      { id, province, side: 'RECEIVER', state, pool: null, amount, bankReference, paidOn, trouble },
      [],
    )
    return { id, state: 'REFUSED', rejection: refusal.store() }
  }
}

/** Whether a payment that is on record is told with the same content. */
async function isSamePaid(tx: Tx, before: NetPayment, message: NettingStep<'PAID'>): Promise<boolean> {
  const parts = (await listPaymentParts(tx, [before.id])).map((one) => one.statementId)
  return (
    before.amount === message.amount &&
    before.bankReference === message.bankReference &&
    before.paidOn.equals(message.paidOn) &&
    parts.toSorted().join() === message.statements.toSorted().join()
  )
}

/** What was paid is what the statements of both directions come to here. */
async function settlePaid(tx: Tx, working: Working, province: string, message: NettingStep<'PAID'>) {
  const { id, statements, amount, bankReference, paidOn } = message
  if (isPaidTomorrow(paidOn, working.clock())) return later(id)
  const found: NetStatement[] = []
  for (const one of statements) {
    const statement = await holdNetStatement(tx, one)
    if (statement === null || isOpenNet(statement.state)) return later(id)
    if (statement.province !== province) throw netDiffers()
    if (statement.state !== 'CONFIRMED') throw wrongNetState(statement.state)
    found.push(statement)
  }
  if (netOf(found) !== fenOf(0n - amount)) throw netDiffers()
  const side = 'RECEIVER' as const
  const payment = {
    id,
    province,
    side,
    state: 'PAID',
    pool: null,
    amount,
    bankReference,
    paidOn,
    trouble: null,
  } as const
  await addNetPayment(tx, payment, statements)
  for (const one of found) {
    await setNetStatement(tx, one.id, { state: 'PAID' })
    await noteNetStep(tx, working, { ...one, state: 'PAID' }, { caller: `province:${province}`, at: working.clock() })
  }
  return taken(id)
}

/** At the payer: it has come in. */
async function takeReceived(tx: Tx, working: Working, province: string, { id }: NettingStep<'RECEIVED'>) {
  const payment = await holdNetPayment(tx, id)
  if (payment === null || payment.province !== province || payment.side !== 'PAYER') throw netDiffers()
  if (payment.state === 'RECEIVED') return taken(id)
  // It was refused there, and taken back here.
  if (payment.state === 'DENIED') throw wrongNetState(payment.state, 'payment')
  await setNetPayment(tx, id, { state: 'RECEIVED' })
  for (const { statementId } of await listPaymentParts(tx, [id])) {
    const statement = await holdNetStatement(tx, statementId)
    if (statement === null) continue
    await setNetStatement(tx, statementId, { state: 'RECEIVED' })
    const step = { caller: `province:${province}`, at: working.clock() }
    await noteNetStep(tx, working, { ...statement, state: 'RECEIVED' }, step)
  }
  return taken(id)
}
