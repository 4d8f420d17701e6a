import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { uuidFault } from '@yibao/schema/ids'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  checkChoice,
  endChoice,
  kindOfLevel,
  poolOfChoice,
  readChoice,
  readEndReason,
  type Choice,
  type ChoiceInput,
} from '../domain/chosen-institution.ts'
import { checkDesignated } from '../domain/designation.ts'
import { addChoice, findChoice, findChoices, findLevel, saveChoice } from '../store/chosen-institutions.ts'
import { findDesignations } from '../store/designations.ts'
import { findEnrolments } from '../store/enrolments.ts'
import { findRecords } from '../store/merge-persons.ts'

export interface ChooseInput extends ChoiceInput {
  /** Left out by the person themself. */
  readonly insuredId?: string | null | undefined
}

function chooserOf(identity: Context['identity']) {
  assert(
    identity?.kind === 'staff' || identity?.kind === 'institution' || identity?.kind === 'person',
    'the schema lets nobody else in',
  )
  return identity
}

/** Notes where a person wants to be treated; answers the id of the choice. */
export async function chooseInstitution(
  { db, now, identity, load }: Context,
  { requestId, input }: { requestId: string; input: ChooseInput },
): Promise<string> {
  const caller = chooserOf(identity)
  const at = now()
  const today = dayOf(at)
  const asks = caller.kind === 'institution' ? caller.institution : null
  const asked = { identity: caller, requestId, operation: 'chooseInstitution', input, now: at }
  const { choiceId } = await once(db, asked, async (tx) => {
    if (asks !== null) checkDesignated(await findDesignations(tx, asks, today), today)
    const named = caller.kind === 'person' ? caller.insuredId : (input.insuredId ?? '')
    const isOther = caller.kind === 'person' && input.insuredId != null && input.insuredId !== caller.insuredId
    const person = uuidFault(named) === null && !isOther ? await load.person.load(named) : null
    if (person === null) throw NotFound.of({ zh: '该参保人', en: 'the person' }, 'insuredId')

    const read = readChoice(input, { today, asks, isStaff: caller.kind === 'staff' })
    const own = caller.kind === 'staff' ? caller.pool : null
    const pool = poolOfChoice(read, await findEnrolments(tx, [person.id]), own)
    const level = await findLevel(tx, read.institution, today)
    if (level === null) throw notDesignated()
    const chosen = { ...read, pool, kind: kindOfLevel(level) }
    checkChoice(chosen, await findChoices(tx, await findRecords(tx, person.id)))

    const by = { requestedBy: asks, byPerson: caller.kind === 'person', chosenAt: at }
    const open = { endReason: null, endedAt: null, withdrawn: false }
    const choice: Choice = { ...chosen, ...by, ...open, id: newId(), insuredId: person.id }
    await addChoice(tx, choice)
    const payload = { choiceId: choice.id, pool, institution: choice.institution, beginOn: choice.beginOn.toString() }
    await publish(tx, 'insured', { insuredId: person.id, topic: 'institution.chosen', payload, at })
    return { choiceId: choice.id }
  })
  return choiceId
}

/** Ends a choice today, or takes it back before it held; answers its id. */
export async function endChosenInstitution(
  { db, now, identity }: Context,
  { requestId, ...input }: { requestId: string; choiceId: string; reason: string },
): Promise<string> {
  const caller = chooserOf(identity)
  const at = now()
  const asked = { identity: caller, requestId, operation: 'endChosenInstitution', input, now: at }
  const { choiceId } = await once(db, asked, async (tx) => {
    const reason = readEndReason(input.reason)
    const id = input.choiceId.toLowerCase()
    const found = uuidFault(id) === null ? await findChoice(tx, id) : null
    const records = found === null ? [] : await findRecords(tx, found.insuredId)
    if (found === null || !isTheirs(found, caller, records)) {
      throw NotFound.of({ zh: '该定点', en: 'the choice' }, 'choiceId')
    }
    const all = await findChoices(tx, records)
    const ended = endChoice(found, all, { reason, isStaff: caller.kind === 'staff' }, at)
    await saveChoice(tx, ended)
    const payload = { choiceId: ended.id, pool: ended.pool, withdrawn: ended.withdrawn }
    await publish(tx, 'insured', { insuredId: ended.insuredId, topic: 'institution.choice-ended', payload, at })
    return { choiceId: ended.id }
  })
  return choiceId
}

/** Of the bureau's pool, the person's own, or what the institution asked for. */
function isTheirs(choice: Choice, caller: ReturnType<typeof chooserOf>, records: readonly string[]): boolean {
  if (caller.kind === 'staff') return choice.pool === caller.pool
  return caller.kind === 'person' ? records.includes(caller.insuredId) : choice.requestedBy === caller.institution
}

const notDesignated = (): NotAllowed =>
  NotAllowed.at('institution', 'INSTITUTION_NOT_DESIGNATED', {
    zh: '该机构目前没有有效的服务协议',
    en: 'the institution has no agreement in force',
  })
