import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { consume, type Event } from '@yibao/drizzle/outbox'
import { fenOf } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import { correctionEntries, takeBack } from '../domain/credit-correction.ts'
import { addCorrection, findHeld, openGuard, survivorOf } from '../store/credit-correction.ts'
import { moveMoney, takeMoney } from '../store/premium-money.ts'

const BATCH = 100

type Parts = Pick<Services, 'db' | 'clock' | 'newId' | 'logger'>

/**
 * Takes out of personal accounts what insured says was credited and not due, each event once. What an account does not
 * hold any more is owed, and the next credits of the pool go to it first.
 */
export async function correctCredits(parts: Parts, since: Temporal.Instant | undefined): Promise<void> {
  const asked = { from: 'insured', topics: ['contribution.corrected'], since, limit: BATCH } as const
  for (let taken = BATCH; taken === BATCH;) {
    const { done, failures } = await consume(parts.db, asked, (tx, event) => correctOne(parts, tx, event))
    for (const err of failures) parts.logger?.error({ err }, 'a credit was not corrected; it is tried again')
    taken = done
  }
}

async function correctOne(
  { clock, newId }: Parts,
  tx: Tx,
  { id: eventId, insuredId: of, payload }: Event,
): Promise<void> {
  assert(of !== null, 'a correction says whose')
  const insuredId = await survivorOf(tx, of)
  await openGuard(tx, insuredId, clock())
  const at = await takeMoney(tx, insuredId, clock())
  assert(at !== null, 'a guard that is opened is there')
  const amount = fenOf(BigInt(String(payload['amount'])))
  const pool = String(payload['pool'])
  const taken = takeBack(amount, await findHeld(tx, insuredId))
  const { current, history } = taken
  const groupId = newId(at)
  const bill = { billId: String(payload['billId']), period: String(payload['month']) }
  await addCorrection(tx, { eventId, insuredId, pool, amount, current, history, ...bill, groupId, at })
  const entries = correctionEntries({ insuredId, pool }, taken)
  const parts = { current: fenOf(0n - current), history: fenOf(0n - history) }
  await moveMoney(tx, { insuredId, pool, groupId, at, ...parts, entries })
}
