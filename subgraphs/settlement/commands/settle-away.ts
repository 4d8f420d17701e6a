import { randomUUIDv7 } from 'node:crypto'
import { Busy, Rejection } from '@yibao/schema/rejection'
import { createContext, type Context, type Services } from '../context.ts'
import { homeAnswerWrong, settleAs, type AwayFrame } from '../domain/away.ts'
import { SettlementPending } from '../domain/pending.ts'
import type { BillInput } from '../domain/bill.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { faultsOfTold } from '../domain/told-check.ts'
import { checkPerson, inTermsOf } from '../domain/visit-elsewhere.ts'
import { readSaidLines, type BillMessage } from '../peers/exchange-message.ts'
import { readTrial } from '../peers/exchange-read.ts'
import { notTaken } from '../peers/province.ts'
import { addAway, findAwayOf, listWaiting, postpone, type Asking, type Away } from '../store/away.ts'
import { endAway } from '../store/away-end.ts'
import { findRequest, type Request } from '../store/requests.ts'
import { prepareAway, StaleBill, type Elsewhere, type PreparedBill } from './away-bill.ts'
import { driveAway, type Saying } from './away-drive.ts'
import { holdVisit, type HeldVisit } from './held-visit.ts'
import { refuse, requireSame } from './refuse.ts'
import { answerRecorded, type Incoming } from './settle.ts'
import type { Trial } from './trial.ts'

const ROUNDS_MAX = 10
/** Whoever asks goes on with it for so long; after that the worker may. */
export const LEFT_SECONDS = 30

/**
 * Settles a bill of a person insured on the platform of another province: said there, reckoned and committed there, and
 * written here once it is. Throws SettlementPending when it is under way and the other platform does not answer; `outcome`
 * tells what becomes of it, and the same request again goes on with it.
 */
export async function settleAway(context: Context, incoming: Incoming, made: MadeAway): Promise<SettledBill> {
  const { request } = incoming
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const prepared = await prepare(context, incoming, made).catch((refusal: unknown) =>
      refusal instanceof StaleBill ? undefined : refuse(context, request, refusal, null),
    )
    if (prepared === undefined) continue
    if (prepared === null) {
      const known = await findAwayOf(context.db.hot, request)
      if (known?.state !== 'ASKED' && known?.state !== 'COMMITTING') return answerRecorded(context, request)
      return answerAway(context, request, await goOn(context, request, known, again(known, made)))
    }
    const away = await ask(context, request, prepared)
    if (away === null) continue
    return answerAway(
      context,
      request,
      await goOn(context, request, away, { message: prepared.message, isFirst: true }),
    )
  }
  throw Busy.of()
}

/** What was just written needs no reading; whatever else became of a request is read. */
async function answerAway(context: Context, request: Request, { state, settlementId, insuredId }: Away) {
  const written =
    state === 'COMMITTED' && insuredId !== null
      ? await context.load.settlement.load({ id: settlementId, insuredId })
      : null
  return written ?? answerRecorded(context, request)
}

/** A bill of a person insured elsewhere, made anew in each round of what the database holds, and what was shown for it. */
export interface MadeAway {
  readonly credential: BillInput['credential']
  readonly make: () => Promise<Elsewhere>
}

type Prepared = PreparedBill & { readonly elsewhere: Elsewhere }

async function prepare(context: Context, incoming: Incoming, { make }: MadeAway): Promise<Prepared | null> {
  const { request } = incoming
  const elsewhere = await make().catch(async (refusal: unknown) => {
    // What a visit was settled by is not made again.
    if ((await findRequest(context.db.hot, request)) !== null) return null
    throw refusal
  })
  if (elsewhere === null) return null
  const prepared = await prepareAway(context, incoming, elsewhere, request.requestId).catch((refusal: unknown) => {
    throw inTermsOf(refusal, elsewhere.bill)
  })
  return prepared && { ...prepared, elsewhere }
}

/** Puts on record what is going to be said. Null when the request, or the bill, has come to be taken. */
async function ask(
  context: Context,
  request: Request,
  { message, agreement, elsewhere: { bill, province } }: Prepared,
): Promise<Away | null> {
  const { db } = context
  const askedAt = context.now()
  const { credential, ...said } = message.bill
  const away = {
    ...request,
    exchange: randomUUIDv7(),
    kind: 'SETTLE',
    province,
    institution: bill.institution,
    clearingAgency: agreement.pool,
    visit: bill.visit,
    chargeBatch: bill.chargeBatch,
    asked: {
      ...message,
      bill: { ...said, credential: { kind: credential.kind, value: '' } },
      confirmWithin: bill.confirmWithin,
      opened: holdVisit(bill.opened),
    } satisfies Kept,
    settlementId: context.newId(askedAt),
    insuredId: null,
    of: null,
    askedAt,
    nextAt: askedAt.add({ seconds: LEFT_SECONDS }),
  } satisfies Asking
  return (await addAway(db.hot, away, bill)) ? { ...away, state: 'ASKED', answer: null, attempts: 0 } : null
}

interface Kept extends BillMessage {
  readonly confirmWithin: number | null
  readonly opened: HeldVisit | null
}

/** What was said before of the same bill, with the credential that came again. */
function again({ asked }: Away, { credential }: MadeAway): Saying {
  const { confirmWithin: _within, opened: _opened, ...message } = asked as Kept
  return { message: { ...message, bill: { ...message.bill, credential } }, isFirst: false }
}

/** Goes on with what a request has led to until it has its answer. Throws SettlementPending while it has none. */
export async function goOn(context: Context, request: Request, away: Away, saying?: Saying): Promise<Away> {
  requireSame(request, away)
  const done = await driveAway(context, away, saying)
  if (done.state === 'ASKED' || done.state === 'COMMITTING') throw new SettlementPending(request.requestId)
  return done
}

/** What a bill of a person insured elsewhere would come to, as their platform says; nothing is kept but its quote. */
export async function trialAway(context: Context, incoming: Incoming, elsewhere: Elsewhere): Promise<Trial> {
  const prepared = await prepareAway(context, incoming, elsewhere, null)
  if (prepared === null) throw new TypeError('a trial has no request')
  const { message, agreement, items } = prepared
  const { bill, province } = elsewhere
  const reply = await context.provinces?.send({ province, type: 'trial', message })
  if (reply?.kind !== 'ANSWERED') throw notTaken(reply?.code ?? 'EXCHANGE_OFF')
  const { settlement: told, quote } = readTrial(reply.answer)
  const faults = faultsOfTold(told, { province, lines: readSaidLines(message) })
  if (faults.length > 0) {
    context.logger?.error({ province, faults }, 'another platform told of a trial what cannot be')
    throw homeAnswerWrong()
  }
  checkPerson(bill.opened, told)
  const now = context.now()
  const { caller, requestId } = incoming.request
  const frame: AwayFrame = {
    id: context.newId(now),
    caller,
    requestId,
    now,
    clearingAgency: agreement.pool,
    province,
    credentialKind: bill.credential.kind,
    items,
  }
  const { settlement, lines } = settleAs(bill, told, frame)
  return { ...settlement, lines, quote }
}

/** Bills of each province gone on with in one run, at once: one that hangs must not hold up those of others. */
const AT_ONCE = 32

/**
 * Goes on with bills that nobody waits for any more: completed when the other platform has committed or keeps the money, and
 * given up when it has not heard of them.
 */
export async function healAway(services: Services): Promise<void> {
  const { db, clock, logger } = services
  const context = createContext(services, null, 'heal-away')
  const goOnWith = (away: Away) =>
    driveAway(context, away).catch(async (error: unknown) => {
      logger?.warn({ exchange: away.exchange, err: error }, 'a bill of another province cannot be gone on with yet')
      // Else it would stand before all others, again and again.
      const trouble = error instanceof Rejection ? error.code : 'FAILED'
      await postpone(db.hot, away, { nextAt: clock().add({ seconds: LEFT_SECONDS }), trouble })
    })
  await Promise.all((await listWaiting(db.hot, clock(), AT_ONCE)).map(goOnWith))
}

/**
 * Gives up a bill that is only asked for: from here on it is never committed, whatever the other platform keeps. False
 * when it is being committed, and then it will be known.
 */
export async function giveUpAway(context: Context, away: Away): Promise<boolean> {
  if (away.state === 'CANCELLING') return true
  if (away.state !== 'ASKED') return false
  const at = context.now()
  return endAway(context.db.hot, away, { from: 'ASKED', to: 'CANCELLING', request: { outcome: 'ANNULLED' }, at })
}
