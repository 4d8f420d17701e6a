import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { publish } from '@yibao/drizzle/outbox'
import { newId } from '@yibao/drizzle/uuid'
import { uuidFault } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'
import { lookupHash, maskIdentity, type Secrets } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { readCardNumber } from '../domain/card.ts'
import { changeCard, checkOneCard, readReason, type Card } from '../domain/card-change.ts'
import { addCard, findCard, findCards, saveCard } from '../store/cards.ts'
import { addCredential } from '../store/credentials.ts'
import { tellCard } from './credential-notice.ts'

/** Issues a social-security card to a person without one; answers its id. */
export async function issueCard(
  { db, secrets, now, as, load }: Context,
  { requestId, ...input }: { requestId: string; insuredId: string; cardNumber: string },
): Promise<string> {
  const identity = as('staff')
  const { insuredId, cardNumber } = input
  const at = now()
  const asked = { insuredId, cardNumber: hashOf(secrets, cardNumber).toString('hex') }
  const { cardId } = await once(
    db,
    { identity, requestId, operation: 'issueCard', input: asked, now: at },
    async (tx) => {
      const number = readNumber(cardNumber)
      const person = uuidFault(insuredId) === null ? await load.person.load(insuredId) : null
      if (person === null) throw NotFound.of({ zh: '该参保人', en: 'the person' }, 'insuredId')
      checkOneCard(await findCards(tx, [person.id]))
      return { cardId: await makeCard(tx, secrets, { insuredId: person.id, number, at, by: identity.pool }) }
    },
  )
  return cardId
}

/** Gives a person a card with a new number. The old one is dead for ever, and what hangs on it. Answers the new one's id. */
export async function replaceCard(
  { db, secrets, now, as, load }: Context,
  { requestId, ...input }: { requestId: string; cardId: string; cardNumber: string; reason: string },
): Promise<string> {
  const identity = as('staff')
  const at = now()
  const asked = { ...input, cardNumber: hashOf(secrets, input.cardNumber).toString('hex') }
  const { cardId } = await once(
    db,
    { identity, requestId, operation: 'replaceCard', input: asked, now: at },
    async (tx) => {
      const number = readNumber(input.cardNumber)
      const reason = readReason(input.reason)
      const old = await visibleCard(tx, load, input.cardId)
      const replaced = changeCard(old, 'REPLACED', at)
      await saveCard(tx, replaced, { by: identity.pool, reason })
      await tellCard(tx, replaced, at)
      const { insuredId } = old
      return { cardId: await makeCard(tx, secrets, { insuredId, number, at, by: identity.pool, replaces: old.id }) }
    },
  )
  return cardId
}

interface NewCard {
  readonly insuredId: string
  readonly number: string
  readonly at: Temporal.Instant
  /** The pool whose staff issues it. */
  readonly by: string
  readonly replaces?: string
}

/** Adds a card and lets its number be shown. @throws NotAllowed when it is another card's */
export async function makeCard(tx: Tx, secrets: Secrets, card: NewCard): Promise<string> {
  const { insuredId, number, at, by, replaces = null } = card
  const id = newId()
  const fresh = { id, insuredId, numberMasked: maskIdentity(number), issuedAt: at, since: at, replaces }
  await addCard(tx, { ...fresh, state: 'IN_FORCE' }, by)
  const shown = { kind: '03', valueHash: hashOf(secrets, number), insuredId, expiresAt: null, issuedAt: at } as const
  if (!(await addCredential(tx, { ...shown, cardId: id }))) {
    const message = { zh: '该社会保障卡号已被使用', en: 'belongs to another card' }
    throw NotAllowed.at('cardNumber', 'CARD_TAKEN', message)
  }
  await publish(tx, 'insured', { insuredId, topic: 'card.issued', payload: { cardId: id }, at })
  return id
}

/** A card of somebody the caller sees. @throws NotFound */
export async function visibleCard(tx: Tx, load: Context['load'], cardId: string): Promise<Card> {
  const id = cardId.toLowerCase()
  const card = uuidFault(id) === null ? await findCard(tx, id) : null
  const person = card === null ? null : await load.person.load(card.insuredId)
  if (card === null || person === null) throw NotFound.of({ zh: '该社会保障卡', en: 'the card' }, 'cardId')
  return card
}

const hashOf = (secrets: Secrets, number: string) => lookupHash(secrets, '03', number)

function readNumber(text: string): string {
  const problems: Problem[] = []
  readCardNumber(text, '', problems)
  InvalidInput.throwIf(problems)
  return text
}
