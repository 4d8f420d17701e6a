import { readPublicJwk } from '@yibao/schema/public-jwk'
import { NotAllowed, NotFound, type Problem } from '@yibao/schema/rejection'

/** The public half of a key a system signs in with, by RFC 7517. */
export interface PublicKey {
  readonly jwk: Readonly<Record<string, string>>
  /** RFC 7638, SHA-256. */
  readonly thumbprint: string
}

/** A key without an end would never be changed; one that ends tomorrow locks its holder out. */
export const VALID_DAYS = { default: 365, max: 730 } as const
/** How long an old key may go on beside the new one. */
export const OVERLAP_DAYS_MAX = 90
/** Its holder is told so long before a key ends. */
export const TELL_DAYS = 30
export const KEYS_MAX = 10

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** Larger ones would make checking a signature slow, at somebody else's will. */
const RSA_BITS = { min: 2048, max: 8192 } as const
/** 65537, as everybody makes them. */
const EXPONENT = 'AQAB'

const fault = (code: string, zh: string, en: string): { readonly problem: Problem } => ({
  problem: { path: 'jwk', code, message: { zh, en } },
})

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

/**
 * Reads the JSON text of a public key: P-256 for ES256, Ed25519 for EdDSA, RSA of 2048 bits or more for PS256. What is not
 * needed is left out. A private half is refused, and is to be thought of as known to others from then on.
 */
export function readPublicKey(text: string): { readonly key: PublicKey } | { readonly problem: Problem } {
  const given = text.length > 10_000 ? null : parse(text)
  if (given === null) return fault('JWK', '不是 JWK 格式的 JSON', 'is no JSON of a JWK')
  if (PRIVATE.some((name) => name in given)) {
    return fault(
      'PRIVATE_KEY',
      '含有私钥，请只提交公钥；该密钥已泄露，请更换',
      'holds a private key: send the public half alone, and make a new key, since this one is known now',
    )
  }
  const read = readPublicJwk(given)
  if (read === 'KEY_KIND')
    return fault(read, '只接受 P-256、Ed25519 或 RSA 公钥', 'must be a P-256, Ed25519 or RSA key')
  if (read === 'KEY_MEMBER') {
    return fault(
      read,
      '不是有效的公钥：成员缺失、不在曲线上，或不是规范的 base64url（无填充、无多余字符）',
      'is no valid public key: a member is missing, not on the curve, or no canonical base64url without padding',
    )
  }
  const { jwk, thumbprint, alg } = read
  if (given['alg'] !== undefined && given['alg'] !== alg) {
    return fault('KEY_ALGORITHM', `该密钥的算法应为 ${alg}`, `of this kind signs by ${alg}`)
  }
  if (alg === 'PS256' && !isStrongRsa(jwk)) {
    return fault(
      'WEAK_KEY',
      'RSA 密钥须为 2048 至 8192 位，公开指数为 65537',
      'must have 2048 to 8192 bits and the public exponent 65537',
    )
  }
  return { key: { jwk: { ...jwk, kid: thumbprint, alg, use: 'sig' }, thumbprint } }
}

/** By an exponent of 1 every number signs itself; a small or an even one is no better, and a large one slow to check. */
function isStrongRsa({ n = '', e }: Readonly<Record<string, string>>): boolean {
  const modulus = Buffer.from(n, 'base64url')
  // Without its leading zeros, so the first byte says how many bits the last ones are.
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  const isOdd = ((modulus.at(-1) ?? 0) & 1) === 1
  return e === EXPONENT && isOdd && bits >= RSA_BITS.min && bits <= RSA_BITS.max
}

export const isThumbprint = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)

interface Dates {
  readonly byBureau: boolean
  readonly confirmedAt: Temporal.Instant | null
  readonly revokedAt: Temporal.Instant | null
  readonly validUntil: Temporal.Instant
}

/** Whether a key counts; what the bureau registered waits for a second one of its staff. */
export function stateOf(
  { byBureau, confirmedAt, revokedAt, validUntil: until }: Dates,
  now: Temporal.Instant,
): 'WAITING' | 'VALID' | 'EXPIRED' | 'REVOKED' {
  if (revokedAt !== null) return 'REVOKED'
  if (Temporal.Instant.compare(until, now) <= 0) return 'EXPIRED'
  return byBureau && confirmedAt === null ? 'WAITING' : 'VALID'
}

type Wish = Temporal.Instant | null

/** From now until when a new key counts; a problem when that is too far away or past. */
export function validUntil(wish: Wish, now: Temporal.Instant): Temporal.Instant | Problem {
  const until = wish ?? now.add({ hours: 24 * VALID_DAYS.default })
  const days = until.since(now).total('hours') / 24
  if (days > 0 && days <= VALID_DAYS.max) return until
  const message = {
    zh: `应在今后 ${VALID_DAYS.max} 天之内`,
    en: `must lie within the next ${VALID_DAYS.max} days`,
  }
  return { path: 'validUntil', code: 'RANGE', message }
}

/** Until when the old key counts beside the new one. */
export function oldUntil(wish: Temporal.Instant, now: Temporal.Instant): Temporal.Instant | Problem {
  const days = wish.since(now).total('hours') / 24
  if (days >= 0 && days <= OVERLAP_DAYS_MAX) return wish
  const message = {
    zh: `应在今后 ${OVERLAP_DAYS_MAX} 天之内`,
    en: `must lie within the next ${OVERLAP_DAYS_MAX} days`,
  }
  return { path: 'oldUntil', code: 'RANGE', message }
}

export const noKey = (): NotFound => NotFound.of({ zh: '该密钥', en: 'the key' }, 'key')

export const keyIsKnown = (): NotAllowed =>
  NotAllowed.at('jwk', 'KEY_KNOWN', {
    zh: '该密钥已登记或曾经登记，请生成新的密钥',
    en: 'is or was registered already; make a new key',
  })

/** Whoever has a key registers the next one; from the bureau comes the first one alone. */
export const hasKey = (): NotAllowed =>
  NotAllowed.at('institution', 'HAS_KEY', {
    zh: '该机构已有密钥（含待复核的），经办只能代登记首个密钥；请由机构自行登记或更换，若其密钥均已丢失，请先逐一撤销',
    en: 'has a key, or one that waits to be confirmed, and the bureau registers the first one only: have the institution register or rotate its keys itself; when it has lost them all, revoke them first',
  })

export const confirmedByOneself = (): NotAllowed =>
  NotAllowed.at('key', 'CONFIRMED_ALREADY', {
    zh: '该密钥由本人登记，须由本统筹区另一名经办人员复核',
    en: 'was registered by you; another one of the staff of the pool must confirm it',
  })

export const nothingToConfirm = (): NotAllowed =>
  NotAllowed.at('key', 'NOT_WAITING', {
    zh: '该密钥无须复核：已复核、已撤销、已到期，或由机构自行登记',
    en: 'does not wait to be confirmed: it was confirmed, was revoked, has ended, or the institution registered it itself',
  })

/** A token outlives the key it was got with by minutes; whoever was shut out must not let himself in again with it. */
export const keyEnded = (): NotAllowed =>
  NotAllowed.of({
    code: 'KEY_ENDED',
    text: {
      zh: '取得本令牌所用的密钥已撤销或到期，请用有效的密钥重新登录',
      en: 'the key this token was got with was revoked or has ended; sign in with one that counts',
    },
  })

export const keyNotSaid = (): NotAllowed =>
  NotAllowed.of({
    code: 'KEY_NOT_SAID',
    text: {
      zh: '令牌未说明登录所用的密钥，请由经办机构登记',
      en: 'the token does not say by which key it was got; have the bureau register the key',
    },
  })

export const tooManyKeys = (): NotAllowed =>
  NotAllowed.of({
    code: 'TOO_MANY_KEYS',
    text: {
      zh: `同时有效的密钥不得超过 ${KEYS_MAX} 个，请先撤销不用的`,
      en: `no more than ${KEYS_MAX} keys count at once; revoke those you do not use`,
    },
  })
