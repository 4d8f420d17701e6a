import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { readReason } from '../domain/dispute.ts'
import { bindingToMove, checkSamePerson, enrolmentsToMove, registrationsToMove } from '../domain/merge-persons.ts'
import type { Insured } from '../domain/person.ts'
import { noteEvent } from '../store/enrolment-events.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { addAlias, findAliases, moveCards, moveEnrolments, moveNames } from '../store/merge-persons.ts'
import { moveContact } from '../store/message-contact.ts'
import { addBinding, findBindings, setBindingEnd } from '../store/mutual-aid.ts'
import { addRegistration, findRegistrations, setRegistrationEnd } from '../store/registrations.ts'

interface Input {
  readonly from: string
  readonly into: string
  readonly reason: string
}

interface Merging {
  readonly from: Insured
  readonly into: Insured
  readonly at: Temporal.Instant
}

/** Makes two records of one person one; answers the id of the one that goes on. */
export async function mergePersons(
  context: Context,
  { requestId, ...input }: Input & { requestId: string },
): Promise<string> {
  const { db, now } = context
  const identity = context.as('staff')
  const at = now()
  const { insuredId } = await once(
    db,
    { identity, requestId, operation: 'mergePersons', input, now: at },
    async (tx) => {
      const problems: Problem[] = []
      const reason = readReason(input.reason, 'reason', problems)
      InvalidInput.throwIf(problems)
      const from = await seen(context, input.from, 'from')
      const into = await seen(context, input.into, 'into')
      checkSamePerson({ from, into })
      await refuseMerged(tx, from.id, into.id)

      const merging = { from, into, at }
      const by = callerOf(identity)
      await mergeEnrolments(tx, merging, by)
      await mergeRegistrations(tx, merging)
      await mergeBindings(tx, merging)
      await moveCards(tx, { from: from.id, into: into.id, pool: identity.pool, at })
      await moveNames(tx, from.id, into.id)
      await moveContact(tx, context.secrets, { from: recipient(from), into: recipient(into), now: at })
      await addAlias(tx, { from: from.id, into: into.id, pool: identity.pool, reason, by, at })
      const payload = { from: from.id, into: into.id, pool: identity.pool }
      await publish(tx, 'insured', { insuredId: into.id, topic: 'person.merged', payload, at })
      return { insuredId: into.id }
    },
  )
  return insuredId
}

const recipient = ({ id }: Insured) => ({ kind: 'person', code: id }) as const

/** The bureau sees both: registered by it, or ever enrolled in its pool. */
async function seen({ load }: Context, id: string, path: string): Promise<Insured> {
  const person = uuidFault(id) === null ? await load.person.load(id) : null
  if (person === null) throw NotFound.of({ zh: '该参保人', en: 'the person' }, path)
  if (person.id !== id.toLowerCase()) throw merged(path)
  return person
}

async function refuseMerged(tx: Tx, from: string, into: string): Promise<void> {
  const [alias] = await findAliases(tx, [from, into])
  if (alias !== undefined) throw merged(alias.insuredId === from ? 'from' : 'into')
}

const merged = (path: string) =>
  NotAllowed.at(path, 'ALREADY_MERGED', { zh: '该记录已并入其他记录', en: 'was merged into another record already' })

async function mergeEnrolments(tx: Tx, { from, into, at }: Merging, caller: string): Promise<void> {
  const moving = enrolmentsToMove({
    from: await findEnrolments(tx, [from.id]),
    into: await findEnrolments(tx, [into.id]),
  })
  await moveEnrolments(
    tx,
    { from: from.id, into: into.id, at },
    moving.map((one) => one.id),
  )
  for (const one of moving) {
    const told = { kind: 'MERGED', from: dayOf(at), reason: from.id, caller, at } as const
    await noteEvent(tx, { ...one, insuredId: into.id }, told)
  }
}

async function mergeRegistrations(tx: Tx, { from, into, at }: Merging): Promise<void> {
  const old = await findRegistrations(tx, [from.id])
  const moving = registrationsToMove({ from: old, into: await findRegistrations(tx, [into.id]) })
  for (const one of old.filter(({ withdrawn }) => !withdrawn)) {
    await setRegistrationEnd(tx, { ...one, withdrawn: true, endedAt: at, endReason: '记录合并' })
  }
  for (const one of moving) await addRegistration(tx, { ...one, insuredId: into.id })
}

async function mergeBindings(tx: Tx, { from, into, at }: Merging): Promise<void> {
  const current = (await findBindings(tx, [from.id])).filter(({ endedAt }) => endedAt === null)
  for (const { id } of current) {
    const all = await findBindings(tx, [from.id, into.id])
    const one = all.find((other) => other.id === id)
    if (one === undefined || one.place === null) continue
    const endedBy = one.sponsorId === from.id ? 'SPONSOR' : 'BENEFICIARY'
    await setBindingEnd(tx, { ...one, place: null, endOn: dayOf(at), endedAt: at, endedBy }, one.place)
    const sides = bindingToMove(one, { from: from.id, into: into.id }, all)
    if (sides === null) continue
    const theirs = (await findBindings(tx, [sides.insuredId])).filter(
      (other) => other.endedAt === null && other.insuredId === sides.insuredId,
    )
    const next = { ...one, ...sides, id: newId(), place: theirs.length + 1, beginOn: dayOf(at), boundAt: at }
    await addBinding(tx, next)
  }
}
