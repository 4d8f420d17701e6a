import assert from 'node:assert/strict'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import type { Context } from '../context.ts'
import { changeCard as decide, readReason, type CardState } from '../domain/card-change.ts'
import { saveCard } from '../store/cards.ts'
import { tellCard } from './credential-notice.ts'
import { visibleCard } from './issue-card.ts'

interface Input {
  readonly cardId: string
  readonly reason?: string
}

/** Which operation brings a card where. */
const OPERATIONS = { LOST: 'reportCardLoss', SUSPENDED: 'suspendCard', IN_FORCE: 'resumeCard' } as const

/**
 * Reports a card lost, suspends it or lets it count again. From the commit on the number is refused everywhere, in a stay
 * that began with it too. A person says of their own card that it is lost; staff do everything.
 */
export async function changeCard(
  { db, now, identity, load }: Context,
  { requestId, ...input }: Input & { requestId: string },
  to: Exclude<CardState, 'REPLACED'>,
): Promise<string> {
  assert(identity?.kind === 'staff' || identity?.kind === 'person', 'the schema lets nobody else in')
  const at = now()
  const asked = { identity, requestId, operation: OPERATIONS[to], input, now: at }
  const { cardId } = await once(db, asked, async (tx) => {
    const reason = input.reason === undefined ? null : readReason(input.reason)
    const card = decide(await visibleCard(tx, load, input.cardId), to, at)
    await saveCard(tx, card, { by: identity.kind === 'staff' ? identity.pool : 'PERSON', reason })
    const payload = { cardId: card.id, state: card.state }
    await publish(tx, 'insured', { insuredId: card.insuredId, topic: 'card.changed', payload, at })
    await tellCard(tx, card, at)
    return { cardId: card.id }
  })
  return cardId
}
