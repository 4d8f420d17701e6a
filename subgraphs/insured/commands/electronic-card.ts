import assert from 'node:assert/strict'
import type { Tx } from '@yibao/drizzle/connect'
import { once } from '@yibao/drizzle/once'
import { newId } from '@yibao/drizzle/uuid'
import { uuidFault } from '@yibao/schema/ids'
import { NotFound } from '@yibao/schema/rejection'
import { lookupHash } from '@yibao/schema/secrets'
import type { Context } from '../context.ts'
import { authorise, checkIssued, issue, revoke, type ElectronicCard } from '../domain/electronic-card.ts'
import { codeEnd } from '../domain/voucher.ts'
import {
  addElectronicCard,
  findCard,
  findCards,
  findElectronicCard,
  findElectronicCards,
  saveElectronicCard,
} from '../store/cards.ts'
import { addCode } from '../store/vouchers.ts'
import { tellElectronicCard } from './credential-notice.ts'
import { makeCode, type Voucher } from './issue-voucher.ts'

/** The person lets a channel issue an electronic card upon the card in force; answers its id. */
export async function authoriseElectronicCard(
  { db, now, as }: Context,
  { requestId, channel }: { requestId: string; channel: string },
): Promise<string> {
  const identity = as('person')
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'authoriseElectronicCard', input: { channel }, now: at, insuredId }
  const { id } = await once(db, asked, async (tx) => {
    const existing = await findElectronicCards(tx, [insuredId])
    const fresh = { id: newId(), insuredId, authorisedAt: at }
    const one = authorise(channel, await findCards(tx, [insuredId]), existing, fresh)
    await addElectronicCard(tx, one)
    return { id: one.id }
  })
  return id
}

interface Named {
  readonly requestId: string
  readonly electronicCardId: string
}

/** The channel issues the card it was let to; answers its id. */
export async function issueElectronicCard({ db, now, as }: Context, { requestId, ...input }: Named): Promise<string> {
  const identity = as('channel')
  const at = now()
  const asked = { identity, requestId, operation: 'issueElectronicCard', input, now: at }
  const { id } = await once(db, asked, async (tx) => {
    const one = await ownCard(tx, identity, input.electronicCardId)
    const done = issue(one, await firstLevel(tx, one), at)
    await saveElectronicCard(tx, done)
    await tellElectronicCard(tx, done, at)
    return { id: done.id }
  })
  return id
}

/** A code of the electronic card, which an institution decodes as that of an e-voucher. */
export async function issueElectronicCardCode(
  { db, secrets, now, as }: Context,
  { requestId, ...input }: Named,
): Promise<Voucher> {
  const identity = as('channel')
  const at = now()
  const id = input.electronicCardId.toLowerCase()
  const code = makeCode(secrets, 'electronic card', [identity.channel, id, requestId])
  const asked = { identity, requestId, operation: 'issueElectronicCardCode', input, now: at }
  const issued = await once(db, asked, async (tx) => {
    const one = await ownCard(tx, identity, id)
    checkIssued(one, await firstLevel(tx, one))
    const expiresAt = codeEnd(at)
    const codeHash = lookupHash(secrets, '01', code)
    const of = { insuredId: one.insuredId, origin: 'CARD', electronicCardId: one.id } as const
    await addCode(tx, { ...of, codeHash, issuedAt: at, expiresAt })
    return { expiresAt: expiresAt.toString() }
  })
  return { code, expiresAt: Temporal.Instant.from(issued.expiresAt) }
}

/** The person takes an electronic card back: no code of it is decoded from now on. Answers its id. */
export async function revokeElectronicCard({ db, now, as }: Context, { requestId, ...input }: Named): Promise<string> {
  const identity = as('person')
  const { insuredId } = identity
  const at = now()
  const asked = { identity, requestId, operation: 'revokeElectronicCard', input, now: at, insuredId }
  const { id } = await once(db, asked, async (tx) => {
    const done = revoke(await ownCard(tx, identity, input.electronicCardId), at)
    await saveElectronicCard(tx, done)
    return { id: done.id }
  })
  return id
}

type Holder =
  | { readonly kind: 'person'; readonly insuredId: string }
  | { readonly kind: 'channel'; readonly channel: string }

/** An electronic card of whoever asks. @throws NotFound */
async function ownCard(tx: Tx, holder: Holder, electronicCardId: string): Promise<ElectronicCard> {
  const id = electronicCardId.toLowerCase()
  const found = uuidFault(id) === null ? await findElectronicCard(tx, id) : null
  const isOwn = holder.kind === 'person' ? found?.insuredId === holder.insuredId : found?.channel === holder.channel
  if (found === null || !isOwn) {
    throw NotFound.of({ zh: '该电子社保卡', en: 'the electronic card' }, 'electronicCardId')
  }
  return found
}

async function firstLevel(tx: Tx, { cardId }: ElectronicCard) {
  const card = await findCard(tx, cardId)
  assert(card !== null, 'an electronic card is issued upon a card')
  return card
}
