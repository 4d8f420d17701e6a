import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { creditCodeFault } from '@yibao/schema/credit-code'
import { callerOf } from '@yibao/schema/identity'
import { problemAt } from '@yibao/schema/ids'
import { fenOf, sum } from '@yibao/schema/money'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { Context, Services } from '../context.ts'
import { readChoice } from '../domain/contribution-bill.ts'
import { noCredit } from '../domain/contribution-refusals.ts'
import { owed, type Receipt } from '../domain/contribution.ts'
import { CREDIT, leftOf, planSetOff, type CreditKey } from '../domain/employer-credit.ts'
import { findUnpaidOf } from '../store/contribution-bills.ts'
import { addReceipts, findPendingOf } from '../store/contribution-receipts.ts'
import {
  addEntries,
  closeSetOffs,
  findLastLeftOver,
  findOpenMonths,
  findSurpluses,
  holdCredit,
} from '../store/employer-credit.ts'
import { cancelOrders, tellCredit } from './contribution-notice.ts'
import { settleBills } from './contribution-pay.ts'

/** Who writes what is set off. */
const CALLER = 'platform:credit'
/** Employers of one run. */
const BATCH = 100

/**
 * Sets what an employer has to its credit against its open months, and settles those of which nothing is left to pay;
 * what they leave over is its credit. What was ordered of another sum than is left is cancelled. Part of the transaction that
 * makes bills.
 */
export async function setOffCredit(tx: Tx, key: CreditKey, at: Temporal.Instant): Promise<void> {
  const held = await holdCredit(tx, key)
  const { entries, settled } = planSetOff(await findOpenMonths(tx, held), held.balance)
  const receipts = new Map<string, string>()
  for (const period of settled) {
    const bills = await findUnpaidOf(tx, { ...key, period })
    const receipt = receiptOf({ ...key, period, amount: sum(bills.map(owed)), state: 'OFFSET', caller: CALLER, at })
    await addReceipts(tx, [receipt])
    await settleBills(tx, bills, receipt)
    receipts.set(period, receipt.id)
  }
  const made = entries.map((one) => ({
    ...one,
    id: newId(),
    receiptId: one.kind === 'SET_OFF' ? null : (receipts.get(one.period) ?? null),
    at,
  }))
  await addEntries(tx, held.id, made)
  for (const [period, receiptId] of receipts) await closeSetOffs(tx, held.id, period, receiptId)
  for (const one of made) await tellCredit(tx, key, one)
  const left = new Map((await findOpenMonths(tx, held)).map((month) => [month.period, leftOf(month)]))
  const orders = await findPendingOf(tx, key)
  await cancelOrders(
    tx,
    orders.filter((one) => left.get(one.period) !== one.amount),
    at,
  )
}

type Made = CreditKey &
  Pick<Receipt, 'amount' | 'caller' | 'period'> & {
    readonly state: 'OFFSET' | 'OVERPAID'
    readonly at: Temporal.Instant
  }

function receiptOf({ at, state, ...of }: Made): Receipt {
  const id = newId()
  const isOffset = state === 'OFFSET'
  return {
    ...of,
    id,
    channel: CREDIT,
    reference: id,
    state,
    insuredId: null,
    billId: null,
    orderedBy: null,
    madeAt: at,
    receivedAt: isOffset ? null : at,
    postedAt: isOffset ? at : null,
  }
}

/** Settles months that come to nothing or less and that no bill made since has settled. */
export async function settleSurpluses({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<void> {
  for (let found = BATCH; found === BATCH;) {
    const keys = await findSurpluses(db.orm, BATCH)
    for (const key of keys) await db.orm.transaction((tx) => setOffCredit(tx, key, clock()))
    found = keys.length
  }
}

interface ReturnInput {
  readonly employer: string
  readonly insuranceType: string
}

/**
 * Turns what an employer has to its credit in the pool of the bureau into money that is owed back, which goes back as what
 * was paid twice does. What is set against a month stays there. Answers the id of the receipt.
 */
export async function returnCredit(
  { db, now, as }: Context,
  { requestId, input }: { requestId: string; input: ReturnInput },
): Promise<string> {
  const identity = as('staff')
  const at = now()
  const asked = { identity, requestId, operation: 'returnEmployerCredit', input, now: at }
  const { receiptId } = await once(db, asked, async (tx) => {
    const problems: Problem[] = []
    const fault = creditCodeFault(input.employer)
    if (fault !== null) problems.push(problemAt('employer', fault))
    readChoice(input, problems)
    InvalidInput.throwIf(problems)
    const held = await holdCredit(tx, { ...input, pool: identity.pool })
    const { id: creditId, balance: amount, ...key } = held
    const period = await findLastLeftOver(tx, creditId)
    if (amount === 0n || period === null) throw noCredit()
    const receipt = receiptOf({ ...key, period, amount, state: 'OVERPAID', caller: callerOf(identity), at })
    await addReceipts(tx, [receipt])
    const entry = { kind: 'RETURNED', period: null, amount: fenOf(0n - amount), receiptId: receipt.id, at } as const
    await addEntries(tx, creditId, [{ ...entry, id: newId() }])
    return { receiptId: receipt.id }
  })
  return receiptId
}
