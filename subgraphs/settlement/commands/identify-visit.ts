import type { Context } from '../context.ts'
import { agencyOf } from '../domain/designation.ts'
import { Fields, type Maybe } from '../domain/fields.ts'
import { checkOneAdmission, identify } from '../domain/identify-visit.ts'
import { readCredential, readPool } from '../domain/read-bill.ts'
import type { Visit } from '../domain/visit.ts'
import { inState } from '../domain/visit-refusals.ts'
import { findAgreements } from '../store/find-person.ts'
import { listStays } from '../store/visits.ts'
import { checkTransfer } from './open-visit.ts'
import { changed } from './visit-change.ts'
import { showingElsewhere } from './visit-elsewhere.ts'
import { hashed, lookingUp } from './visit-person.ts'

export interface IdentifyVisitInput {
  readonly visit: string
  readonly credential: { readonly kind: string; readonly value: string }
  readonly insuredPool?: Maybe<string>
}

/** Gives a visit that was opened without a credential its person; for the same person again it changes nothing. */
export async function identifyVisit(context: Context, requestId: string, input: IdentifyVisitInput): Promise<Visit> {
  const { visit, credential, insuredPool } = input
  const elsewhere = await showingElsewhere(context, { requestId, credential, insuredPool })
  const lookUp = lookingUp(context)
  const agreements = await findAgreements(context.db.hot, context.institution().institution)
  const asked = {
    requestId,
    operation: 'identifyVisit',
    visit,
    input: { visit, insuredPool, credential: hashed(context, credential) },
  }
  return changed(context, asked, async (tx, before) => {
    const fields = new Fields()
    const shown = readCredential(fields, credential)
    readPool(fields, insuredPool)
    fields.check()
    if (before.state === 'CANCELLED') throw inState(before)
    const after = identify(before, elsewhere?.() ?? (await lookUp(shown, before)))
    if (after.insuredId !== null) checkOneAdmission(after, await listStays(tx, after, after.insuredId))
    if (before.insuredId === null) await checkTransfer(context, after)
    return { ...after, agency: agencyOf(agreements, after.pool, after.agency) }
  })
}
