import { CREDENTIAL_KINDS } from '@yibao/schema/ids'
import { InvalidInput, NotAllowed } from '@yibao/schema/rejection'
import limits from './credential-limits.json' with { type: 'json' }

/** What an institution decodes an e-voucher for: the token is good for nothing else. */
export const PURPOSES = ['REGISTRATION', 'SETTLEMENT', 'PHARMACY', 'ADMISSION', 'DISCHARGE'] as const
export type Purpose = (typeof PURPOSES)[number]

/** How many codes of nobody, or used before, an institution may show on a day. */
export const REFUSED_MAX = limits.refusedCodes.perDay

/** Until when a code that is issued now can be decoded. */
export const codeEnd = (now: Temporal.Instant): Temporal.Instant => now.add({ seconds: limits.code.seconds })

/** How long a visit token is good: for the visit, or for a stay until its discharge. */
export interface TokenLife {
  readonly expiresAt: Temporal.Instant
  /** The visit it opens, or the stay it settles, begins by then. */
  readonly beginsBy: Temporal.Instant
}

export function tokenLife(purpose: Purpose, now: Temporal.Instant): TokenLife {
  const { hours, beginsWithinHours } = limits.tokens[purpose]
  return { expiresAt: now.add({ hours }), beginsBy: now.add({ hours: beginsWithinHours }) }
}

/** Codes are numbers, so that no token is ever taken for one. */
const CODE = /^[0-9]{28}$/

/** @throws InvalidInput when the text is no code of an e-voucher */
export function readCode(text: string): string {
  if (CODE.test(text)) return text
  const message = { zh: '应为医保电子凭证码，28 位数字', en: 'must be the code of an e-voucher, 28 digits' }
  throw InvalidInput.of([{ path: 'code', code: 'CODE_FORM', message }])
}

/** A pharmacy sells drugs; hospitals do everything else as well. @throws InvalidInput */
export function checkPurpose(purpose: Purpose, institution: string): void {
  if (institution.startsWith('H') || purpose === 'PHARMACY' || purpose === 'SETTLEMENT') return
  const message = { zh: '药店只能用于购药或结算', en: 'of a pharmacy is PHARMACY or SETTLEMENT' }
  throw InvalidInput.of([{ path: 'purpose', code: 'PURPOSE_MISFIT', message }])
}

/** What is known about the code of an e-voucher. */
export interface Code {
  readonly insuredId: string
  readonly origin: 'E_VOUCHER' | 'CARD' | 'CERTIFICATE'
  /** The first-level card behind an electronic card. */
  readonly cardId: string | null
  readonly expiresAt: Temporal.Instant
  readonly usedAt: Temporal.Instant | null
  /** Whether it has authorised an online order. */
  readonly isOrdered: boolean
  /** Whether it is of an electronic card that is not good any more. */
  readonly isDead: boolean
}

/** The code of a person that may be decoded. @throws NotAllowed when it is nobody's, used or expired */
export function checkCode(code: Code | null, now: Temporal.Instant): Code {
  if (code === null) throw refusedCode('CODE_UNKNOWN', '凭证码不存在', 'no e-voucher has this code')
  if (code.usedAt !== null || code.isOrdered) {
    const en = 'the code has been used; ask for a fresh one, a copy is good for nothing'
    throw refusedCode('CODE_USED', '凭证码已被使用，请参保人刷新；截图无效', en)
  }
  if (code.isDead) throw refusedCode('CODE_REVOKED', '电子社保卡已失效', 'the electronic card is not good any more')
  if (Temporal.Instant.compare(code.expiresAt, now) <= 0) {
    throw refusedCode('CODE_EXPIRED', '凭证码已过期，请参保人刷新', 'the code has expired; ask for a fresh one')
  }
  return code
}

/** Whether a refusal of a code may be somebody trying codes. An old code is only late. */
export const isSuspicious = ({ code }: NotAllowed): boolean => code === 'CODE_UNKNOWN' || code === 'CODE_USED'

/** The institution has shown too many codes of nobody on this day. */
export function tooManyRefused(day: Temporal.PlainDate): NotAllowed {
  const until = day.add({ days: 1 }).toString()
  return refusedCode(
    'TOO_MANY_REFUSED_CODES',
    `今日无效或已使用的凭证码已达 ${REFUSED_MAX} 个，${until} 零时前不再解码；请用社会保障卡或身份证`,
    `${REFUSED_MAX} codes of nobody or used before were shown today; nothing is decoded until ${until} 00:00 ` +
      '(China time): take the social-security card or the identity card',
  )
}

const refusedCode = (code: string, zh: string, en: string) => NotAllowed.at('code', code, { zh, en })

/** A credential as it is kept; `institution` is set for a visit token. */
interface Kept {
  readonly revoked: boolean
  readonly expiresAt: Temporal.Instant | null
  readonly institution: string | null
}

/** Refuses a credential that was withdrawn, is past its time or is the visit token of another institution. */
export function checkCredential(kept: Kept, institution: string, now: Temporal.Instant): void {
  if (kept.institution !== null && kept.institution !== institution) {
    refuse('CREDENTIAL_ELSEWHERE', '该令牌由其他机构解码，不能在本机构使用', 'another institution decoded this token')
  }
  if (kept.revoked) refuse('CREDENTIAL_REVOKED', '凭证已挂失、停用或注销', 'the credential was withdrawn')
  if (kept.expiresAt !== null && Temporal.Instant.compare(kept.expiresAt, now) <= 0) {
    refuse('CREDENTIAL_EXPIRED', '令牌已过期，请重新解码', 'the visit token has expired; decode a fresh e-voucher')
  }
}

/** Refuses the code itself where its token is wanted. */
export function refuseRawCode(kind: string, value: string): void {
  if (kind !== CREDENTIAL_KINDS.E_VOUCHER || !CODE.test(value)) return
  refuse(
    'CODE_NOT_DECODED',
    '这是凭证码，请先解码（decodeVoucher）并使用得到的令牌',
    'this is the code of an e-voucher; decode it first (decodeVoucher) and show the token',
  )
}

function refuse(code: string, zh: string, en: string): never {
  throw NotAllowed.at('credential.value', code, { zh, en })
}
