import type { Services } from '../context.ts'
import { mirrored } from '../domain/ledger.ts'
import { netEntries } from '../domain/province-ledger.ts'
import { nettingMessage } from '../peers/money-message.ts'
import { postClearing } from '../store/clearing-posting.ts'
import {
  addNetStep,
  holdNetPayment,
  listPaymentParts,
  releasePayment,
  setNetPayment,
  setNetStatement,
  sumByPool,
} from '../store/netting.ts'
import type { Unanswered } from '../store/province-message.ts'

type Working = Pick<Services, 'db' | 'clock' | 'newId'>

/**
 * At the payer: what the receiver has refused it never takes, so the payment is taken back in the books here and its statements
 * are to be paid as before. The transfer itself comes back by the bank. Done once, however often the refusal is heard.
 */
export async function denyRefused(
  { db, clock, newId }: Working,
  { province, type, message }: Unanswered,
  trouble: string,
): Promise<void> {
  const read = type === 'netting' ? nettingMessage.safeParse(message).data : undefined
  if (read?.step !== 'PAID') return
  await db.orm.transaction(async (tx) => {
    const payment = await holdNetPayment(tx, read.id)
    if (payment === null || payment.side !== 'PAYER' || payment.state !== 'PAID' || payment.pool === null) return
    const { id: source, pool, amount } = payment
    const at = clock()
    const ids = (await listPaymentParts(tx, [source])).map((one) => one.statementId)
    const posting = {
      groupId: newId(at),
      kind: 'PROVINCE_PAID_BACK',
      source,
      pool,
      institution: null,
      amount,
      at,
    } as const
    await postClearing(tx, posting, mirrored(netEntries({ pool, province }, await sumByPool(tx, ids))))
    await setNetPayment(tx, source, { state: 'DENIED', trouble })
    await releasePayment(tx, source)
    for (const statementId of ids) {
      await setNetStatement(tx, statementId, { state: 'CONFIRMED' })
      await addNetStep(tx, { statementId, state: 'CONFIRMED', caller: `province:${province}`, at })
    }
  }, 'serializable')
}
