import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { fenOf } from '@yibao/schema/money'
import type { Context } from '../context.ts'
import { claimReturnDecided, leftToPay, paidByAnotherTransfer } from '../domain/claim-payment.ts'
import { readWords } from '../domain/deduction.ts'
import { holdClaimBatch, setClaimRow } from '../store/claim-payment.ts'
import { decideClaimReturn, findClaimReturn, holdClaimReturn, type ShownClaimReturn } from '../store/claim-return.ts'
import { findClaim } from '../store/claim.ts'
import { giveBack, markPaid } from './claim-bank-result.ts'
import { postClaim } from './claim-posting.ts'
import { staffOf } from './monthly-statement.ts'
import { noReturn, type DecideReturnInput } from './payment-return.ts'

interface Deciding {
  readonly by: string
  readonly at: Temporal.Instant
}

/**
 * Staff decide what the bank said that contradicts its answer of before. A payment that came back, confirmed, is owed again,
 * and the person corrects the account; dismissed, it stands. One that was paid after it was rejected, confirmed, is paid;
 * dismissed, the claim is paid by the next batch. Answers the id.
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
    if (held.state !== 'OPEN') throw claimReturnDecided()
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
  await giveBack(tx, claim, { payment: held, by, at, to, reason, set: { paid: fenOf(claim.paid - amount) } })
}

/** A transfer that was rejected was paid: it is posted as sent and paid once more, unless another pays the claim. */
async function takePaid(tx: Tx, context: Context, held: ShownClaimReturn, { by, at }: Deciding): Promise<void> {
  const { id: source, rowId, claimId, pool, amount, bankReference } = held
  const claim = await findClaim(tx, claimId)
  if (claim?.state !== 'PAYMENT_RETURNED' || leftToPay(claim) < amount) throw paidByAnotherTransfer()
  await setClaimRow(tx, rowId, { state: 'PAID', reason: null, bankReference, answeredAt: at })
  await postClaim(tx, context, 'CLAIM_SENT', { source, pool, amount, at })
  await postClaim(tx, context, 'CLAIM_PAID', { source, pool, amount, at })
  await markPaid(tx, claim, { payment: held, by, at })
}
