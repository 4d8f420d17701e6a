import { once } from '@yibao/drizzle/once'
import type { Tx } from '@yibao/drizzle/connect'
import type { Context } from '../context.ts'
import { Fields } from '../domain/fields.ts'
import { given } from '../domain/normal-form.ts'
import { readVisitNumber } from '../domain/read-visit.ts'
import type { Visit } from '../domain/visit.ts'
import { visitUnderWay } from '../domain/visit-elsewhere.ts'
import { noVisit, visitJoined } from '../domain/visit-refusals.ts'
import { findVisit, isUnderWay, saveVisit, type VisitKey } from '../store/visits.ts'
import { provinceElsewhere } from './away-bill.ts'
import { loadVisit } from './load-visit.ts'

/** A request to change a visit of the institution that signed in. */
export interface VisitAsked {
  readonly requestId: string
  readonly operation: string
  /** All that was asked. What must not be told from a digest is in it as its keyed hash. */
  readonly input: object
  readonly visit: string
}

/** What a change came to: the visit as it will be, and what is answered again for the same request. */
export interface VisitChanged<T> {
  /** Null: neither the visit nor its lines have changed. */
  readonly after: Visit | null
  readonly result: T
}

type Work<T> = (tx: Tx, before: Visit, at: Temporal.Instant) => Promise<VisitChanged<T>>

/** Changes a visit once for a request: reads it, lets `work` decide, and writes it with the next version. */
export async function changeOnce<T>(context: Context, asked: VisitAsked, work: Work<T>): Promise<T> {
  const identity = context.institution()
  const { requestId, operation, visit } = asked
  const input = given(asked.input)
  const now = context.now()
  return once(context.db, { identity, requestId, operation, input, now }, async (tx) => {
    const before = await getVisit(tx, { institution: identity.institution, visit })
    if (before.joinedTo !== null) throw visitJoined(before.joinedTo)
    if (provinceElsewhere(context, { insuredPool: before.pool }) !== null && (await isUnderWay(tx, before)))
      throw visitUnderWay()
    const { after, result } = await work(tx, before, now)
    if (after !== null) await saveVisit(tx, before, { ...after, changedAt: now })
    return result
  })
}

/** The same for what answers nothing but the visit. */
export async function changed(
  context: Context,
  asked: VisitAsked,
  work: (tx: Tx, before: Visit, at: Temporal.Instant) => Promise<Visit>,
): Promise<Visit> {
  await changeOnce(context, asked, async (tx, before, at) => ({ after: await work(tx, before, at), result: null }))
  return loadVisit(context, asked.visit)
}

/** A visit of an institution. @throws InvalidInput when the number is none, NotFound when there is no such visit */
export async function getVisit(tx: Tx, key: VisitKey): Promise<Visit> {
  const fields = new Fields()
  readVisitNumber(fields, key.visit)
  fields.check()
  const found = await findVisit(tx, key)
  if (found === null) throw noVisit()
  return found
}
