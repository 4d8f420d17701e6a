import { claimsOf, identityOf } from '@yibao/schema/claims'
import type { Identity } from '@yibao/schema/identity'
import { decrypt, encrypt, type Secrets } from '@yibao/schema/secrets'

/** Long enough to click, too short to pass on. */
const LIFE_MINUTES = 5
const TOKEN_MAX = 4096

interface DocumentLink {
  /** Below the address of the gateway. */
  readonly path: string
  readonly expiresAt: Temporal.Instant
}

/** A link by which one document can be fetched for some minutes, in the name and with the rights of whoever asked for it. */
export function makeLink(
  secrets: Secrets,
  asked: { documentId: string; identity: Identity; now: Temporal.Instant },
): DocumentLink {
  const { documentId, identity, now } = asked
  const expiresAt = now.add({ minutes: LIFE_MINUTES })
  const text = JSON.stringify({ who: claimsOf(identity), until: expiresAt.epochMilliseconds })
  const token = encrypt(secrets, text, ownerOf(documentId)).toString('base64url')
  return { path: `/files/${documentId}?link=${token}`, expiresAt }
}

/** In whose name a link is; null when it is none of ours, for another document, or past its minutes. */
export function openLink(
  secrets: Secrets,
  { documentId, token, now }: { documentId: string; token: string; now: Temporal.Instant },
): Identity | null {
  if (token.length > TOKEN_MAX) return null
  let text: string
  try {
    text = decrypt(secrets, Buffer.from(token, 'base64url'), ownerOf(documentId))
  } catch {
    return null
  }
  const { who, until } = JSON.parse(text) as { who: object; until: number }
  return now.epochMilliseconds < until ? identityOf(who) : null
}

/** Encrypted with it, so that a token opens this document only, and nothing else that is sealed passes for one. */
const ownerOf = (documentId: string): string => `link to document ${documentId}`
