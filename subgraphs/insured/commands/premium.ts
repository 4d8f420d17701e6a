import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { consume, publish, type Event } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { fenOf } from '@yibao/schema/money'
import type { Services } from '../context.ts'
import { isOpen, type Receipt } from '../domain/contribution.ts'
import { lockBill } from '../store/contribution-bills.ts'
import { addReceipts } from '../store/contribution-receipts.ts'
import { settleBills } from './contribution-pay.ts'

/** The channel of premiums that personal accounts pay. */
const ACCOUNT = 'ACCOUNT'

/** Posts premiums that accounts have paid, each once; one whose bill was paid or replaced meanwhile is sent back. */
export async function postPremiums(
  { db, clock, logger }: Pick<Services, 'db' | 'clock' | 'logger'>,
  since: Temporal.Instant | undefined,
): Promise<void> {
  const { failures } = await consume(db, { from: 'settlement', topics: ['premium.paid'], since }, (tx, event) =>
    postOrReturn(tx, event, clock()),
  )
  for (const err of failures) logger?.error({ err }, 'a premium was not posted; it is tried again')
}

async function postOrReturn(tx: Tx, { payload, at: receivedAt }: Event, at: Temporal.Instant): Promise<void> {
  const premiumId = String(payload['premiumId'])
  // Held until the end, so that no channel pays it between the look and the posting.
  const bill = await lockBill(tx, String(payload['billId']))
  assert(bill !== null, 'a premium is for a bill')
  if (!isOpen(bill)) {
    await publish(tx, 'insured', { insuredId: bill.insuredId, topic: 'premium.returned', payload: { premiumId }, at })
    return
  }
  const { pool, insuranceType, period, insuredId, id: billId } = bill
  const receipt: Receipt = {
    id: newId(),
    channel: ACCOUNT,
    reference: premiumId,
    state: 'POSTED',
    pool,
    insuranceType,
    period,
    insuredId,
    billId,
    employer: null,
    amount: fenOf(BigInt(String(payload['amount']))),
    caller: 'settlement',
    orderedBy: null,
    madeAt: at,
    receivedAt,
    postedAt: at,
  }
  await addReceipts(tx, [receipt])
  await settleBills(tx, [bill], receipt)
}
