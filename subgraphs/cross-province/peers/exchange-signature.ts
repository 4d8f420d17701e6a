import { createHash, createPublicKey, sign, timingSafeEqual, verify, type KeyObject } from 'node:crypto'
import type { SigningKey } from '@yibao/schema/keys'
import { httpbis } from 'http-message-signatures'
import type { PartnerKey } from '../domain/exchange.ts'

// HTTP Message Signatures (RFC 9421) with Ed25519 over the digest of the body (RFC 9530). The path and the two provinces
// are signed, so no message serves for another purpose or another platform; the id is, so none serves twice.

export type Headers = Readonly<Record<string, string>>

export const MESSAGE_ID = 'yibao-message-id'
export const FROM = 'yibao-from'
export const TO = 'yibao-to'

const COMMON = ['content-type', 'content-digest', MESSAGE_ID, FROM, TO]
const OF_REQUEST = ['@method', '@path', ...COMMON]
const OF_ANSWER = ['@status', ...COMMON]
const PARAMS = ['created', 'expires', 'keyid', 'alg', 'tag']
const TAG = 'yibao-exchange'
const SECONDS = 60
/** Clocks of two platforms differ. */
const TOLERANCE_SECONDS = 10
const JSON_TYPE = 'application/json; charset=utf-8'

/** Who says something to whom, under which id. */
export interface Addressed {
  readonly id: string
  readonly from: string
  readonly to: string
}

/** A key of this platform with its name. */
export interface ExchangeKey extends SigningKey {
  readonly kid: string
}

export const digestHeader = (body: string): string => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`

/** Whether a body is the one its header speaks of. */
export function fitsDigest(body: string, header: string | undefined): boolean {
  const own = Buffer.from(digestHeader(body))
  const given = Buffer.from(header ?? '')
  return own.length === given.length && timingSafeEqual(own, given)
}

const headersOf = (body: string, { id, from, to }: Addressed): Record<string, string> => ({
  'content-type': JSON_TYPE,
  'content-digest': digestHeader(body),
  [MESSAGE_ID]: id,
  [FROM]: from,
  [TO]: to,
})

/** The clock on the wall, whatever day it is in a sandbox: the other side compares it with its own. */
const wallClock = () => Temporal.Now.instant().epochMilliseconds
// The library asks for a Date, which nothing else here uses.
// oxlint-disable-next-line no-restricted-globals
const dateOf = (milliseconds: number) => new Date(milliseconds)

function configOf({ privateKey, kid }: ExchangeKey, fields: string[]) {
  const now = wallClock()
  return {
    key: { id: kid, alg: 'ed25519', sign: (data: Buffer) => Promise.resolve(sign(null, data, privateKey)) },
    name: 'yibao',
    fields,
    params: PARAMS,
    paramValues: { created: dateOf(now), expires: dateOf(now + SECONDS * 1000), tag: TAG },
  }
}

/** The headers of a signed request to `url`. */
export async function signRequest(
  key: ExchangeKey,
  { url, body, ...addressed }: Addressed & { readonly url: string; readonly body: string },
): Promise<Record<string, string>> {
  const request = { method: 'POST', url, headers: headersOf(body, addressed) }
  return flat((await httpbis.signMessage(configOf(key, OF_REQUEST), request)).headers)
}

/** The headers of a signed answer. */
export async function signAnswer(
  key: ExchangeKey,
  { status, body, ...addressed }: Addressed & { readonly status: number; readonly body: string },
): Promise<Record<string, string>> {
  const answer = { status, headers: headersOf(body, addressed) }
  return flat((await httpbis.signMessage(configOf(key, OF_ANSWER), answer)).headers)
}

const flat = (headers: Record<string, string | string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))

/** Of each registered key, by its raw form. */
const publicKeys = new Map<string, KeyObject>()

function publicKeyOf({ x }: PartnerKey): KeyObject {
  const known = publicKeys.get(x) ?? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  publicKeys.set(x, known)
  return known
}

function checkOf(keys: readonly PartnerKey[], requiredFields: string[]) {
  return {
    keyLookup: ({ keyid, tag }: { keyid?: string; tag?: string }) => {
      const found = keys.find(({ kid }) => kid === keyid)
      if (found === undefined || tag !== TAG) return Promise.resolve(null)
      const publicKey = publicKeyOf(found)
      return Promise.resolve({
        id: found.kid,
        algs: ['ed25519'],
        verify: (data: Buffer, signature: Buffer) => Promise.resolve(verify(null, data, publicKey, signature)),
      })
    },
    requiredFields,
    requiredParams: PARAMS,
    maxAge: SECONDS + TOLERANCE_SECONDS,
    tolerance: TOLERANCE_SECONDS,
    all: true,
  }
}

/** Whether one of these keys has signed the request, whole and within its time. An unsigned one is none. */
export const isSignedRequest = (
  keys: readonly PartnerKey[],
  { url, headers }: { readonly url: string; readonly headers: Headers },
): Promise<boolean> => holds(() => httpbis.verifyMessage(checkOf(keys, OF_REQUEST), { method: 'POST', url, headers }))

/** Whether one of these keys has signed the answer, whole and within its time. */
export const isSignedAnswer = (
  keys: readonly PartnerKey[],
  { status, headers }: { readonly status: number; readonly headers: Headers },
): Promise<boolean> => holds(() => httpbis.verifyMessage(checkOf(keys, OF_ANSWER), { status, headers }))

/** The library says null of what is not signed, and throws at what it cannot read. */
const holds = (check: () => Promise<boolean | null>): Promise<boolean> =>
  check().then(
    (result) => result === true,
    () => false,
  )
