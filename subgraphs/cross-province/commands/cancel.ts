import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { eventOf } from '../domain/event.ts'
import { cancel as decide } from '../domain/cancel.ts'
import { findFilingsOf, setCancelled } from '../store/filings.ts'

/** Cancels a filing of the person who signed in, from the next day; answers its id. */
export async function cancel(
  { db, rules, now, person }: Context,
  { requestId, filingId }: { requestId: string; filingId: string },
): Promise<string> {
  const identity = person()
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'cancelFiling', input: { filingId }, now: at, insuredId }
  const cancelled = await once(db, asked, async (tx) => {
    const filing = (await findFilingsOf(tx, [insuredId])).find((one) => one.id === filingId.toLowerCase())
    if (filing === undefined) throw NotFound.of({ zh: '该备案', en: 'the filing' }, 'filingId')

    const ended = decide(filing, rules.rulesOf(filing.pool), at)
    await setCancelled(tx, ended)
    await publish(tx, 'cross_province', eventOf('filing.cancelled', ended, at))
    return { filingId: filing.id }
  })
  return cancelled.filingId
}
