import type { Card, CardState } from './card-change.ts'
import type { ElectronicCard, ElectronicCardState } from './electronic-card.ts'

/** Something a person can show, or once could. */
export interface HeldCredential {
  readonly kind: 'IDENTITY_CARD' | 'SOCIAL_SECURITY_CARD' | 'ELECTRONIC_CARD'
  readonly id: string | null
  readonly masked: string | null
  readonly channel: string | null
  readonly isGood: boolean
  readonly state: CardState | ElectronicCardState
  readonly since: Temporal.Instant | null
}

const NOTHING = { id: null, masked: null, channel: null, since: null } as const

/** All credentials of one person, the identity card first. */
export function credentialsOf(
  identityMasked: string,
  cards: readonly Card[],
  electronic: readonly ElectronicCard[],
): HeldCredential[] {
  const good = new Set(cards.filter((one) => one.state === 'IN_FORCE').map((one) => one.id))
  return [
    { ...NOTHING, kind: 'IDENTITY_CARD', masked: identityMasked, isGood: true, state: 'IN_FORCE' },
    ...cards.map(({ id, numberMasked: masked, state, since }) => {
      return { ...NOTHING, kind: 'SOCIAL_SECURITY_CARD', id, masked, isGood: good.has(id), state, since } as const
    }),
    ...electronic.map(({ id, cardId, channel, state, authorisedAt, issuedAt, endedAt }) => {
      const isGood = state === 'ISSUED' && good.has(cardId)
      const since = endedAt ?? issuedAt ?? authorisedAt
      return { ...NOTHING, kind: 'ELECTRONIC_CARD', id, channel, isGood, state, since } as const
    }),
  ]
}
