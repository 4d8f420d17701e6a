import assert from 'node:assert/strict'
import { canonicalDigest } from '@yibao/drizzle/digest'
import { newId } from '@yibao/drizzle/uuid'
import { Rejection } from '@yibao/schema/rejection'
import { createContext, type Context, type Services } from '../context.ts'
import { isDecidedElsewhere } from '../domain/away.ts'
import { UNCONFIRMED } from '../domain/confirmation.ts'
import { isDecided, type DecidedSettlement } from '../domain/recompute.ts'
import { isLaterPart } from '../domain/refusals.ts'
import { AlreadyReversed, isForGood, isObstacle } from '../domain/reversal-refusals.ts'
import { settlementNumber } from '../domain/settlement-id.ts'
import {
  closeUnconfirmed,
  confirmAfterAll,
  tryLater,
  type Unconfirmed,
  type UnconfirmedOf,
} from '../store/confirmations.ts'
import { findSettlements } from '../store/settlements.ts'
import { writeReversal, type ReversalEvent } from '../store/write-reversal.ts'
import { driveAway } from './away-drive.ts'
import { prepareReversal } from './prepare-reversal.ts'
import { askReversal } from './reverse-away.ts'

/** Settlements taken back in one run, of here and of each province that decided them; the next run goes on. */
const AT_ONCE = 100
const RETRY_MINUTES = 5
const ROUNDS_MAX = 5
/** What another platform has refused for good is asked for again as seldom as this: each time leaves a refusal there. */
const REFUSED_MINUTES = 24 * 60
/** Where a later settlement stands in the way: each time leaves what was given up there. */
const BLOCKED_MINUTES = 60
/** How long those of one province are gone on with in one run. */
const ROUND_MS = 5_000

/**
 * Takes back the settlements whose institution asked for a confirmation within a time and did not give it, and tells its
 * system. Their time is
 * ended first, so that a confirmation that comes now is told so; whatever cuts this short, the next run completes it.
 * One that cannot be taken back for a fault waits and lets the others pass, and a province that hangs those of others.
 */
export async function reverseUnconfirmed(services: Services): Promise<void> {
  const { db, clock } = services
  const context = createContext(services, null, 'reverse-unconfirmed')
  const queues = Map.groupBy(await closeUnconfirmed(db.hot, clock(), AT_ONCE), ({ province }) => province)
  await Promise.all([...queues].map(([province, queue]) => takeBackInOrder(context, services, { province, queue })))
}

interface Queue {
  readonly province: string | null
  readonly queue: readonly UnconfirmedOf[]
}

async function takeBackInOrder(context: Context, { db, clock, logger }: Services, { province, queue }: Queue) {
  const end = performance.now() + ROUND_MS
  for (const one of queue) {
    if (province !== null && performance.now() > end) return
    const failure = await takeBack(context, one).then(
      (done) => (done ? null : new Error('others kept changing the money of the person')),
      (error: unknown) => (error instanceof AlreadyReversed ? null : error),
    )
    if (failure === null) continue
    // Whoever has settled the rest of the stay knows of this part: that is its word.
    if (isLaterPart(failure)) {
      await confirmAfterAll(db.hot, one, clock())
      continue
    }
    logger?.warn({ settlement: one.settlementId, err: failure }, 'an unconfirmed settlement cannot be taken back yet')
    const minutes = province === null ? RETRY_MINUTES : minutesUntilAgain(failure)
    await tryLater(db.hot, one, clock().add({ minutes }))
  }
}

function minutesUntilAgain(failure: unknown): number {
  if (isForGood(failure)) return REFUSED_MINUTES
  return failure instanceof Rejection && isObstacle(failure) ? BLOCKED_MINUTES : RETRY_MINUTES
}

/** Takes back one whose time is ended already. True when it is taken back, by this or by anybody. */
export async function takeBackUnconfirmed(context: Context, one: Unconfirmed): Promise<boolean> {
  try {
    return await takeBack(context, one)
  } catch (error) {
    if (error instanceof AlreadyReversed) return true
    throw error
  }
}

async function takeBack(context: Context, { settlementId }: Unconfirmed): Promise<boolean> {
  const [settlement] = await findSettlements(context.db.orm, [settlementId])
  assert(settlement !== undefined, 'what waits for a confirmation is a settlement')
  const digest = canonicalDigest('annul', { settlementId })
  // The answer never arrived, so nothing was done at the counter by it: an annulment.
  const request = { caller: UNCONFIRMED, requestId: settlementId, operation: 'annul', digest } as const
  if (isDecidedElsewhere(settlement)) {
    const away = await askReversal(context, { request, settlement, path: 'settlement', topic: TOPIC })
    return (await driveAway(context, away)).state === 'COMMITTED'
  }
  assert(isDecided(settlement), 'what waits for a confirmation was decided')
  // The place of treatment may have been told that it is aborted, and no later bill changes that.
  const isReservation = settlement.otherProvince !== null
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const { write } = await prepareReversal(context, { request, settlement, path: 'settlement', isReservation })
    const event = eventOf(settlement, write.settlement.id)
    if (await writeReversal(context.db.hot, { ...write, event })) return true
  }
  return false
}

const TOPIC = 'settlement.reversed_by_platform'

/** What its institution is told by: it never asked for this, and may not even know of the settlement. */
const eventOf = ({ id, institution, requestId }: DecidedSettlement, reversalId: string): ReversalEvent => ({
  // By the clock of the machine, as all events have it.
  id: newId(),
  topic: TOPIC,
  payload: { institution, requestId, settlement: settlementNumber(id), reversal: settlementNumber(reversalId) },
})
