import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { callerOf } from '@yibao/schema/identity'
import { fenOf, type Fen } from '@yibao/schema/money'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  planCorrection,
  readCorrection,
  requireOwn,
  type AccountPaid,
  type CorrectInput,
  type CorrectionPlan,
} from '../domain/contribution-correction.ts'
import { refund } from '../domain/contribution-pay.ts'
import { beginsFrom, owed, WITHDRAWN_BY, type Bill, type Receipt } from '../domain/contribution.ts'
import { addBills, findBillsById, findOpenOwn, holdOwnBills, setReplaced } from '../store/contribution-bills.ts'
import { addReceipts, findPendingFor, findPremiumsOf, setRefunded } from '../store/contribution-receipts.ts'
import { contributionRules } from '../store/contribution-rules.ts'
import { cancelOrders, tellCorrected, tellPayer } from './contribution-notice.ts'
import { settleBills } from './contribution-pay.ts'
import { CREDIT } from '../domain/employer-credit.ts'

interface By {
  readonly caller: string
  readonly at: Temporal.Instant
}

/**
 * Corrects what who pays alone owes for a period, by the bureau of its pool. The bill stays as it was made; answers the id
 * of the one that corrects it.
 */
export async function correctContributionBill(
  { db, now, as }: Context,
  { requestId, input }: { requestId: string; input: CorrectInput },
): Promise<string> {
  const identity = as('staff')
  const at = now()
  const rules = await contributionRules()
  const asked = { identity, requestId, operation: 'correctContributionBill', input, now: at }
  const { billId } = await once(db, asked, async (tx) => {
    const correction = readCorrection(input)
    const [named] = await findBillsById(tx, [correction.bill])
    if (named === undefined || named.pool !== identity.pool) {
      throw NotFound.of({ zh: '该核定', en: 'the bill' }, 'bill')
    }
    requireOwn(named)
    const chain = await holdOwnBills(tx, named)
    const ids = chain.map((one) => one.id)
    const by = { caller: callerOf(identity), at }
    const situation = { chain, premiums: await findPremiumsOf(tx, ids), rules, now: at, by: by.caller, newId }
    const plan = planCorrection(named, correction, situation)
    return { billId: await carryOut(tx, chain, plan, by) }
  })
  return billId
}

interface Left {
  readonly insuredId: string
  readonly pool: string
  readonly insuranceType: string
  /** The first day that is of the enrolment no longer. */
  readonly from: Temporal.PlainDate
}

/**
 * Withdraws what somebody was billed in a pool for periods that begin when they are enrolled there no longer, or pay nothing
 * any more, and nobody has paid. Orders of it are cancelled; where they go on they are billed anew.
 */
export async function withdrawBills(tx: Tx, { insuredId, pool, insuranceType, from }: Left, at: Temporal.Instant) {
  const rules = await contributionRules()
  for (const open of await findOpenOwn(tx, { insuredId, pool, insuranceType })) {
    if (!beginsFrom(open, from)) continue
    const chain = await holdOwnBills(tx, open)
    const named = chain.at(-1)
    // Of what was paid in part the bureau says what goes back.
    if (named === undefined || chain.some((one) => one.paidAt !== null && owed(one) !== 0n)) continue
    const correction = { bill: named.id, reason: WITHDRAWN, due: { by: 'NOTHING' } } as const
    const plan = planCorrection(named, correction, { chain, premiums: [], rules, now: at, by: WITHDRAWN_BY, newId })
    await carryOut(tx, chain, plan, { caller: WITHDRAWN_BY, at })
  }
}

const WITHDRAWN = '参保关系已转出、终止或转为退休，该期间不再应缴'

/** Bills, what settles them, and what goes back are one transaction; answers the id of the bill that stands. */
async function carryOut(tx: Tx, chain: readonly Bill[], plan: CorrectionPlan, by: By): Promise<string> {
  const { made, replaced, returned, owedBack, before, after } = plan
  const last = made.at(-1)
  if (last === undefined) throw new Error('a correction makes a bill')
  await addBills(tx, made)
  if (replaced !== null) {
    await setReplaced(tx, replaced, last.id)
    await cancelOrders(tx, await findPendingFor(tx, replaced.id), by.at)
  }
  for (const bill of made.filter((one) => owed(one) <= 0n)) {
    const receipt = receiptOf(bill, 'OFFSET', owed(bill), by)
    await addReceipts(tx, [receipt])
    await settleBills(tx, [bill], receipt)
  }
  for (const one of returned) await giveBack(tx, chain, one, by)
  await tellCorrected(tx, { bill: last, before, after }, by.at)
  if (owedBack > 0n) {
    const receipt = receiptOf(last, 'OVERPAID', owedBack, by)
    await addReceipts(tx, [receipt])
    await tellPayer(tx, receipt, 'surplus', by.at)
  }
  return last.id
}

/** Lets settlement give a premium back to the account it came from, and keeps that it went. */
async function giveBack(tx: Tx, chain: readonly Bill[], { billId, premiumId }: AccountPaid, { caller, at }: By) {
  const paid = chain.find((one) => one.id === billId)
  if (paid === undefined) throw new Error('what an account has paid is a bill')
  const receipt = receiptOf(paid, 'OVERPAID', owed(paid), { caller, at })
  await addReceipts(tx, [receipt])
  const kept = { ...receipt, refundedAt: null, refundedBy: null, refundReference: null }
  await setRefunded(tx, refund(kept, { by: caller, reference: premiumId, at }))
  await publish(tx, 'insured', { insuredId: paid.insuredId, topic: 'premium.returned', payload: { premiumId }, at })
  await tellPayer(tx, receipt, 'account-returned', at)
}

/** What is settled, or owed back, without that money comes in. */
function receiptOf(bill: Bill, state: 'OFFSET' | 'OVERPAID', amount: Fen, { caller, at }: By): Receipt {
  const { pool, insuranceType, period, insuredId, id: billId } = bill
  const id = newId()
  const isOffset = state === 'OFFSET'
  return {
    id,
    channel: CREDIT,
    reference: id,
    state,
    pool,
    insuranceType,
    period,
    insuredId,
    billId,
    employer: null,
    amount: fenOf(amount),
    caller,
    orderedBy: null,
    madeAt: at,
    receivedAt: isOffset ? null : at,
    postedAt: isOffset ? at : null,
  }
}
