import assert from 'node:assert/strict'
import { callerOf } from '@yibao/schema/identity'
import type { Rejection } from '@yibao/schema/rejection'
import { LRUCache } from 'lru-cache'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { reservedBefore } from '../domain/exchange.ts'
import type { Facts } from '../domain/facts.ts'
import { AlreadySettled } from '../domain/refusals.ts'
import type { SettledBill } from '../domain/settlement.ts'
import { tell, type ExchangeAnswer, type ToldSettlement } from '../peers/exchange-message.ts'
import { findExchange, hasReserved, isReserved, type ExchangeRecord } from '../store/exchange.ts'
import { findRecords } from '../store/own-records.ts'
import { findSettlements, listLines } from '../store/settlements.ts'

const NOTHING = { until: null, settlement: null, reversal: null, rejection: null }

/** A message that was refused as such: nothing is recorded under its exchange. */
export const refusedMessage = (exchange: string, refusal: Rejection): ExchangeAnswer => ({
  ...NOTHING,
  exchange,
  state: 'UNKNOWN',
  rejection: refusal.tell(),
})

/**
 * Why a bill is refused: one of another province whose keys are held by a reservation of its own, which a platform may have
 * lost with its server, is not settled and only has to wait.
 */
export async function unlessReserved(context: Context, { place }: Pick<Bill, 'place'>, refusal: unknown) {
  if (place === undefined || !(refusal instanceof AlreadySettled)) return refusal
  const held = { ...refusal.holder, caller: callerOf(context.institution()) }
  return (await isReserved(context.db.hot, held)) ? reservedBefore() : refusal
}

/**
 * One bill of a visit is reserved at a time: the next would be reckoned on what the first consumes, and that one may still
 * be aborted. Throws Busy.
 */
export async function refuseBesideReserved(
  context: Context,
  { place, institution, visit }: Pick<Bill, 'place' | 'institution' | 'visit'>,
  facts: Pick<Facts, 'visit'>,
): Promise<void> {
  if (place === undefined || facts.visit.length === 0) return
  const caller = callerOf(context.institution())
  if (await hasReserved(context.db.hot, { caller, institution, visit })) throw reservedBefore()
}

/** What became of an exchange with the province that asks. Durable: asked at any time, by whichever copy, it is the same. */
export async function answerOf(context: Context, exchange: string): Promise<ExchangeAnswer> {
  const caller = callerOf(context.institution())
  const found = await findExchange(context.db.hot, { caller, requestId: exchange })
  return found === null ? { ...NOTHING, exchange, state: 'UNKNOWN' } : answerFound(context, exchange, found)
}

/** The same of what was just read. */
export async function answerFound(context: Context, exchange: string, found: ExchangeRecord): Promise<ExchangeAnswer> {
  const { rejection = null, reversal } = found.result ?? {}
  // The request of a reversal names both; it is the reversal that it led to.
  const settlement = found.operation === 'reverse' ? reversal : found.result?.settlement
  if (found.outcome === 'REFUSED') return { ...NOTHING, exchange, state: 'REFUSED', rejection }
  if (settlement === undefined) return { ...NOTHING, exchange, state: 'ABORTED' }
  const state = stateOf(found)
  return {
    ...NOTHING,
    exchange,
    state,
    until: state === 'RESERVED' ? (found.dueAt?.toString() ?? null) : null,
    settlement: state === 'ABORTED' ? null : await toldOf(context, settlement),
    reversal: found.reversal,
  }
}

/** Of an exchange that led to a settlement. A reversal needs no word of the other side: it is the other side's own. */
export function stateOf({ operation, confirmedAt, closedAt, reversal }: ExchangeRecord) {
  if (operation === 'reverse' || confirmedAt !== null) return 'COMMITTED'
  return closedAt === null && reversal === null ? 'RESERVED' : 'ABORTED'
}

/**
 * What was told of late, by settlement: a bill is reserved and committed within the same second, and what is told of it never
 * changes.
 */
const recent = new LRUCache<string, ToldSettlement>({
  max: 500,
  // Counted in lines as well, so that a few hundred long bills do not fill the memory.
  maxSize: 20_000,
  sizeCalculation: ({ lines }) => lines.length + 1,
})

/** The answer to a bill that was just reserved until then, which is kept for what is asked of it next. */
export function answerReserved(exchange: string, bill: SettledBill, until: Temporal.Instant | null): ExchangeAnswer {
  const settlement = tell(bill)
  recent.set(bill.id, settlement)
  return { ...NOTHING, exchange, state: 'RESERVED', until: until?.toString() ?? null, settlement }
}

async function toldOf({ db }: Context, id: string): Promise<ToldSettlement> {
  const told = recent.get(id)
  if (told !== undefined) return told
  const [found] = await findSettlements(db.orm, [id])
  assert(found !== undefined, 'a settlement on record has its row')
  const lines = (await listLines(db.orm, [id])).get(id) ?? []
  return tell({ ...found, lines, records: await findRecords(db.orm, found.insuredId) })
}
