import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf, holdsOn } from '@yibao/schema/dates'
import { isElsewhere, notLinked } from '@yibao/schema/exchange'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import {
  isVisitNumber,
  readAdmission,
  readStayChange,
  readStayDischarge,
  type AdmissionInput,
  type StayChangeInput,
  type StayDischargeInput,
} from '../domain/read-stay.ts'
import { change, checkNewVisit, discharge, type IncomingStay } from '../domain/stay.ts'
import type { NoticeType } from '../domain/stay-notice.ts'
import { admissionBody, changeBody, dischargeBody } from '../peers/stay-message.ts'
import { findHospital } from '../store/designations.ts'
import { addIncomingStay, addNotice, findIncomingVisit, saveIncomingStay } from '../store/incoming-stays.ts'
import { isPartner } from '../store/partners.ts'
import { tellStay } from './tell-stays.ts'

// The place's half of a stay of somebody insured in another province. What home has to be told is written in the transaction
// of what happened and sent after it, once while the caller waits; nothing is lost when home does not answer.

/** Announces the admission of a person insured elsewhere; answers the id of the stay. */
export async function announceAdmission(context: Context, requestId: string, input: AdmissionInput): Promise<string> {
  const { db, now, institution: caller, say } = context
  const identity = caller()
  const { institution } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'announceAdmission', input, now: at }
  const { id } = await once(db, asked, async (tx) => {
    const { insuredId, ...terms } = readAdmission(input, at)
    const { insuredPool, visit } = input
    if (!isElsewhere(institution, insuredPool)) throw insuredHere()
    const place = await findPlace(tx, institution, dayOf(at))
    if (say === undefined || !(await isPartner(tx, insuredPool.slice(0, 2)))) throw notLinked()
    checkNewVisit((await findIncomingVisit(tx, { institution, visit })) !== null)
    const stay: IncomingStay = {
      ...terms,
      id: newId(),
      institution,
      pool: place.pool,
      visit,
      insuredPool,
      insuredId,
      dischargedAt: null,
      dischargeWay: null,
      state: 'ADMITTED',
      announcedAt: at,
      changedAt: at,
    }
    await addIncomingStay(tx, stay)
    const who = { exchange: stay.id, insuredId, institution: { code: institution, ...place }, visit }
    await addNotice(
      tx,
      { stayId: stay.id, exchange: stay.id, type: 'admission', message: admissionBody(who, terms) },
      at,
    )
    return { id: stay.id }
  })
  return told(context, id)
}

/** Announces a correction of a stay, or that its admission or discharge is taken back; answers the id of the stay. */
export function announceChange(context: Context, requestId: string, input: StayChangeInput): Promise<string> {
  const asked = { requestId, operation: 'announceChange', type: 'change', input } as const
  return announce(context, asked, (stay, exchange, at) => {
    const said = readStayChange(input, at)
    return { after: change(stay, said), message: changeBody({ exchange, of: stay.id }, said) }
  })
}

/** Announces that a stay is over, or another end of it; answers the id of the stay. */
export function announceDischarge(context: Context, requestId: string, input: StayDischargeInput): Promise<string> {
  const asked = { requestId, operation: 'announceDischarge', type: 'discharge', input } as const
  return announce(context, asked, (stay, exchange, at) => {
    const said = readStayDischarge(input, at)
    return { after: discharge(stay, said), message: dischargeBody({ exchange, of: stay.id }, said) }
  })
}

interface Announced {
  readonly requestId: string
  readonly operation: string
  readonly type: NoticeType
  readonly input: { readonly visit: string }
}

type Step = (
  stay: IncomingStay,
  exchange: string,
  at: Temporal.Instant,
) => { readonly after: IncomingStay; readonly message: Readonly<Record<string, unknown>> }

async function announce(context: Context, { type, ...asked }: Announced, step: Step): Promise<string> {
  const { db, now, institution: caller } = context
  const identity = caller()
  const at = now()
  const { id } = await once(db, { identity, ...asked, now: at }, async (tx) => {
    const { institution } = identity
    const { visit } = asked.input
    const stay = isVisitNumber(visit) ? await findIncomingVisit(tx, { institution, visit }) : null
    if (stay === null) throw NotFound.of({ zh: '该住院', en: 'the stay' }, 'input.visit')
    const exchange = newId()
    const { after, message } = step(stay, exchange, at)
    await saveIncomingStay(tx, { ...after, changedAt: at })
    await addNotice(tx, { stayId: stay.id, exchange, type, message }, at)
    return { id: stay.id }
  })
  return told(context, id)
}

/** Says at once what waits. Whatever comes of it, the stay is announced: a worker goes on where this ends. */
async function told({ db, now, say }: Context, id: string): Promise<string> {
  if (say !== undefined) await tellStay({ db, clock: now, say }, id).catch(() => {})
  return id
}

/** Name and pool of a hospital with an agreement in force. @throws NotAllowed */
async function findPlace(tx: Tx, institution: string, day: Temporal.PlainDate) {
  const found = (await findHospital(tx, institution)).find((one) => one.status === 'ACTIVE' && holdsOn(one, day))
  if (found !== undefined && institution.startsWith('H')) return { name: found.name, pool: found.pool }
  throw NotAllowed.at('institution', 'INSTITUTION_NOT_DESIGNATED', {
    zh: `${day.toString()} 没有生效的医疗机构服务协议`,
    en: `no agreement of a hospital is in force on ${day.toString()}`,
  })
}

const insuredHere = () =>
  NotAllowed.at('input.insuredPool', 'INSURED_HERE', {
    zh: '参保地在本省，请办理入院登记（openVisit）',
    en: 'lies in this province: open a visit instead (openVisit)',
  })
