import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { fenOf, sum } from '@yibao/schema/money'
import { callerOf } from '@yibao/schema/identity'
import { Busy, InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import type { Context } from '../context.ts'
import type { Annulment } from '../domain/annulment.ts'
import type { RequestRecord, RequestResult } from '../domain/facts.ts'
import { LaterPartStands } from '../domain/refusals.ts'
import { mirrored, personalAccount, type LedgerEntry } from '../domain/ledger.ts'
import { reversalOf, reversedLines } from '../domain/reverse.ts'
import { counterChanges, type AccountChange } from '../domain/settle.ts'
import { nextTime } from '../domain/settlement-id.ts'
import { findLaterPart } from '../store/later-part.ts'
import { readPurse } from '../store/read-purse.ts'
import { addRequest, addTombstone, findRequest, type Request } from '../store/requests.ts'
import { findSettlements, listEntries, listLines } from '../store/settlements.ts'
import { writeReversal } from '../store/write-reversal.ts'
import { checkRequestIds, digestOf } from './read-request.ts'
import { refuse, replay } from './refuse.ts'

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
  const own = await findRequest(hot, request)
  if (own !== null) return replay(request, own).result ?? {}
  const found = await findRequest(hot, { caller: request.caller, requestId: target })
  if (found === null) return bury(context, request, target)
  if (found.operation !== 'settle') {
    await refuse(context, request, notASettlement(), null)
    return null
  }
  if (found.outcome === 'COMMITTED') return reverse(context, { request, target, found })
  // Refused or annulled before: nothing is in force, which is all that was asked for.
  const result = found.outcome === 'ANNULLED' ? (found.result ?? {}) : {}
  const outcome = { ...request, outcome: 'COMMITTED' as const, result, insuredId: found.insuredId, at: context.now() }
  return (await addRequest(hot, outcome)) ? result : null
}

const notASettlement = () =>
  NotAllowed.of({
    code: 'TARGET_NOT_A_SETTLEMENT',
    text: { zh: '只能冲正结算请求', en: 'only a settle request can be annulled' },
    problems: [
      { path: 'target', code: 'TARGET_NOT_A_SETTLEMENT', message: { zh: '不是结算请求', en: 'is no settle request' } },
    ],
  })

async function bury(context: Context, request: Request, target: string): Promise<RequestResult | null> {
  const common = { result: {}, insuredId: null, at: context.now() }
  const stone = { ...common, caller: request.caller, requestId: target, operation: 'settle' as const, digest: '' }
  const buried = await addTombstone(context.db.hot, {
    target: { ...stone, outcome: 'ANNULLED' },
    annulment: { ...common, ...request, outcome: 'COMMITTED' },
  })
  return buried ? {} : null
}

interface Reversing {
  readonly request: Request
  readonly target: string
  readonly found: RequestRecord
}

async function reverse(context: Context, { request, target, found }: Reversing): Promise<RequestResult | null> {
  const id = found.result?.settlement
  assert(id !== undefined && found.insuredId !== null, 'a committed settlement has its ids')
  const { hot, orm } = context.db
  const { version, lastAt, balance, reversed } = await readPurse(hot, { insuredId: found.insuredId, id })
  if (reversed) return null
  const [original] = await findSettlements(orm, [id])
  assert(original !== undefined, 'a committed settlement has its row')
  if (original.careKind === 'INPATIENT') {
    const later = await findLaterPart(hot, original)
    // Not recorded: the same annulment succeeds once the later part is annulled.
    if (later !== null) throw LaterPartStands.standing(later)
  }
  const lines = (await listLines(orm, [id])).get(id) ?? []
  const entries = mirrored(await listEntries(orm, id))

  const accounts = accountsOf(found.insuredId, entries)
  const now = nextTime(context.now(), lastAt)
  const returned = sum(accounts.map((one) => one.amount))
  const settlement = reversalOf(original, {
    id: context.newId(now),
    caller: request.caller,
    requestId: request.requestId,
    now,
    balance: fenOf(balance + returned),
  })
  const written = await writeReversal(hot, {
    settlement,
    lines: reversedLines(lines),
    entries,
    version,
    annulment: request,
    target,
    accounts,
    counters: counterChanges(settlement.consumed),
  })
  return written ? { settlement: id, reversal: settlement.id } : null
}

/** What goes back to the personal accounts, read off the entries that are mirrored. */
const accountsOf = (insuredId: string, entries: readonly LedgerEntry[]): AccountChange[] =>
  (['CURRENT', 'HISTORY'] as const).flatMap((kind) =>
    entries
      .filter((entry) => entry.account === personalAccount(insuredId, kind))
      .map(({ amount }) => ({ kind, amount })),
  )
