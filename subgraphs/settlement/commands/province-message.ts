import type { Services } from '../context.ts'
import { waitAfter } from '../domain/province-message.ts'
import { moneyAnswerRead } from '../peers/money-message.ts'
import type { Said } from '../peers/province.ts'
import { denyRefused } from './net-deny.ts'
import { listUnanswered, noteAnswered, noteUnanswered, type Unanswered } from '../store/province-message.ts'

type Working = Pick<Services, 'db' | 'clock' | 'newId' | 'logger' | 'provinces'>

/** Messages of a province in one round at most, and how long one is gone on with: nobody waits longer for the next. */
const PAGE = 100
const ROUND_MS = 2_000

/**
 * Says to other provinces what is to be said and was not answered. Each side knows what it was told by an id of its own, so
 * that nothing comes of saying it twice: wherever a process dies, or an answer is lost, it is said again. A province hears
 * its messages one after the other; provinces, of which there are 34 at most, are spoken to beside each other, so that one
 * that hangs holds up nobody else's.
 */
export async function sayToProvinces(services: Working): Promise<void> {
  const queues = Map.groupBy(
    await listUnanswered(services.db.hot, services.clock(), PAGE),
    ({ province }: Unanswered) => province,
  )
  await Promise.all([...queues.values()].map((queue) => sayInOrder(services, queue)))
}

/** Who does not answer one message would not answer the next either: what is left of the queue is for the next round. */
async function sayInOrder(services: Working, queue: readonly Unanswered[]): Promise<void> {
  const end = performance.now() + ROUND_MS
  for (const one of queue) {
    if ((await say(services, one)) === 'UNREACHED' || performance.now() > end) return
  }
}

/** Says one message and notes what came of it. Whatever fails, it is counted, and said again later than what comes after it. */
async function say(services: Working, one: Unanswered): Promise<Said['kind'] | undefined> {
  const { provinces, db, clock, logger } = services
  const { id, province, type, message, tries, refusedBefore } = one
  try {
    // What was never taken there cannot be withdrawn there, and need not be.
    if (refusedBefore !== null) {
      await noteAnswered(db.hot, { id, at: clock(), rejection: refusedBefore })
      return undefined
    }
    const said = await provinces?.send({ province, type, message })
    if (said !== undefined) await note(services, one, said)
    return said?.kind
  } catch (error) {
    logger?.error({ id, type, province, err: error }, 'what is to be said to another province of money cannot be')
    await noteUnanswered(db.hot, { id, nextAt: clock().add(waitAfter(tries)), trouble: 'FAILED' })
    return undefined
  }
}

async function note(services: Working, one: Unanswered, said: Said) {
  const { db, clock, logger } = services
  const { id, tries, type, province } = one
  const read = said.kind === 'ANSWERED' ? moneyAnswerRead.safeParse(said.answer) : null
  if (read?.success !== true || read.data.state === 'LATER') {
    const trouble = said.kind !== 'ANSWERED' ? said.code : (read?.data?.state ?? 'ANSWER_FORM')
    return noteUnanswered(db.hot, { id, nextAt: clock().add(waitAfter(tries)), trouble })
  }
  const rejection = read.data.state === 'REFUSED' ? read.data.rejection : null
  if (rejection !== null) await denyRefused(services, one, rejection.code)
  await noteAnswered(db.hot, { id, at: clock(), rejection })
  if (rejection !== null)
    logger?.error({ id, type, province, code: rejection.code }, 'another province refused what it was told of money')
}
