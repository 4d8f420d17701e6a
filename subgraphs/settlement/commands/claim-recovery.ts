import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { formatYuan } from '@yibao/schema/money'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { requireNotRecovering } from '../domain/claim-duty.ts'
import { Fields } from '../domain/fields.ts'
import {
  giveRecovery,
  holdRecovery,
  isReferenceKnown,
  settleRecovery,
  type ClaimRecovery,
} from '../store/claim-recovery.ts'
import { findClaim, stepClaim, stepsBy } from '../store/claim.ts'
import { postClaim } from './claim-posting.ts'
import { tellClaimant } from './claim-tell.ts'
import { staffOf } from './monthly-statement.ts'

export interface ReceiveRecoveryInput {
  readonly recovery: string
  /** Yuan. */
  readonly amount: string
  /** The bank's number of what came in. */
  readonly reference: string
}

/** Staff note that a person has given back some of what was paid too much; not those who see to it. Answers the id of the recovery. */
export async function receiveClaimRecovery(
  context: Context,
  requestId: string,
  input: ReceiveRecoveryInput,
): Promise<string> {
  const identity = staffOf(context)
  const { pool } = identity
  const now = context.now()
  const request = { identity, requestId, operation: 'receiveClaimRecovery', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const fields = new Fields()
    const within = fields.within('input')
    const amount = within.money('amount', input.amount)
    const reference = within.text('reference', input.reference, { max: 60, ascii: true })
    if (amount !== null && amount <= 0n) within.fault('amount', 'NOT_POSITIVE', NOT_POSITIVE)
    fields.check()
    assert(amount !== null && reference !== null, 'what is at fault was refused')
    const open = await holdOwn(tx, pool, { id: input.recovery, path: 'input.recovery' })
    const claim = await findClaim(tx, open.claimId)
    assert(claim !== null, 'what was paid stays')
    const by = callerOf(identity)
    const involved = { isOwner: open.owner === by, isPaidTwice: open.returnId !== null }
    requireNotRecovering(await stepsBy(tx, claim, by), involved, 'input.recovery')
    if (amount > open.amount - open.settled) throw tooMuch()
    if (await isReferenceKnown(tx, pool, reference)) throw receivedAlready()
    const step = context.newId(now)
    const { insuredId, claimId } = open
    const received = { id: step, recoveryId: open.id, insuredId, claimId, pool, amount, reference, by, at: now }
    await settleRecovery(tx, { ...received, kind: 'RECEIVED' })
    await postClaim(tx, context, 'CLAIM_RECEIVED', { source: step, pool, amount, at: now })
    const data = { amount: formatYuan(amount) }
    const changed = await stepClaim(tx, claim, { path: 'input.recovery', kind: 'GIVEN_BACK', at: now, by, data })
    await tellClaimant(tx, changed, { template: 'given-back', at: now, data })
    return { id: open.id }
  })
  return id
}

/** One of the bureau sees to it from now on that what a person has to give back comes back. Answers the id of the recovery. */
export async function takeClaimRecovery(
  context: Context,
  requestId: string,
  input: { readonly recovery: string },
): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const request = { identity, requestId, operation: 'takeClaimRecovery', input, now }
  const { id } = await once(context.db, request, async (tx) => {
    const open = await holdOwn(tx, identity.pool, { id: input.recovery, path: 'recovery' })
    if (open.settled >= open.amount) throw allBack()
    const claim = await findClaim(tx, open.claimId)
    assert(claim !== null, 'what was paid stays')
    const by = callerOf(identity)
    await giveRecovery(tx, open.id, by)
    const data = { from: open.owner, to: by }
    await stepClaim(tx, claim, { path: 'recovery', kind: 'RECOVERY_TAKEN', at: now, by, data })
    return { id: open.id }
  })
  return id
}

/** What a person has to give back to the pool, held. @throws NotFound */
async function holdOwn(
  tx: Tx,
  pool: string,
  { id, path }: { readonly id: string; readonly path: string },
): Promise<ClaimRecovery> {
  const found = uuidFault(id) === null ? await holdRecovery(tx, id.toLowerCase()) : null
  if (found?.pool !== pool) throw NotFound.of({ zh: '该笔应退款', en: 'what is to be given back' }, path)
  return found
}

const allBack = (): NotAllowed =>
  NotAllowed.at('recovery', 'ALL_BACK', { zh: '该笔应退款已全部收回', en: 'all of it has come back' })

const NOT_POSITIVE = { zh: '应大于 0', en: 'must be more than zero' }

const tooMuch = (): NotAllowed =>
  NotAllowed.at('input.amount', 'MORE_THAN_OWED', {
    zh: '超过尚未退回的金额',
    en: 'is more than is left to be given back',
  })

const receivedAlready = (): NotAllowed =>
  NotAllowed.at('input.reference', 'RECEIVED_ALREADY', {
    zh: '该银行流水号已登记',
    en: 'this number of the bank was noted before',
  })
