import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { callerOf, type Identity } from '@yibao/schema/identity'
import { isTextKey } from '@yibao/schema/page'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { assertFree, goesOn, groundsOfDirect, readPeriod, renewedBy, type Agreement } from '../domain/agreement.ts'
import { nextState } from '../domain/application.ts'
import { addAgreement, addEvent, findAgreement, findAgreements } from '../store/agreements.ts'
import { saveApplication } from '../store/application.ts'
import { findInstitutions } from '../store/institutions.ts'
import { findOwn, recordStep } from './application.ts'

interface Input {
  readonly institution: string
  readonly beginOn: string
  readonly endOn?: string | null | undefined
  /** The application it ends. */
  readonly application?: string | null | undefined
  /** Why it is signed without one. */
  readonly reason?: string | null | undefined
  readonly legalGround?: string | null | undefined
}

/**
 * Signs an agreement between the staff member's pool and an institution of whatever pool. `once` is serializable, so of
 * two clerks who sign at the same time one finds the period taken.
 */
export async function agree(
  { db, now, staff, read }: Context,
  { requestId, input }: { requestId: string; input: Input },
): Promise<Agreement> {
  const identity = staff()
  const at = now()
  const id = await once(db, { identity, requestId, operation: 'agree', input, now: at }, async (tx) => {
    const period = readPeriod(input)
    const known = isTextKey(input.institution)
    const [institution] = known ? await findInstitutions(tx, [input.institution]) : []
    if (institution === undefined) throw NotFound.of({ zh: '该机构', en: 'the institution' }, 'input.institution')
    const existing = await findAgreements(tx, [institution.code])
    const own = existing.filter((one) => one.pool === identity.pool)
    assertFree(period, own)
    const grounds = input.application == null ? groundsOfDirect(input, goesOn(period, own)) : null

    const agreement: Agreement = {
      id: newId(),
      institution: institution.code,
      pool: identity.pool,
      ...period,
      status: 'ACTIVE',
      statusSince: at,
      cause: null,
      suspendedUntil: null,
      terminatesOn: null,
      suspensions: null,
      capabilities: null,
      renews: renewedBy(period, own),
    }
    await addAgreement(tx, agreement)
    if (input.application != null) await endApplication(tx, { id: input.application, agreement, identity, at })
    await addEvent(tx, agreement, { ...signing(agreement, callerOf(identity), at), grounds })
    return agreement.id
  })
  return answer(await read((tx) => findAgreement(tx, id)))
}

interface Ending {
  readonly id: string
  readonly agreement: Agreement
  readonly identity: Identity
  readonly at: Temporal.Instant
}

/** The agreement is the last step of an application that passed its evaluation. */
async function endApplication(tx: Tx, { id, agreement, identity, at }: Ending): Promise<void> {
  const application = await findOwn(tx, identity, id)
  if (application.institution !== agreement.institution)
    throw NotFound.of({ zh: '该申请', en: 'the application' }, 'input.application')
  const state = nextState(application.state, 'AGREED')
  if (application.passed !== true)
    throw NotAllowed.at('input.application', 'EVALUATION_FAILED', {
      zh: '评估未通过',
      en: 'its evaluation failed',
    })
  const after = { ...application, state, agreementId: agreement.id, dueOn: null, dueProvisional: false, changedAt: at }
  await saveApplication(tx, after)
  await recordStep(tx, after, { action: 'AGREED', reason: null, identity, at })
}

const signing = ({ beginOn: effectiveOn }: Agreement, actor: string, at: Temporal.Instant) => ({
  id: newId(),
  action: 'SIGNED' as const,
  cause: null,
  effectiveOn,
  untilOn: null,
  actor,
  at,
})

/** An agreement that was just written is there. */
export function answer(agreement: Agreement | null): Agreement {
  if (agreement === null) throw new Error('a written agreement is gone')
  return agreement
}
