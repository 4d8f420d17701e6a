import { createPublicKey } from 'node:crypto'
import { canonical } from '@yibao/drizzle/digest'
import { openCompact } from '@yibao/schema/compact-jws'
import { NotAllowed, type Text } from '@yibao/schema/rejection'
import type { SigningKey } from '../store/referrals.ts'

/** What the header of a signature under a referral says it is. */
export const REFERRAL_TYPE = 'referral+jws'
const SIGNATURE_MAX = 16 * 1024

/**
 * Checks that a compact JWS is the signature of one of these Ed25519 keys under a content, written as JSON with sorted
 * members and nothing between them; answers the id of the key. @throws NotAllowed
 */
export function checkSigned(jws: string, keys: readonly SigningKey[], content: object): string {
  const usable = new Map(
    keys
      .filter(({ publicKey }) => publicKey['crv'] === 'Ed25519')
      .map(({ kid, publicKey }) => [kid, createPublicKey({ key: { ...publicKey }, format: 'jwk' })] as const),
  )
  const opened = jws.length > SIGNATURE_MAX ? ({ kind: 'MALFORMED' } as const) : openCompact(jws, REFERRAL_TYPE, usable)
  if (opened.kind === 'UNKNOWN_KEY') {
    throw refused('SIGNING_KEY_UNKNOWN', { zh: '签名密钥未登记或已停用', en: 'is by a key that is not registered' })
  }
  if (opened.kind !== 'VALID') throw refused('SIGNATURE_INVALID', { zh: '签名无效', en: 'is no valid signature' })
  if (opened.text !== canonical(content)) {
    throw refused('SIGNATURE_MISMATCH', { zh: '签名内容与转诊单不一致', en: 'is under another content' })
  }
  return opened.kid
}

const refused = (code: string, message: Text) => NotAllowed.at('signature', code, message)
