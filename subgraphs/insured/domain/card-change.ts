import { problemAt } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, type Problem } from '@yibao/schema/rejection'
import { textFault } from '@yibao/schema/text'

/** A social-security card (社会保障卡). */
export interface Card {
  readonly id: string
  readonly insuredId: string
  readonly numberMasked: string
  readonly state: CardState
  readonly since: Temporal.Instant
  /** The card it took the place of. */
  readonly replaces: string | null
  readonly issuedAt: Temporal.Instant
}

export type CardState = 'IN_FORCE' | 'SUSPENDED' | 'LOST' | 'REPLACED'

/** What became of a card, when and why. */
export interface CardChange {
  readonly insuredId: string
  readonly cardId: string
  readonly state: CardState
  readonly reason: string | null
  readonly at: Temporal.Instant
}

/** From which states a card comes to another. One that was replaced is dead for ever. */
const FROM: Readonly<Record<CardState, readonly CardState[]>> = {
  LOST: ['IN_FORCE', 'SUSPENDED'],
  SUSPENDED: ['IN_FORCE'],
  // A lost card that was found is good again, at the window.
  IN_FORCE: ['SUSPENDED', 'LOST'],
  REPLACED: ['IN_FORCE', 'SUSPENDED', 'LOST'],
}

const STATES: Readonly<Record<CardState, readonly [zh: string, en: string]>> = {
  IN_FORCE: ['正常', 'in force'],
  SUSPENDED: ['已停用', 'suspended'],
  LOST: ['已挂失', 'reported lost'],
  REPLACED: ['已补换，永久作废', 'replaced, and dead for ever'],
}

/** The card in another state. @throws NotAllowed when it cannot come there */
export function changeCard(card: Card, to: CardState, now: Temporal.Instant): Card {
  if (FROM[to].includes(card.state)) return { ...card, state: to, since: now }
  const [zh, en] = STATES[card.state]
  throw NotAllowed.at('cardId', `CARD_${card.state}`, { zh: `该卡${zh}`, en: `the card is ${en}` })
}

/** @throws InvalidInput when the reason is none */
export function readReason(reason: string): string {
  const problems: Problem[] = []
  const fault = textFault(reason, { min: 2, max: 200 })
  if (fault !== null) problems.push(problemAt('reason', fault))
  InvalidInput.throwIf(problems)
  return reason
}

/** Refuses a second card beside one that is good or can become so again. */
export function checkOneCard(cards: readonly Card[]): void {
  if (cards.every((one) => one.state === 'REPLACED')) return
  throw NotAllowed.at('insuredId', 'CARD_EXISTS', {
    zh: '该人员已有社会保障卡，请办理补换',
    en: 'the person has a card; replace that one',
  })
}
