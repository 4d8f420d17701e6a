import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { canonicalDigest } from '@yibao/drizzle/digest'
import { callerOf } from '@yibao/schema/identity'
import { uuidFault } from '@yibao/schema/ids'
import { Busy, NotFound } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import { isDecidedElsewhere, onlyAtHome } from '../domain/away.ts'
import type { BillInput } from '../domain/bill.ts'
import { Fields, type Maybe } from '../domain/fields.ts'
import { readOperator } from '../domain/read-bill.ts'
import { isDecided, type DecidedSettlement } from '../domain/recompute.ts'
import { reversalOfReversal } from '../domain/reversal-refusals.ts'
import type { SettledBill, Settlement } from '../domain/settlement.ts'
import { parseSettlementNumber } from '../domain/settlement-id.ts'
import type { Request } from '../store/requests.ts'
import { findSettlements } from '../store/settlements.ts'
import { writeReversal } from '../store/write-reversal.ts'
import { prepareReversal } from './prepare-reversal.ts'
import { checkRequestIds } from './read-request.ts'
import { findAnswer, refuse } from './refuse.ts'
import { askReversal } from './reverse-away.ts'
import { goOn } from './settle-away.ts'

/** In each round one of those who compete for a person gets through. */
const ROUNDS_MAX = 40

interface ReverseInput {
  readonly settlement: string
  readonly operator?: Maybe<BillInput['operator']>
}

/**
 * Takes a settlement of the calling institution back, once (national 2103, 2208, 2305): every amount negated, or
 * reckoned anew where the pool asks for that. Throws a Rejection, which is recorded unless it is retryable.
 */
export async function reverse(context: Context, requestId: string, input: ReverseInput): Promise<SettledBill> {
  checkRequestIds({ requestId })
  const operator = readOwnOperator(input.operator)
  const target = settlementIdOf(input.settlement)
  const caller = callerOf(context.institution())
  const digest = canonicalDigest('reverse', { settlement: target ?? input.settlement, operator })
  const request: Request = { caller, requestId, operation: 'reverse', digest }
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await wait(Math.random() * 2 * round)
    const own = await findAnswer(context, request)
    if (own !== null) return reversalIn(context, own.result?.reversal)
    const settlement = await findOwn(context, target)
    const written = await decideAndWrite(context, { request, settlement, operator }).catch((refusal: unknown) =>
      refuse(context, request, refusal, settlement?.insuredId ?? null),
    )
    if (written !== undefined && written !== null) return written
  }
  throw Busy.of()
}

interface Reversing {
  readonly request: Request
  readonly settlement: Settlement | null
  readonly operator: ReturnType<typeof readOwnOperator>
}

/** One try; null when something changed meanwhile. */
async function decideAndWrite(
  context: Context,
  { request, settlement, operator }: Reversing,
): Promise<SettledBill | null> {
  if (settlement !== null && isDecidedElsewhere(settlement)) {
    const away = await askReversal(context, { request, settlement, path: 'settlement', operator })
    await goOn(context, request, away)
    // It is on record now, which the next round answers.
    return null
  }
  const prepared = await prepareReversal(context, {
    request,
    settlement: requireDecided(settlement),
    path: 'settlement',
    operator,
  })
  const { write } = prepared
  return (await writeReversal(context.db.hot, write)) ? { ...write.settlement, lines: write.lines } : null
}

/** Throws NotFound for none, NotAllowed for a reversal. */
export function requireDecided(settlement: Settlement | null): DecidedSettlement {
  if (settlement === null) throw NotFound.of({ zh: '该结算', en: 'the settlement' }, 'settlement')
  if (isDecidedElsewhere(settlement)) throw onlyAtHome('settlement')
  if (!isDecided(settlement)) throw reversalOfReversal('settlement')
  return settlement
}

/** The operator, when one is given. Throws InvalidInput. */
export function readOwnOperator(given: Maybe<BillInput['operator']>) {
  if (given === null || given === undefined) return null
  const fields = new Fields()
  const operator = readOperator(fields, given)
  fields.check()
  return operator
}

/** The id of a settlement that is named by id or number; null when it is neither. */
export const settlementIdOf = (text: string): string | null =>
  uuidFault(text) === null ? text.toLowerCase() : parseSettlementNumber(text)

/** A settlement of the calling institution; another's is as if it did not exist. */
export async function findOwn(context: Context, id: string | null): Promise<Settlement | null> {
  if (id === null) return null
  const [found] = await findSettlements(context.db.orm, [id])
  if (found === undefined || found.claimId !== null) return null
  return found.institution === context.institution().institution ? found : null
}

/** The reversal a request was answered with, under the row rules of whoever asks now. */
export async function reversalIn(context: Context, id: string | undefined): Promise<SettledBill> {
  assert(id !== undefined, 'a reversal that was carried out has its id')
  const found = await context.load.settlement.load({ id })
  assert(found !== null, 'an institution sees the reversals it asked for')
  return found
}
