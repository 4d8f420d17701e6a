import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { isTextKey } from '@yibao/schema/page'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Agreement } from '../domain/agreement.ts'
import { changeLevels, grant, readDated, withdraw, type Capability } from '../domain/capability.ts'
import type { Institution, Level } from '../domain/institution.ts'
import { findAgreement, saveAgreement } from '../store/agreements.ts'
import { addCapabilityEvent, addLevelChange, setLevels } from '../store/capability.ts'
import { findInstitutions } from '../store/institutions.ts'
import { answer } from './agree.ts'

interface Asked<Input> {
  readonly requestId: string
  readonly input: Input & { readonly from?: string | null | undefined; readonly reason: string }
}

/** Grants an agreement of the staff member's pool a capability from a day, or withdraws one. */
export async function setCapability(
  { db, now, staff, read }: Context,
  { requestId, input }: Asked<{ agreement: string; capability: Capability; granted: boolean }>,
): Promise<Agreement> {
  const identity = staff()
  const at = now()
  const id = await once(db, { identity, requestId, operation: 'setCapability', input, now: at }, async (tx) => {
    const { from: effectiveOn, reason } = readDated(input, dayOf(at))
    const agreement = uuidFault(input.agreement) === null ? await findAgreement(tx, input.agreement) : null
    if (agreement?.pool !== identity.pool) throw NotFound.of({ zh: '该协议', en: 'the agreement' }, 'input.agreement')
    if (agreement.status === 'TERMINATED')
      throw NotAllowed.at('input.agreement', 'AGREEMENT_TERMINATED', {
        zh: '协议已解除',
        en: 'the agreement is terminated',
      })
    const { capability, granted } = input
    const change = granted ? grant : withdraw
    const capabilities = change(agreement.capabilities ?? [], capability, effectiveOn)
    await saveAgreement(tx, { ...agreement, capabilities })
    const event = { id: newId(), capability, granted, effectiveOn, reason, actor: callerOf(identity), at }
    await addCapabilityEvent(tx, agreement, event)
    return agreement.id
  })
  return answer(await read((tx) => findAgreement(tx, id)))
}

/** Gives an institution of the staff member's pool another level from a day. Bills of the days before keep the old one. */
export async function changeLevel(
  { db, now, staff, read }: Context,
  { requestId, input }: Asked<{ institution: string; level: Level }>,
): Promise<Institution> {
  const identity = staff()
  const at = now()
  const code = await once(db, { identity, requestId, operation: 'changeLevel', input, now: at }, async (tx) => {
    const { from: beginOn, reason } = readDated(input, dayOf(at))
    const [institution] = isTextKey(input.institution) ? await findInstitutions(tx, [input.institution]) : []
    if (institution?.pool !== identity.pool)
      throw NotFound.of({ zh: '该机构', en: 'the institution' }, 'input.institution')
    const { level } = input
    await setLevels(tx, institution.code, changeLevels(institution, { level, from: beginOn }))
    const event = { id: newId(), level, beginOn, reason, actor: callerOf(identity), at }
    await addLevelChange(tx, institution, event)
    return institution.code
  })
  const [institution] = await read((tx) => findInstitutions(tx, [code]))
  if (institution === undefined) throw new Error('a written institution is gone')
  return institution
}
