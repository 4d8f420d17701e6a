import { decrypt, type Secrets } from '@yibao/schema/secrets'
import { NotAllowed, NotFound } from '@yibao/schema/rejection'
import type { Services } from '../context.ts'
import { nextAttempt, nextLook, type CertificationAnswer } from '../domain/certification.ts'
import { certifyForReview } from '../domain/review.ts'
import { kindOf } from '../domain/rules.ts'
import { certifyAnswer, certifyBody, type CertifiedMessage } from '../peers/certification-message.ts'
import {
  findRequest,
  findRequestsToSay,
  keepAnswer,
  noteSaid,
  type CertificationRequest,
  type RequestToSay,
} from '../store/certification-requests.ts'
import { findFilings, saveFiling } from '../store/filings.ts'
import { send, type Exchange } from './exchange.ts'
import { record } from './record.ts'
import { keepCertification } from './review.ts'
import { sayBeside } from './say-beside.ts'

// Home's half of a certification by the agency of another province: it asks until it is answered, and keeps the answer.

const BATCH = 100

/** What certification across provinces needs. */
export interface Certifying extends Services {
  readonly exchange: Exchange
  readonly secrets: Secrets
}

/** Says what is to be said to the platforms of other provinces. */
export async function sayRequests(parts: Certifying): Promise<void> {
  const { db, clock } = parts
  const waiting = await findRequestsToSay(db.hot, { at: clock(), limit: BATCH })
  await sayBeside(
    waiting,
    (one) => one.certifier.slice(0, 2),
    (one) => say(parts, one),
  )
}

async function say(parts: Certifying, one: RequestToSay): Promise<void> {
  const { db, clock, exchange, secrets } = parts
  const { insuredId, filingId, certifier, isEnded, attempts } = one
  const message = certifyBody(
    {
      exchange: filingId,
      certifier,
      pool: one.pool,
      kind: kindOf(one),
      beginOn: one.beginOn,
      endOn: one.endOn,
      dueOn: one.dueOn,
      person: { id: insuredId, name: one.name, identityNumber: decrypt(secrets, one.numberSealed, insuredId) },
    },
    isEnded,
  )
  const province = certifier.slice(0, 2)
  const sent = await send(exchange, { province, type: 'certify', message })
  const at = clock()
  const read = sent.kind === 'ANSWERED' ? certifyAnswer.safeParse(sent.answer) : null
  // What was never taken there need not be ended there.
  const isTaken = read?.success === true && (read.data.state !== 'UNKNOWN' || isEnded)
  if (!isTaken) {
    const said = { attempts: attempts + 1, nextAt: nextAttempt(attempts, at) }
    return db.orm.transaction((tx) => noteSaid(tx, { insuredId, filingId }, said))
  }
  const said = { attempts: isEnded ? 1 : 0, nextAt: nextLook(at), receivedAt: at, ...(isEnded && { endedAt: at }) }
  await db.orm.transaction((tx) => noteSaid(tx, { insuredId, filingId }, said))
  const { state, reason } = read.data
  // Its own message may have been lost.
  if (!isEnded && (state === 'CERTIFIED' || state === 'NOT_CERTIFIED'))
    await takeAnswer(parts, province, { exchange: filingId, certifier, certified: state === 'CERTIFIED', reason })
}

/** `TOO_LATE`: it was decided without that agency, or taken back. */
export type Taken = 'KEPT' | 'TOO_LATE'

/**
 * Keeps what the agency of the other place answered, once; the platform of that place alone can bring it.
 *
 * @throws NotFound when that place was asked nothing by this name; NotAllowed when it answered otherwise before
 */
export async function takeAnswer(parts: Services, province: string, answer: CertifiedMessage): Promise<Taken> {
  try {
    return await take(parts, province, answer, keepCertification)
  } catch (error) {
    if (!(error instanceof NotAllowed) || error.code === 'ANSWER_DIFFERS') throw error
    // It is certified, though the rules of home no longer let it be confirmed of itself: people decide.
    return take(parts, province, answer, keepForReview)
  }
}

type Keep = typeof keepCertification

function take({ db, rules: rulebook, clock }: Services, province: string, answer: CertifiedMessage, keep: Keep) {
  const { exchange: filingId, certifier, certified, reason } = answer
  return db.orm.transaction(async (tx): Promise<Taken> => {
    const [request, [filing]] = [await findRequest(tx, filingId), await findFilings(tx, [filingId])]
    const isTheirs = request?.certifier === certifier && certifier.startsWith(province)
    if (request === null || filing === undefined || !isTheirs)
      throw NotFound.of({ zh: '该备案核实', en: 'the certification' }, 'exchange')
    if (request.answer !== null) {
      checkSame(request, answer)
      return 'KEPT'
    }
    if (filing.stage !== 'AWAITING_CERTIFICATION') return 'TOO_LATE'
    const at = clock()
    await keep({ tx, filing, rulebook, actor: `province:${province}:${certifier}`, at }, { certified, reason })
    await keepAnswer(tx, request, { certified, reason, at })
    return 'KEPT'
  }, 'serializable')
}

const keepForReview: Keep = async ({ tx, filing, rulebook, actor, at }, { reason }) => {
  const after = certifyForReview(filing, rulebook.rulesOf(filing.pool), at)
  await saveFiling(tx, after)
  await record(tx, after, { action: 'CERTIFIED', actor, at, reason: reason ?? null })
}

function checkSame({ answer, reason }: CertificationRequest, said: CertificationAnswer): void {
  if (said.certified === (answer === 'CERTIFIED') && said.reason === reason) return
  throw NotAllowed.at('certified', 'ANSWER_DIFFERS', {
    zh: '此前已作不同答复，以首次为准',
    en: 'was answered otherwise before: the first answer counts',
  })
}
