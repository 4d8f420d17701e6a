import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { readPublicKey } from './partner-key.ts'

const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' })
const codeOf = (jwk: object | string) => {
  const read = readPublicKey(typeof jwk === 'string' ? jwk : JSON.stringify(jwk))
  return 'problem' in read ? read.problem.code : read.key.jwk['alg']
}
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = (bits: number) => jwkOf(generateKeyPairSync('rsa', { modulusLength: bits }).publicKey)

test('P-256, Ed25519 and RSA of 2048 bits are taken, each for the one algorithm it signs by', () => {
  expect(codeOf(jwkOf(ec.publicKey))).toBe('ES256')
  expect(codeOf(jwkOf(generateKeyPairSync('ed25519').publicKey))).toBe('EdDSA')
  expect(codeOf(rsa(2048))).toBe('PS256')
})

// RFC 7638, 3.1: the key and its thumbprint.
const RFC_7638 = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  kid: '2011-04-29',
}

test('the name of a key is its thumbprint by RFC 7638, whatever else stands in it', () => {
  const read = readPublicKey(JSON.stringify({ note: 'x', ...RFC_7638 }))
  expect(read).toMatchObject({ key: { thumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' } })
  expect(read).not.toMatchObject({ key: { jwk: { note: 'x' } } })
})

const ODD_2047 = Uint8Array.from({ length: 256 }, (_, i) => (i === 0 ? 0x7f : 0xff))
const EVEN_2048 = Uint8Array.from({ length: 256 }, (_, i) => (i === 255 ? 0xfe : 0xff))
const exponent = (e: number) => {
  const hex = e.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

test.each([
  ['a private key', jwkOf(ec.privateKey), 'PRIVATE_KEY'],
  ['a symmetric key', { kty: 'oct', k: 'AAAA' }, 'PRIVATE_KEY'],
  ['a weak RSA key', rsa(1024), 'WEAK_KEY'],
  ['an RSA key of 2047 bits', { ...rsa(2048), n: Buffer.from(ODD_2047).toString('base64url') }, 'WEAK_KEY'],
  ['an RSA key with an even modulus', { ...rsa(2048), n: Buffer.from(EVEN_2048).toString('base64url') }, 'WEAK_KEY'],
  ['another curve', jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey), 'KEY_KIND'],
  ['another algorithm', { ...jwkOf(ec.publicKey), alg: 'RS256' }, 'KEY_ALGORITHM'],
  ['half a key', { kty: 'EC', crv: 'P-256', x: 'AAAA' }, 'KEY_MEMBER'],
  ['a kind that names something of an object', { kty: 'constructor' }, 'KEY_KIND'],
  ['no JSON', '{', 'JWK'],
  ['a list', '[]', 'JWK'],
])('%s is refused', (_what, jwk, code) => {
  expect(codeOf(jwk)).toBe(code)
})

test.each([1, 2, 3, 65_536, 65_538, 65_539])('an RSA key with the public exponent %i is refused', (e) => {
  expect(codeOf({ ...rsa(2048), e: exponent(e) })).toBe('WEAK_KEY')
})
