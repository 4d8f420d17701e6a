import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { endRegistration as decide, readRegistrationEnd } from '../domain/end-registration.ts'
import { findRegistration, setRegistrationEnd } from '../store/registrations.ts'
import { bureauOrHospital } from './register-disease.ts'

interface Input {
  readonly registrationId: string
  readonly endOn?: string | null | undefined
  readonly reason: string
}

/** Ends or withdraws a registration of the bureau's pool, or one the hospital asked for; answers its id. */
export async function endRegistration(
  { db, now, identity }: Context,
  { requestId, ...input }: Input & { requestId: string },
): Promise<string> {
  const caller = bureauOrHospital(identity)
  const at = now()
  const asked = { identity: caller, requestId, operation: 'endRegistration', input, now: at }
  const { registrationId } = await once(db, asked, async (tx) => {
    const end = readRegistrationEnd(input, dayOf(at), caller.kind === 'institution')
    const id = input.registrationId.toLowerCase()
    const found = uuidFault(id) === null ? await findRegistration(tx, id) : null
    const isTheirs = caller.kind === 'staff' ? found?.pool === caller.pool : found?.requestedBy === caller.institution
    if (found === null || !isTheirs) throw NotFound.of({ zh: '该备案', en: 'the registration' }, 'registrationId')

    const ended = decide(found, end, at)
    await setRegistrationEnd(tx, ended)
    const endOn = ended.withdrawn ? null : (ended.endOn?.toString() ?? null)
    const payload = { registrationId: ended.id, pool: ended.pool, endOn, withdrawn: ended.withdrawn }
    await publish(tx, 'insured', { insuredId: ended.insuredId, topic: 'registration.ended', payload, at })
    return { registrationId: ended.id }
  })
  return registrationId
}
