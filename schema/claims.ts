import { SCOPES, type Identity, type Scope } from './identity.ts'

/** What a token says of the caller, as it was read and before it is believed to be an identity. */
export interface Claims {
  readonly kind?: unknown
  readonly subject?: unknown
  /** A text with spaces between the scopes or a list; words the platform does not know are dropped. */
  readonly scopes?: unknown
  readonly institution?: unknown
  readonly pool?: unknown
  readonly insuredId?: unknown
  readonly employer?: unknown
  readonly channel?: unknown
  /** Thumbprint of the key a system signed in with. */
  readonly key?: unknown
}

const INSTITUTION = /^[HP][0-9]{11}$/
const POOL = /^[0-9]{6}$/
const CREDIT_CODE = /^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/
const CHANNEL = /^[A-Z][0-9A-Z]{2,19}$/
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const KNOWN: ReadonlySet<unknown> = new Set(SCOPES)

/** The identity the claims describe, frozen through and through; null when they describe none. */
export function identityOf(claims: Claims): Identity | null {
  const { kind, subject } = claims
  if (typeof subject !== 'string' || subject === '' || subject.length > 200) return null
  const key = matching(claims.key, THUMBPRINT)
  const signed = { subject, scopes: scopesOf(claims.scopes), ...(key !== null && { key }) }
  switch (kind) {
    case 'institution': {
      const institution = matching(claims.institution, INSTITUTION)
      return institution === null ? null : Object.freeze({ ...signed, kind, institution })
    }
    case 'staff': {
      const pool = matching(claims.pool, POOL)
      return pool === null ? null : Object.freeze({ ...signed, kind, pool })
    }
    case 'person': {
      const insuredId = matching(claims.insuredId, UUID)
      return insuredId === null ? null : Object.freeze({ ...signed, kind, insuredId })
    }
    case 'employer': {
      const employer = matching(claims.employer, CREDIT_CODE)
      return employer === null ? null : Object.freeze({ ...signed, kind, employer })
    }
    case 'channel': {
      const channel = matching(claims.channel, CHANNEL)
      return channel === null ? null : Object.freeze({ ...signed, kind, channel })
    }
    case 'auditor':
      return Object.freeze({ ...signed, kind })
    default:
      return null
  }
}

/** The identity as claims; `identityOf` of the result is the same identity. */
export function claimsOf(identity: Identity): Claims {
  const { kind, key } = identity
  const signed = { subject: identity.subject, scopes: identity.scopes, ...(key !== undefined && { key }) }
  switch (kind) {
    case 'institution':
      return { kind, ...signed, institution: identity.institution }
    case 'staff':
      return { kind, ...signed, pool: identity.pool }
    case 'person':
      return { kind, ...signed, insuredId: identity.insuredId }
    case 'employer':
      return { kind, ...signed, employer: identity.employer }
    case 'channel':
      return { kind, ...signed, channel: identity.channel }
    case 'auditor':
      return { kind, ...signed }
  }
}

function scopesOf(value: unknown): readonly Scope[] {
  const words: unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []
  const known = words.filter((word): word is Scope => KNOWN.has(word))
  return Object.freeze([...new Set(known)])
}

const matching = (value: unknown, form: RegExp): string | null =>
  typeof value === 'string' && form.test(value) ? value : null
