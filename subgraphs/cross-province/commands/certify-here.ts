import type { Tx } from '@yibao/drizzle/connect'
import { canonical } from '@yibao/drizzle/digest'
import { notify } from '@yibao/drizzle/notify'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { dayOf } from '@yibao/schema/dates'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import { encrypt, lookupHash, maskIdentity } from '@yibao/schema/secrets'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import { checkAsked, checkWaiting, nextAttempt, type Certification } from '../domain/certification.ts'
import { readReason } from '../domain/read-filing.ts'
import { certifiedAnswer, type certifyMessage } from '../peers/certification-message.ts'
import {
  addCertification,
  findAnswersToTell,
  findAsked,
  findCertifications,
  findOverdueCertifications,
  noteTold,
  saveCertification,
} from '../store/certifications.ts'
import type { Certifying } from './certification.ts'
import { send } from './exchange.ts'
import { sayBeside } from './say-beside.ts'

// The place's half of a certification: what other provinces ask agencies here for, and what these answer.

type Asked = z.output<typeof certifyMessage>

/**
 * Takes in what home asks for, or that it no longer asks; the same again changes nothing. Answers how far it is.
 *
 * @throws NotAllowed when it is for no agency here, or another content under the id of one that was asked before
 */
export async function takeRequest(
  { db, clock, secrets, exchange }: Certifying,
  from: string,
  { ended, ...asked }: Asked,
): Promise<Pick<Certification, 'state' | 'reason'>> {
  checkAsked(asked, { from, here: exchange.province })
  const { exchange: filingId, person, ...rest } = asked
  const contentHash = lookupHash(secrets, 'certification', canonical(asked))
  return db.orm.transaction(async (tx) => {
    const at = clock()
    const known = await findAsked(tx, { province: from, filingId })
    if (known !== null) return goOn(tx, known, { contentHash, ended })
    const one: Certification = {
      ...rest,
      id: newId(),
      insuredId: person.id,
      province: from,
      filingId,
      name: person.name,
      identityMasked: maskIdentity(person.identityNumber),
      // One that is over before it began is kept, so that its beginning, should it still come, begins nothing.
      state: ended ? 'ENDED' : 'WAITING',
      receivedAt: at,
      escalatedAt: null,
      reason: null,
      decidedAt: null,
      toldAt: null,
    }
    const numberSealed = encrypt(secrets, person.identityNumber, person.id)
    const added = await addCertification(tx, { ...one, numberSealed, contentHash })
    if (added && !ended) await tellStaff(tx, one, 'filing.to-certify', at)
    return one
  }, 'serializable')
}

async function goOn(
  tx: Tx,
  known: Certification & { readonly contentHash: Buffer },
  { contentHash, ended }: { readonly contentHash: Buffer; readonly ended: boolean },
) {
  // Who may ask may also say that it is over, whatever of the person has changed meanwhile.
  if (!ended && !known.contentHash.equals(contentHash)) {
    throw NotAllowed.at('exchange', 'CONTENT_DIFFERS', {
      zh: '该标识已用于其他内容',
      en: 'stands for another content already',
    })
  }
  if (!ended || known.state !== 'WAITING') return known
  const after: Certification = { ...known, state: 'ENDED' }
  await saveCertification(tx, after)
  return after
}

const tellStaff = (tx: Tx, { id, pool, certifier, dueOn }: Certification, template: string, at: Temporal.Instant) =>
  notify(tx, 'cross_province', {
    to: { kind: 'staff', pool: certifier },
    template,
    data: { pool, place: certifier, due: dueOn.toString() },
    at,
    key: `${template}:${id}`,
  })

interface Answering {
  readonly requestId: string
  readonly certificationId: string
  readonly certified: boolean
  readonly reason?: string | null | undefined
}

/** Answers another province by the agency here that was asked; answers the id. */
export async function answerCertification({ db, now, staff }: Context, answering: Answering): Promise<string> {
  const identity = staff()
  const at = now()
  const { requestId, ...input } = answering
  const request = { identity, requestId, operation: 'answerCertification', input, now: at }
  const done = await once(db, request, async (tx) => {
    const { certificationId, certified, reason: said } = answering
    const [found] = uuidFault(certificationId) === null ? await findCertifications(tx, [certificationId]) : []
    if (found?.certifier !== identity.pool)
      throw NotFound.of({ zh: '该核实', en: 'the certification' }, 'certificationId')
    const reason = certified && !said ? null : readReason(said ?? '')
    checkWaiting(found)

    const state = certified ? 'CERTIFIED' : 'NOT_CERTIFIED'
    await saveCertification(tx, { ...found, state, reason, decidedAt: at }, callerOf(identity))
    return { id: found.id }
  })
  return done.id
}

const BATCH = 100

/** Tells other provinces what agencies here have answered, again and again until they have heard it. */
export async function tellAnswers(parts: Certifying): Promise<void> {
  const { db, clock } = parts
  const waiting = await db.orm.transaction((tx) => findAnswersToTell(tx, { at: clock(), limit: BATCH }))
  await sayBeside(
    waiting,
    (one) => one.province,
    (one) => tellAnswer(parts, one),
  )
}

type AnswerToTell = Awaited<ReturnType<typeof findAnswersToTell>>[number]

async function tellAnswer({ db, clock, exchange }: Certifying, one: AnswerToTell): Promise<void> {
  const { province, filingId, certifier, state, reason, attempts } = one
  const message = { exchange: filingId, certifier, certified: state === 'CERTIFIED', reason }
  const sent = await send(exchange, { province, type: 'certified', message })
  const at = clock()
  const read = sent.kind === 'ANSWERED' ? certifiedAnswer.safeParse(sent.answer) : null
  const heard = read?.success === true && read.data.state !== 'UNKNOWN'
  const said = heard ? { toldAt: at } : { attempts: attempts + 1, nextAt: nextAttempt(attempts, at) }
  await db.orm.transaction((tx) => noteTold(tx, one, said))
}

/** Brings up before the staff here what they have not answered in time. */
export async function bringUpCertifications({ db, clock }: Pick<Certifying, 'db' | 'clock'>): Promise<void> {
  const at = clock()
  await db.orm.transaction(async (tx) => {
    for (const one of await findOverdueCertifications(tx, dayOf(at), BATCH)) {
      await saveCertification(tx, { ...one, escalatedAt: at })
      await tellStaff(tx, one, 'filing.overdue', at)
    }
  }, 'serializable')
}
