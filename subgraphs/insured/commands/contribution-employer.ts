import assert from 'node:assert/strict'
import { randomUUIDv7 } from 'node:crypto'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { creditCodeFault } from '@yibao/schema/credit-code'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { dayOf } from '@yibao/schema/dates'
import { divisionFault, problemAt, uuidFault } from '@yibao/schema/ids'
import { fenOf, sum } from '@yibao/schema/money'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { checkPeriod, readChoice } from '../domain/contribution-bill.ts'
import { checkUnbilled, readAmount, readReceived } from '../domain/contribution-pay.ts'
import { amountDiffers, nothingOwed, orderCancelled, referenceUsed } from '../domain/contribution-refusals.ts'
import { owed, type Receipt } from '../domain/contribution.ts'
import { findUnpaidOf } from '../store/contribution-bills.ts'
import {
  addReceipts,
  findByReference,
  findOpenOrder,
  findReceipt,
  setReceived,
} from '../store/contribution-receipts.ts'
import { findEmployer } from '../store/employers.ts'
import { closeSetOffs, findSetOff, holdCredit } from '../store/employer-credit.ts'
import { tellOwedBack } from './contribution-notice.ts'
import { channelOf, settleBills } from './contribution-pay.ts'

export interface PayEmployerInput {
  readonly employer?: string | null | undefined
  readonly pool: string
  readonly insuranceType: string
  readonly period: string
  readonly amount: string
  readonly order?: string | null | undefined
  readonly reference?: string | null | undefined
  readonly receivedAt?: string | null | undefined
}

/**
 * Posts what an employer pays for a month, all its people at once; asked by the employer, orders it. What is left to pay
 * is the sum of the bills and of the differences corrections made, less the credit that is set against it; nothing less is
 * taken.
 */
export async function payEmployerContributions(
  { db, now, identity }: Context,
  { requestId, input }: { requestId: string; input: PayEmployerInput },
): Promise<string> {
  assert(identity !== null, 'the schema lets nobody else in')
  const at = now()
  const asked = { identity, requestId, operation: 'payEmployerContributions', input, now: at }
  const { receiptId } = await once(db, asked, async (tx) => {
    const { employer, amount, reference, receivedAt } = read(identity, input, at)
    const { pool, insuranceType, period } = input
    const channel = channelOf(identity)
    const [known] = await findByReference(tx, channel, [reference])
    if (known !== undefined) {
      if (!isOf(known, { employer, pool, insuranceType, period }) || known.amount !== amount) throw referenceUsed()
      return { receiptId: known.id }
    }
    const held = await holdCredit(tx, { employer, pool, insuranceType })
    const bills = await findUnpaidOf(tx, { employer, pool, insuranceType, period })
    const setOff = await findSetOff(tx, held.id, period)
    const left = fenOf(sum(bills.map(owed)) - setOff)
    const isLeft = left > 0n
    const isWhole = left === amount
    const ordered = input.order == null ? null : await findReceipt(tx, input.order)
    if (input.order != null && (ordered === null || !isOf(ordered, { employer, pool, insuranceType, period }))) {
      throw NotFound.of({ zh: '该缴费单', en: 'the order' }, 'order')
    }
    if (ordered?.state === 'CANCELLED' && !isWhole && receivedAt === null) throw orderCancelled()
    if (!isLeft && receivedAt === null) throw nothingOwed()
    if (isLeft && !isWhole && receivedAt === null) throw amountDiffers(left)
    if (!isWhole) {
      const isRegistered = (await findEmployer(tx, employer, pool)) !== null
      checkUnbilled({ isRegistered, period, amount, today: dayOf(at) })
    }
    const isOrder = identity.kind === 'employer'
    // An order that was paid before or is of another sum stays as it is; what comes now is a payment of its own.
    const isOpen = ordered?.state === 'PENDING' || ordered?.state === 'CANCELLED'
    const fills = isOpen && ordered.amount === amount ? ordered.id : null
    const id = fills ?? newId()
    const receipt: Receipt = {
      id,
      channel,
      reference: isOrder ? id : reference,
      state: isOrder ? 'PENDING' : !isLeft ? 'OVERPAID' : isWhole ? 'POSTED' : 'UNAPPLIED',
      pool,
      insuranceType,
      period,
      insuredId: null,
      billId: null,
      employer,
      amount,
      caller: callerOf(identity),
      orderedBy: isOrder ? callerOf(identity) : null,
      madeAt: at,
      receivedAt: isOrder ? null : (receivedAt ?? at),
      postedAt: !isOrder && isLeft && isWhole ? at : null,
    }
    const open = isOrder ? await findOpenOrder(tx, receipt) : null
    if (open !== null) return { receiptId: open.id }
    if (fills === null) await addReceipts(tx, [receipt])
    else await setReceived(tx, receipt)
    if (receipt.state === 'POSTED') {
      await settleBills(tx, bills, receipt)
      await closeSetOffs(tx, held.id, period, id)
    }
    await tellOwedBack(tx, receipt, at)
    return { receiptId: id }
  })
  return receiptId
}

type Month = Pick<Receipt, 'employer' | 'pool' | 'insuranceType' | 'period'>
const isOf = (one: Month, { employer, pool, insuranceType, period }: Month): boolean =>
  one.employer === employer && one.pool === pool && one.insuranceType === insuranceType && one.period === period

function read(identity: Identity, input: PayEmployerInput, now: Temporal.Instant) {
  const problems: Problem[] = []
  const own = identity.kind === 'employer' ? identity.employer : null
  const employer = input.employer ?? own ?? ''
  const code = creditCodeFault(employer)
  if (code !== null) problems.push(problemAt('employer', code))
  const pool = divisionFault(input.pool)
  if (pool !== null) problems.push(problemAt('pool', pool))
  readChoice(input, problems)
  checkPeriod(input.period, 'period', problems)
  const order = input.order == null ? null : uuidFault(input.order)
  if (order !== null) problems.push(problemAt('order', order))
  const amount = readAmount(input.amount, 'amount', problems)
  const given = own === null ? input : { reference: randomUUIDv7(), receivedAt: null }
  const received = readReceived(given, { now, problems })
  InvalidInput.throwIf(problems)
  if (own !== null && employer !== own) {
    const message = { zh: '只能缴纳本单位费款', en: 'an employer pays its own contributions' }
    throw NotAllowed.at('employer', 'NOT_YOURSELF', message)
  }
  if (identity.kind === 'staff' && input.pool !== identity.pool) {
    const message = { zh: '不是本统筹区', en: 'is the pool of another bureau' }
    throw NotAllowed.at('pool', 'POOL_NOT_YOURS', message)
  }
  return { employer, amount, ...received }
}
