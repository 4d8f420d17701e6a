import { dayOf } from '@yibao/schema/dates'
import { NotAllowed } from '@yibao/schema/rejection'
import { isCurrent, type MutualAid } from './mutual-aid.ts'

/** Ends a binding from this moment on; either of the two may. */
export function unbindMutualAid(binding: MutualAid, by: string, now: Temporal.Instant): MutualAid {
  if (!isCurrent(binding)) {
    const text = { zh: '该绑定已解除', en: 'the binding has ended already' }
    throw NotAllowed.of({ code: 'BINDING_ENDED', text })
  }
  const endedBy = by === binding.sponsorId ? 'SPONSOR' : 'BENEFICIARY'
  return { ...binding, place: null, endOn: dayOf(now), endedAt: now, endedBy }
}
