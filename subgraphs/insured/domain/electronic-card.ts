import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import type { Card } from './card-change.ts'

/** An electronic social-security card of the second level (二级签发): a channel issues it upon the person's card. */
export interface ElectronicCard {
  readonly id: string
  readonly insuredId: string
  /** The first-level card it dies with. */
  readonly cardId: string
  readonly channel: string
  readonly state: ElectronicCardState
  readonly authorisedAt: Temporal.Instant
  readonly issuedAt: Temporal.Instant | null
  readonly endedAt: Temporal.Instant | null
}

/** REVOKED by the person, ENDED with the card. */
export type ElectronicCardState = 'AUTHORISED' | 'ISSUED' | 'REVOKED' | 'ENDED'

export const isLive = ({ state }: ElectronicCard): boolean => state === 'AUTHORISED' || state === 'ISSUED'

/** Lets a channel issue a card upon the one in force. @throws InvalidInput, NotAllowed */
export function authorise(
  channel: string,
  cards: readonly Card[],
  existing: readonly ElectronicCard[],
  fresh: Pick<ElectronicCard, 'id' | 'insuredId' | 'authorisedAt'>,
): ElectronicCard {
  if (!/^[A-Z][0-9A-Z]{2,19}$/.test(channel)) {
    const message = { zh: '渠道编码应为 3–20 位大写字母或数字', en: 'must be 3–20 capital letters and digits' }
    throw InvalidInput.of([{ path: 'channel', code: 'CHANNEL_FORM', message }])
  }
  const card = cards.find((one) => one.state === 'IN_FORCE')
  if (card === undefined) throw cardNotInForce()
  if (existing.some((one) => one.channel === channel && isLive(one))) {
    const message = { zh: '该渠道已获授权', en: 'this channel was let to issue one already' }
    throw NotAllowed.at('channel', 'ALREADY_AUTHORISED', message)
  }
  return { ...fresh, cardId: card.id, channel, state: 'AUTHORISED', issuedAt: null, endedAt: null }
}

/** Issues the card, once it is authorised and while the first-level card is in force. @throws NotAllowed */
export function issue(one: ElectronicCard, card: Card, now: Temporal.Instant): ElectronicCard {
  if (one.state !== 'AUTHORISED') throw isAlready(one)
  if (card.state !== 'IN_FORCE') throw cardNotInForce()
  return { ...one, state: 'ISSUED', issuedAt: now }
}

/** Holds to a card that is issued, upon one in force. @throws NotAllowed */
export function checkIssued(one: ElectronicCard, card: Card): void {
  if (one.state !== 'ISSUED') throw isAlready(one)
  if (card.state !== 'IN_FORCE') throw cardNotInForce()
}

/** The person takes it back. @throws NotAllowed when there is nothing left to take back */
export function revoke(one: ElectronicCard, now: Temporal.Instant): ElectronicCard {
  if (!isLive(one)) throw isAlready(one)
  return { ...one, state: 'REVOKED', endedAt: now }
}

const WORDS: Readonly<Record<ElectronicCardState, readonly [zh: string, en: string]>> = {
  AUTHORISED: ['尚未签发', 'not issued yet'],
  ISSUED: ['已签发', 'issued already'],
  REVOKED: ['已被本人解除', 'taken back by the person'],
  ENDED: ['已随实体卡失效', 'dead with the card it was issued upon'],
}

function isAlready({ state }: ElectronicCard): NotAllowed {
  const [zh, en] = WORDS[state]
  const message = { zh: `电子社保卡${zh}`, en: `the electronic card is ${en}` }
  return NotAllowed.at('electronicCardId', `ELECTRONIC_CARD_${state}`, message)
}

const cardNotInForce = (): NotAllowed =>
  NotAllowed.of({
    code: 'NO_CARD_IN_FORCE',
    text: { zh: '没有正常使用的社会保障卡', en: 'there is no social-security card in force' },
  })
