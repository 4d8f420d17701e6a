import { randomUUIDv7 } from 'node:crypto'
import assert from 'node:assert/strict'
import { Busy } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Bill } from '../domain/bill.ts'
import { AlreadyReversed } from '../domain/reversal-refusals.ts'
import type { Settlement } from '../domain/settlement.ts'
import { addAwayReversal, findAwayOf, findAwayReversal, findAwaySettled, type Away } from '../store/away.ts'
import type { Request } from '../store/requests.ts'
import { readPurse } from '../store/read-purse.ts'
import { LEFT_SECONDS } from './settle-away.ts'

export interface TakingBackAway {
  readonly request: Request
  readonly settlement: Settlement
  /** Where the request names it. */
  readonly path: string
  readonly operator?: Bill['operator'] | null
  /** What the institution is told by, when it did not ask for it. */
  readonly topic?: string
}

/**
 * Puts on record that a settlement decided on another platform is to be taken back, once; `goOn` says it there. Throws
 * AlreadyReversed, and Busy while another request takes it back.
 */
export async function askReversal(context: Context, taking: TakingBackAway): Promise<Away> {
  const { request, settlement, path, operator = null, topic = null } = taking
  const { hot } = context.db
  const known = await findAwayOf(hot, request)
  if (known !== null) return known
  const purse = await readPurse(hot, settlement)
  const { insuredId } = settlement
  if (purse.reversal !== null) throw AlreadyReversed.by({ insuredId, settlementId: purse.reversal }, path)
  const bill = await findAwaySettled(hot, settlement.id)
  assert(bill !== null, 'a settlement decided elsewhere came by an exchange')
  if ((await findAwayReversal(hot, bill.exchange)) !== null) throw Busy.of()
  const askedAt = context.now()
  const away = {
    ...request,
    exchange: randomUUIDv7(),
    kind: 'REVERSE' as const,
    province: bill.province,
    institution: bill.institution,
    clearingAgency: bill.clearingAgency,
    visit: bill.visit,
    chargeBatch: bill.chargeBatch,
    asked: { operator, topic },
    settlementId: context.newId(askedAt),
    insuredId,
    of: bill.exchange,
    askedAt,
    nextAt: askedAt.add({ seconds: LEFT_SECONDS }),
  }
  if (await addAwayReversal(hot, away)) return { ...away, state: 'ASKED', answer: null, attempts: 0 }
  const first = await findAwayOf(hot, request)
  if (first === null) throw Busy.of()
  return first
}
