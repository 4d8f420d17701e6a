import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { dayOf, parseInstant } from '@yibao/schema/dates'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { awayEntries, settleAs } from '../domain/away.ts'
import type { BillInput } from '../domain/bill.ts'
import { readBill } from '../domain/read-bill.ts'
import { operatorOf, reversalOf, reversedLines } from '../domain/reverse.ts'
import { nextTime, settlementNumber } from '../domain/settlement-id.ts'
import type { SettledBill, Settlement } from '../domain/settlement.ts'
import { packagesOf } from '../domain/trace-codes.ts'
import { reserveMessage } from '../peers/exchange-message.ts'
import { readTold } from '../peers/exchange-read.ts'
import { findAway, readBefore, type Away } from '../store/away.ts'
import { readPurse } from '../store/read-purse.ts'
import { findSettlements, listLines } from '../store/settlements.ts'
import { writeReversal } from '../store/write-reversal.ts'
import { writeSettlement } from '../store/write-settlement.ts'
import { itemsOf } from './exchange-reserve.ts'
import { heldVisit } from './held-visit.ts'

/** In each round one of those who compete for a person gets through. */
const ROUNDS_MAX = 40

/** What is kept of a bill while it is under way: as it was said, without the credential's value. */
const kept = reserveMessage
  .omit({ exchange: true })
  .extend({ confirmWithin: z.number().nullable(), opened: heldVisit.nullish() })

/** Any value: the credential was looked at where the person is insured. */
const NO_CREDENTIAL = { kind: '01', value: '-' }

/** Writes the settlement of a bill the other platform has committed. False when others kept being first. */
export async function writeAway(context: Context, away: Away): Promise<boolean> {
  const { bill: said, place, lines, confirmWithin, opened } = kept.parse(away.asked)
  const told = readTold(away.answer)
  const input: BillInput = { ...said, credential: NO_CREDENTIAL, confirmWithin }
  // What passed when it was asked for is decided, though the clock may have been set back since.
  const notBefore = nextTime(context.now(), away.askedAt)
  const bill = readBill(input, { now: notBefore, institution: away.institution })
  const day = dayOf(parseInstant(said.end) ?? context.now()).toString()
  const items = itemsOf(lines, { pool: place.pool, day })
  const codes = packagesOf(bill.lines).map((one) => one.code)
  const keys = { traceCodes: codes, institution: away.institution, converts: bill.converts?.invoice ?? null }
  return inRounds(context, away, async () => {
    const { insuredId } = told
    const { version, lastAt, paidCodes, isConverted } = await readBefore(context.db.hot, { insuredId, ...keys })
    const now = nextTime(context.now(), lastAt)
    const settling = settleAs(bill, told, {
      id: away.settlementId,
      caller: away.caller,
      requestId: away.requestId,
      now,
      clearingAgency: away.clearingAgency,
      province: away.province,
      credentialKind: said.credential.kind,
      items,
    })
    const isWritten = await writeSettlement(context.db.hot, {
      ...settling,
      ...(opened && { opened }),
      // What somebody else was paid for, or has converted, meanwhile stays theirs; the bill is decided.
      traceCodes: codes.filter((code) => !paidCodes.includes(code)),
      conversion: isConverted ? null : settling.conversion,
      version,
      digest: away.digest,
      operation: away.operation,
      away: away.exchange,
    })
    const settled: SettledBill = { ...settling.settlement, lines: settling.lines }
    // Whoever waits for the answer need not read what was just written.
    if (isWritten) context.load.settlement.prime(settled, settled)
    return isWritten
  })
}

const reversing = z.object({
  operator: z.object({ code: z.string(), name: z.string().nullish(), terminal: z.enum(['1', '2', '3']) }).nullish(),
  /** What the institution is told by, when it did not ask for it. */
  topic: z.string().nullish(),
})

/** Writes the reversal the other platform has carried out. False when others kept being first. */
export async function writeAwayReversal(context: Context, away: Away, answer: unknown): Promise<boolean> {
  const { hot, orm } = context.db
  const told = readTold(answer)
  const { operator, topic } = reversing.parse(away.asked)
  assert(away.of !== null, 'a reversal names the exchange it takes back')
  const taken = await findAway(hot, away.of)
  const [original] = taken === null ? [] : await findSettlements(orm, [taken.settlementId])
  assert(original !== undefined, 'what is taken back was settled')
  const lines = (await listLines(orm, [original.id])).get(original.id) ?? []
  return inRounds(context, away, async () => {
    const purse = await readPurse(hot, original)
    const now = purse.times.reduce<Temporal.Instant>(nextTime, context.now())
    const { id: _id, lines: _lines, reverses: _reverses, mergedFrom: _merged, ...home } = told
    const settlement: Settlement = {
      ...reversalOf(original, {
        id: away.settlementId,
        caller: away.caller,
        requestId: away.requestId,
        now,
        balance: told.balance,
        correction: purse.monthClosed,
        keepsCounters: false,
      }),
      // What the pool gives back where it reckons anew is its own to say.
      ...home,
      ...(operator && operatorOf({ ...operator, name: operator.name ?? null })),
    }
    return writeReversal(hot, {
      settlement,
      lines: reversedLines(lines),
      entries: awayEntries(settlement),
      version: purse.version,
      request: away,
      original,
      accounts: [],
      counters: [],
      sponsors: [],
      closings: purse.closings,
      replacement: null,
      visitRefunds: [],
      away: away.exchange,
      ...(topic && {
        event: {
          id: context.newId(now),
          topic,
          payload: {
            institution: original.institution,
            requestId: original.requestId,
            settlement: settlementNumber(original.id),
            reversal: settlementNumber(settlement.id),
          },
        },
      }),
    })
  })
}

/** Tries until it is written, by this or by somebody else. */
async function inRounds(context: Context, away: Away, write: () => Promise<boolean>): Promise<boolean> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    if (round > 1) await pause(Math.random() * 2 * round)
    if (await write()) return true
    if ((await findAway(context.db.hot, away.exchange))?.state === 'COMMITTED') return true
  }
  return false
}
