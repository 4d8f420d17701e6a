import { once } from '@yibao/drizzle/once'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { cancel as decide } from '../domain/cancel.ts'
import { findFilingsOf, lockPerson, setCancelled } from '../store/filings.ts'
import { addEvent } from '../store/outbox.ts'

/** Cancels a filing of the person who signed in, from the next day; answers its id. */
export async function cancel(
  { db, rules, now, person }: Context,
  { requestId, filingId }: { requestId: string; filingId: string },
): Promise<string> {
  const identity = person()
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'cancelFiling', input: { filingId }, now: at }
  const cancelled = await once(db, asked, async (tx) => {
    await lockPerson(tx, insuredId)
    const filing = (await findFilingsOf(tx, [insuredId])).find((one) => one.id === filingId.toLowerCase())
    if (filing === undefined) throw NotFound.of({ zh: '该备案', en: 'the filing' }, 'filingId')

    const ended = decide(filing, rules.rulesOf(filing.pool), at)
    await setCancelled(tx, ended)
    await addEvent(tx, 'filing.cancelled', ended, at)
    return { filingId: filing.id }
  })
  return cancelled.filingId
}
