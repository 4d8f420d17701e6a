import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { problemAt, uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readReceived, refund } from '../domain/contribution-pay.ts'
import { transferUsed } from '../domain/contribution-refusals.ts'
import type { Receipt } from '../domain/contribution.ts'
import { CREDIT } from '../domain/employer-credit.ts'
import { isTransferUsed, lockReceipt, setRefunded } from '../store/contribution-receipts.ts'
import { tellPayer } from './contribution-notice.ts'

interface RefundInput {
  readonly receipt: string
  /** Of the transfer by which the money went back. */
  readonly reference: string
}

/**
 * Notes that money that was paid twice was given back, by the channel that had taken it or by the bureau of its pool.
 * Whoever comes second, and be it at the same moment, is refused, and a transfer gives one payment back. Answers the id of the receipt.
 */
export async function refundContribution(
  { db, now, identity }: Context,
  { requestId, input }: { requestId: string; input: RefundInput },
): Promise<string> {
  assert(identity !== null, 'the schema lets nobody else in')
  const at = now()
  const { receiptId } = await once(
    db,
    { identity, requestId, operation: 'refundContribution', input, now: at },
    async (tx) => {
      const problems: Problem[] = []
      const id = input.receipt.toLowerCase()
      const fault = uuidFault(id)
      if (fault !== null) problems.push(problemAt('receipt', fault))
      const { reference } = readReceived({ reference: input.reference, receivedAt: null }, { now: at, problems })
      InvalidInput.throwIf(problems)
      const found = await lockReceipt(tx, id)
      if (found === null || !isOwn(identity, found))
        throw NotFound.of({ zh: '该缴费记录', en: 'the payment' }, 'receipt')
      const refunded = refund(found, { by: callerOf(identity), reference, at })
      if (await isTransferUsed(tx, { ...scopeOf(identity), reference, id })) throw transferUsed()
      await setRefunded(tx, refunded)
      await tellPayer(tx, refunded, wasOf(found), at)
      return { receiptId: id }
    },
  )
  return receiptId
}

function wasOf({ state, channel, employer }: Receipt) {
  if (channel === CREDIT) return employer === null ? 'surplus-refunded' : 'credit-refunded'
  return state === 'UNAPPLIED' ? 'unapplied-refunded' : 'refunded'
}

/** Numbers of transfers are those of a channel, or of the bureau of a pool, whichever clerk writes them. */
function scopeOf(identity: Identity) {
  const [kind = '', of = ''] = callerOf(identity).split(':')
  return { kind, of }
}

const isOwn = (identity: Identity, { channel, pool }: Receipt): boolean =>
  identity.kind === 'channel' ? identity.channel === channel : identity.kind === 'staff' && identity.pool === pool
