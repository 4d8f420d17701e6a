import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import type { Services } from '../context.ts'
import type { Say } from '../domain/exchange.ts'
import type { IncomingStay } from '../domain/stay.ts'
import { nextAttempt, PATIENCE, type StayNotice } from '../domain/stay-notice.ts'
import { stayAnswer } from '../peers/stay-message.ts'
import {
  findIncomingStays,
  findNotices,
  findStaysToTell,
  saveIncomingStay,
  saveNotice,
} from '../store/incoming-stays.ts'
import { sayBeside } from './say-beside.ts'

const BATCH = 100

/** What it takes to tell other provinces of stays. */
export interface Telling extends Pick<Services, 'db' | 'clock'> {
  readonly say: Say
}

/** Tells homes of what is due, again and again until it is answered. */
export async function tellStays(parts: Telling): Promise<void> {
  const waiting = await findStaysToTell(parts.db.orm, parts.clock(), BATCH)
  await sayBeside(
    waiting,
    (one) => one.insuredPool.slice(0, 2),
    (one) => tellStay(parts, one.id),
  )
}

/**
 * Says what waits of one stay, in its order, until something gets no answer. Two processes may say the same at once: it has
 * one id, so home records it once.
 */
export async function tellStay({ db, clock, say }: Telling, stayId: string): Promise<void> {
  const [stay] = await findIncomingStays(db.orm, [stayId])
  if (stay === undefined) return
  const province = stay.insuredPool.slice(0, 2)
  for (const notice of await findNotices(db.orm, [stayId])) {
    if (notice.state !== 'WAITING') continue
    const after = answered(notice, await say({ province, type: notice.type, message: notice.message }), clock())
    await db.orm.transaction(async (tx) => {
      await saveNotice(tx, after)
      await tellHospital(tx, stay, after, clock())
      if (after.state !== 'REFUSED' || notice.type !== 'admission') return
      // Without its admission nothing else of the stay can be recorded.
      await saveIncomingStay(tx, { ...stay, state: 'REFUSED', changedAt: clock() })
      for (const later of await findNotices(tx, [stayId])) await saveNotice(tx, { ...after, number: later.number })
    })
    if (after.state === 'WAITING' || (after.state === 'REFUSED' && notice.type === 'admission')) return
  }
}

/** Nobody waits for what the worker sends: the hospital is told when home has refused it, and when it is silent for long. */
async function tellHospital(
  tx: Tx,
  { institution, visit }: IncomingStay,
  { stayId, number, state, attempts }: StayNotice,
  at: Temporal.Instant,
): Promise<void> {
  const what = state === 'REFUSED' ? 'refused' : state === 'WAITING' && attempts === PATIENCE ? 'unanswered' : null
  if (what === null) return
  await notify(tx, 'cross_province', {
    to: { kind: 'institution', institution },
    template: `stay.${what}`,
    data: { visit },
    at,
    key: `stay:${stayId}:${number}:${what}`,
  })
}

function answered(notice: StayNotice, sent: Awaited<ReturnType<Say>>, at: Temporal.Instant): StayNotice {
  const attempts = notice.attempts + 1
  const read = sent.kind === 'ANSWERED' ? stayAnswer.safeParse(sent.answer) : null
  if (read?.success !== true || read.data.rejection?.type === 'Busy') {
    const lastCode = sent.kind === 'ANSWERED' ? 'NOT_UNDERSTOOD' : sent.code.slice(0, 50)
    return { ...notice, attempts, lastCode, nextAt: nextAttempt(notice.attempts, at) }
  }
  const { state, rejection } = read.data
  return { ...notice, attempts, state, rejection, nextAt: null, lastCode: null, answeredAt: at }
}
