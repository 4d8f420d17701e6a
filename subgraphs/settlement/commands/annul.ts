import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { callerOf } from '@yibao/schema/identity'
import { Busy, InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Annulment } from '../domain/annulment.ts'
import type { RequestRecord, RequestResult } from '../domain/facts.ts'
import { isDecidedElsewhere } from '../domain/away.ts'
import { SettlementPending } from '../domain/pending.ts'
import { isDecided } from '../domain/recompute.ts'
import { AlreadyReversed } from '../domain/reversal-refusals.ts'
import { findAwayOf } from '../store/away.ts'
import { addRequest, addTombstone, findRequest, type Request } from '../store/requests.ts'
import { findSettlements } from '../store/settlements.ts'
import { writeReversal } from '../store/write-reversal.ts'
import { prepareReversal } from './prepare-reversal.ts'
import { checkRequestIds, digestOf } from './read-request.ts'
import { driveAway } from './away-drive.ts'
import { findAnswer, refuse } from './refuse.ts'
import { askReversal } from './reverse-away.ts'
import { giveUpAway, goOn } from './settle-away.ts'

const ROUNDS_MAX = 40

/**
 * Makes sure that a request of this caller has no effect (national 2601): a settlement it led to is reversed once, and
 * a request that has not arrived yet will be refused when it does. Asked again, it answers the same.
 */
export async function annul(context: Context, requestId: string, target: string): Promise<Annulment> {
  checkRequestIds({ requestId, target })
  if (requestId === target) throw InvalidInput.of([SAME_ID])
  const caller = callerOf(context.institution())
  const request: Request = { caller, requestId, operation: 'annul', digest: digestOf('annul', { target }, '') }
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await wait(Math.random() * 2 * round)
    const done = await annulOnce(context, request, target)
    if (done !== null) return { target, settlement: done.settlement ?? null, reversal: done.reversal ?? null }
  }
  throw Busy.of()
}

const SAME_ID = {
  path: 'target',
  code: 'SAME_ID',
  message: { zh: '不能与 requestId 相同', en: 'must not be the requestId of the annulment itself' },
}

/** One try: what the annulment came to, or null when something changed meanwhile. */
async function annulOnce(context: Context, request: Request, target: string): Promise<RequestResult | null> {
  const { hot } = context.db
  const own = await findAnswer(context, request)
  if (own !== null) return own.result ?? {}
  const found = await findRequest(hot, { caller: request.caller, requestId: target })
  if (found === null) return bury(context, request, target)
  if (found.outcome === 'PENDING') return endUnderWay(context, request, target)
  if (!led(found)) {
    await refuse(context, request, notASettlement(), null)
    return null
  }
  if (found.outcome === 'COMMITTED') return reverse(context, request, found)
  // Refused or annulled before: nothing is in force, which is all that was asked for.
  const result = found.outcome === 'ANNULLED' ? (found.result ?? {}) : {}
  const outcome = { ...request, outcome: 'COMMITTED' as const, result, insuredId: found.insuredId, at: context.now() }
  return (await addRequest(hot, outcome)) ? result : null
}

/** Whether a request settled a bill, or would have: not one that took something back, nor a registration or the like. */
const led = ({ operation, outcome, result }: RequestRecord): boolean =>
  outcome === 'COMMITTED'
    ? result?.settlement !== undefined && result.reversal === undefined
    : !NO_SETTLEMENT.has(operation)

const NO_SETTLEMENT: ReadonlySet<string> = new Set(['annul', 'reverse', 'refund'])

const notASettlement = () =>
  NotAllowed.of({
    code: 'TARGET_NOT_A_SETTLEMENT',
    text: { zh: '只能冲正结算请求', en: 'only a settle request can be annulled' },
    problems: [
      { path: 'target', code: 'TARGET_NOT_A_SETTLEMENT', message: { zh: '不是结算请求', en: 'is no settle request' } },
    ],
  })

/** Ends what a request has under way with another platform, one way or the other; what came of it is on record then. */
async function endUnderWay(context: Context, { caller }: Request, target: string): Promise<null> {
  const underWay = await findAwayOf(context.db.hot, { caller, requestId: target })
  if (underWay === null || (underWay.kind === 'SETTLE' && (await giveUpAway(context, underWay)))) return null
  const { state } = await driveAway(context, underWay)
  if (state === 'ASKED' || state === 'COMMITTING') throw new SettlementPending(target)
  return null
}

async function bury(context: Context, request: Request, target: string): Promise<RequestResult | null> {
  const common = { result: {}, insuredId: null, at: context.now() }
  const stone = { ...common, caller: request.caller, requestId: target, operation: 'settle' as const, digest: '' }
  const buried = await addTombstone(context.db.hot, {
    target: { ...stone, outcome: 'ANNULLED' },
    annulment: { ...common, ...request, outcome: 'COMMITTED' },
  })
  return buried ? {} : null
}

/** Takes back what a request led to; null when something changed meanwhile, a reversal by others included. */
async function reverse(context: Context, request: Request, found: RequestRecord): Promise<RequestResult | null> {
  const id = found.result?.settlement
  assert(id !== undefined && found.insuredId !== null, 'a committed settlement has its ids')
  const [settlement] = await findSettlements(context.db.orm, [id])
  assert(settlement !== undefined, 'a committed settlement has its row')
  try {
    if (isDecidedElsewhere(settlement)) {
      await goOn(context, request, await askReversal(context, { request, settlement, path: 'target' }))
      return null
    }
    assert(isDecided(settlement), 'a committed settlement was decided')
    const { write } = await prepareReversal(context, { request, settlement, path: 'target' })
    return (await writeReversal(context.db.hot, write)) ? { settlement: id, reversal: write.settlement.id } : null
  } catch (refusal) {
    if (refusal instanceof AlreadyReversed) return null
    await refuse(context, request, refusal, settlement.insuredId)
    return null
  }
}
