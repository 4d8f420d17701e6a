import { once } from '@yibao/drizzle/once'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import type { Context } from '../context.ts'
import { readWords } from '../domain/deduction.ts'
import { noDifference, resolvedAlready } from '../domain/exchange-reconciliation.ts'
import { Fields } from '../domain/fields.ts'
import { isSpeaker, notTheProvince, readOther } from '../domain/prefund.ts'
import { acknowledge, holdDifference } from '../store/exchange-reconciliation.ts'
import { findRequest } from '../store/requests.ts'
import { reconcileExchange } from './exchange-reconcile.ts'
import { staffOf } from './monthly-statement.ts'
import { checkRequestIds } from './read-request.ts'

/**
 * Compares a day with another province now, as the place of treatment and as home. Answers the two runs; asked again, the same
 * ones. What is compared is not changed by it, so the comparison itself stands outside of the request.
 */
export async function reconcileProvince(
  context: Context,
  requestId: string,
  input: { readonly province: string; readonly day: string },
): Promise<readonly string[]> {
  checkRequestIds({ requestId })
  const identity = staffOf(context)
  const now = context.now()
  if (!isSpeaker(identity.pool)) throw notTheProvince()
  const own = identity.pool.slice(0, 2)
  const fields = new Fields()
  const province = readOther(fields, own, input.province)
  const day = Temporal.PlainDate.from(input.day)
  if (Temporal.PlainDate.compare(day, dayOf(now)) > 0)
    fields.fault('day', 'RANGE', { zh: '不能晚于今日', en: 'must not be later than today' })
  fields.check()
  const by = callerOf(identity)
  const runs: string[] = []
  // What has its answer is not compared again: that would leave two more runs each time.
  const isKnown = (await findRequest(context.db.hot, { caller: by, requestId })) !== null
  for (const place of isKnown ? [] : [own, province])
    runs.push(await reconcileExchange(context, { province, place, day }, by))
  const asked = { identity, requestId, operation: 'reconcileProvince', input, now }
  const { ids } = await once(context.db, asked, () => Promise.resolve({ ids: runs }))
  return ids
}

/** Whose business a difference is has looked at it, and says what becomes of it. Answers its id. */
export async function acknowledgeExchangeDifference(
  context: Context,
  requestId: string,
  input: { readonly difference: string; readonly words: string },
): Promise<string> {
  const identity = staffOf(context)
  const now = context.now()
  const asked = { identity, requestId, operation: 'acknowledgeExchangeDifference', input, now }
  const { id } = await once(context.db, asked, async (tx) => {
    const words = readWords('words', input.words)
    const held = uuidFault(input.difference) === null ? await holdDifference(tx, input.difference.toLowerCase()) : null
    if (held === null || (held.pool !== identity.pool && !isSpeaker(identity.pool))) throw noDifference()
    if (held.resolvedAt !== null) throw resolvedAlready()
    await acknowledge(tx, held.id, { acknowledgedBy: callerOf(identity), acknowledgedAt: now, words })
    return { id: held.id }
  })
  return id
}
