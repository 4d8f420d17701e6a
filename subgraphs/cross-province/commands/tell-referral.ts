import type { Tx } from '@yibao/drizzle/connect'
import { notify } from '@yibao/drizzle/notify'
import { publish } from '@yibao/drizzle/outbox'
import type { ElectronicReferral } from '../domain/referral.ts'

interface Telling {
  readonly at: Temporal.Instant
  /** Who is known on this platform: of a referral across provinces, one of the two. */
  readonly whom?: readonly ('PERSON' | 'INSTITUTION')[]
}

/** Tells the other subgraphs, the person, and, of a decision, the hospital. */
export async function tellReferral(
  tx: Tx,
  { id, insuredId, institution, pool, destination, state }: ElectronicReferral,
  { at, whom = ['PERSON', 'INSTITUTION'] }: Telling,
): Promise<void> {
  const topic = `referral.${state.toLowerCase()}`
  await publish(tx, 'cross_province', {
    topic,
    insuredId,
    payload: { referralId: id, institution, pool, destination },
    at,
  })
  const notice = {
    template: topic,
    data: { place: destination.padEnd(6, '0'), institution },
    at,
    key: `${topic}:${id}`,
  }
  if (whom.includes('PERSON')) await notify(tx, 'cross_province', { ...notice, to: { kind: 'person', insuredId } })
  const isDecided = state === 'CONFIRMED' || state === 'REFUSED'
  if (!isDecided || !whom.includes('INSTITUTION')) return
  await notify(tx, 'cross_province', { ...notice, to: { kind: 'institution', institution } })
}
