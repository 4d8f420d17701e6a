import type { Statements } from '@yibao/drizzle/hot'
import { readPublicJwk, type PublicJwk } from '@yibao/schema/public-jwk'
import { InvalidInput, type Problem } from '@yibao/schema/rejection'
import type { PartnerKey } from '../domain/exchange.ts'
import { addPartnerKey, savePartner } from '../store/partners.ts'

/** A platform as it is registered by hand. */
export interface PartnerInput {
  readonly province: string
  readonly name: string
  /** `https://yibao.example.cn`; plain `http` only on this machine. */
  readonly url: string
  /** Public Ed25519 key as JWK in JSON. Added to those there are: both count until the older one is ended. */
  readonly key?: string | undefined
}

/**
 * Registers the platform of a province, or changes its name and address, and adds a key of it. @throws InvalidInput naming
 * every field that is wrong
 */
export async function registerPartner(
  hot: Statements,
  { province, name, url, key }: PartnerInput,
  at: Temporal.Instant,
): Promise<PartnerKey | null> {
  const problems: Problem[] = []
  const fail = (path: string, code: string, zh: string, en: string) =>
    problems.push({ path, code, message: { zh, en } })
  if (!/^[1-8][0-9]$/.test(province))
    fail('province', 'DIVISION_FORM', '应为区划前两位', 'must be the first two digits of a division')
  if (name.trim() === '' || name.length > 50)
    fail('name', 'NAME_FORM', '应为 1–50 个字', 'must have 1 to 50 characters')
  const address = addressOf(url)
  if (address === null)
    fail(
      'url',
      'URL_FORM',
      '应为不带路径的 https 地址',
      'must be an https address without a path; http only on this machine',
    )
  const read = key === undefined ? null : publicKeyOf(key)
  if (key !== undefined && read === null)
    fail(
      'key',
      'KEY_FORM',
      '应为 Ed25519 公钥的 JWK，且不含私钥',
      'must be a public Ed25519 JWK, without its private half',
    )
  InvalidInput.throwIf(problems)
  await savePartner(hot, { province, name, url: address ?? url }, at)
  if (read === null) return null
  const known = { province, kid: read.thumbprint, x: read.jwk['x'] ?? '' }
  await addPartnerKey(hot, known, at)
  return known
}

function addressOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, hostname, origin, pathname, search, username } = new URL(text)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const isPlain = pathname === '/' && search === '' && username === ''
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && isHere)) ? origin : null
}

/** A public Ed25519 key in its one form, so that no key comes back under another name. */
function publicKeyOf(text: string): PublicJwk | null {
  const given = plainObject(text)
  if (given === null || 'd' in given) return null
  const key = readPublicJwk(given)
  return typeof key === 'object' && key.alg === 'EdDSA' ? key : null
}

function plainObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
