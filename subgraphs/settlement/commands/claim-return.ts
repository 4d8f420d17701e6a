import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf, formatYuan, sum } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { isEnded, isOverpaid, leftToPay, paidByAnotherTransfer } from '../domain/claim-payment.ts'
import { readWords } from '../domain/deduction.ts'
import { holdClaimBatch, isWithBank, setClaimRow } from '../store/claim-payment.ts'
import { holdOpenRecoveries } from '../store/claim-recovery.ts'
import { decideClaimReturn, findClaimReturn, holdClaimReturn, type ShownClaimReturn } from '../store/claim-return.ts'
import type { Claim } from '../domain/claim.ts'
import { findClaim } from '../store/claim.ts'
import { balanceClaim } from './claim-balance.ts'
import { giveBack, markPaid } from './claim-bank-result.ts'
import { postClaim } from './claim-posting.ts'
import { tellClaimStaff } from './claim-tell.ts'
import { staffOf } from './monthly-statement.ts'
import { decidedAlready, noReturn, type DecideReturnInput } from './payment-return.ts'

interface Deciding {
  readonly by: string
  readonly at: Temporal.Instant
}

/**
 * Staff decide what the bank said that contradicts its answer of before. A payment that came back, confirmed, is owed again,
 * and the person corrects the account; dismissed, it stands. One that was paid after it was rejected, confirmed, is paid, and
 * what is too much since another transfer paid the claim as well is owed back; dismissed, the claim is paid by the next
 * batch. Answers the id.
 */
export async function decideClaimPaymentReturn(
  context: Context,
  requestId: string,
  input: DecideReturnInput,
): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const request = { identity, requestId, operation: 'decideClaimPaymentReturn', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const reason = readWords('input.reason', input.reason)
    const held = await holdOwn(tx, input.id, identity.pool)
    if (held.state !== 'OPEN') throw decidedAlready()
    const state = input.confirmed ? 'CONFIRMED' : 'DISMISSED'
    const by = callerOf(identity)
    await decideClaimReturn(tx, held.id, { state, reason, decidedBy: by, decidedAt: now })
    if (input.confirmed) await (held.kind === 'CAME_BACK' ? takeBack : takePaid)(tx, context, held, { by, at: now })
    return { id: held.id }
  })
  return id
}

async function holdOwn(tx: Tx, id: string, pool: string): Promise<ShownClaimReturn> {
  const found = uuidFault(id) === null ? await findClaimReturn(tx, id.toLowerCase()) : null
  if (found?.pool !== pool) throw noReturn()
  // In the order in which answers of the bank hold them.
  await holdClaimBatch(tx, found.batchId)
  const held = await holdClaimReturn(tx, found.id)
  if (held === null) throw noReturn()
  return { ...found, ...held }
}

async function takeBack(tx: Tx, context: Context, held: ShownClaimReturn, { by, at }: Deciding): Promise<void> {
  const { id: source, rowId, claimId, pool, amount, bankReason: reason } = held
  const claim = await findClaim(tx, claimId)
  assert(claim !== null, 'what was paid stays')
  await setClaimRow(tx, rowId, { state: 'RETURNED' })
  await postClaim(tx, context, 'CLAIM_RETURNED', { source, pool, amount, at })
  // What is decided anew, or with the bank once more, only has its money back.
  const to = claim.state === 'PAID' ? 'PAYMENT_RETURNED' : claim.state
  const set = { paid: fenOf(claim.paid - amount) }
  const isSetOff = await coversRest(tx, { ...claim, ...set, state: to })
  const back = await giveBack(tx, claim, { payment: held, by, at, to, reason, set, isSetOff })
  if (isSetOff) await balanceClaim(tx, context, back, { at })
}

/** Whether the person has to give back as much as is to be paid again: one of two transfers came back, or one they were asked for. */
async function coversRest(tx: Tx, claim: Claim): Promise<boolean> {
  const left = leftToPay(claim)
  if (left <= 0n || (claim.state !== 'PAYMENT_RETURNED' && !isEnded(claim.state))) return false
  const open = await holdOpenRecoveries(tx, claim.pool, claim.insuredId)
  return sum(open.map((one) => fenOf(one.amount - one.settled))) >= left
}

/**
 * A transfer that was rejected was paid: it is posted as sent and paid once more. What another transfer has paid as well was paid
 * twice: the person has it and owes it back. Of one that is with the bank nobody knows that yet.
 */
async function takePaid(tx: Tx, context: Context, held: ShownClaimReturn, { by, at }: Deciding): Promise<void> {
  const { id: source, rowId, claimId, pool, amount, bankReference } = held
  const claim = await findClaim(tx, claimId)
  assert(claim !== null, 'what was paid stays')
  if (await isWithBank(tx, claimId)) throw paidByAnotherTransfer()
  await setClaimRow(tx, rowId, { state: 'PAID', reason: null, bankReference, answeredAt: at })
  await postClaim(tx, context, 'CLAIM_SENT', { source, pool, amount, at })
  await postClaim(tx, context, 'CLAIM_PAID', { source, pool, amount, at })
  const paid = await markPaid(tx, claim, { payment: held, by, at })
  if (leftToPay(paid) >= 0n || !isOverpaid(claim, amount)) return
  const twice = await balanceClaim(tx, context, paid, { at, overpaid: { returnId: held.id, owner: by } })
  const data = { amount: formatYuan(fenOf(paid.paid - paid.owed)) }
  await tellClaimStaff(tx, twice, { template: 'overpaid', at, data })
}
