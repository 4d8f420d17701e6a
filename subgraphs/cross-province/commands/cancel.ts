import { once } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { cancel as decide } from '../domain/cancel.ts'
import { findFilingsOf, saveFiling } from '../store/filings.ts'
import { findOpenStays } from '../store/open-stays.ts'
import { record } from './record.ts'

/** Cancels a filing of the person who signed in, or withdraws one that is not decided yet; answers its id. */
export async function cancel(
  { db, rules, now, person }: Context,
  { requestId, filingId }: { requestId: string; filingId: string },
): Promise<string> {
  const identity = person()
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'cancelFiling', input: { filingId }, now: at, insuredId }
  const cancelled = await once(db, asked, async (tx) => {
    const filings = await findFilingsOf(tx, insuredId)
    const filing = filings.find((one) => one.id === filingId.toLowerCase())
    if (filing === undefined) throw NotFound.of({ zh: '该备案', en: 'the filing' }, 'filingId')
    const stays = await findOpenStays(tx, insuredId)

    const ended = decide(filing, { rules: rules.rulesOf(filing.pool), others: filings, stays, now: at })
    await saveFiling(tx, ended)
    const action = ended.stage === 'WITHDRAWN' ? 'WITHDRAWN' : 'CANCELLED'
    await record(tx, ended, { action, actor: callerOf(identity), at })
    return { filingId: filing.id }
  })
  return cancelled.filingId
}
