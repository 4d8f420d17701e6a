import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { readPublicJwk } from './public-jwk.ts'

const jwkOf = (key: KeyObject): Record<string, unknown> => ({ ...key.export({ format: 'jwk' }) })
const keys = {
  'P-256': jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
  Ed25519: jwkOf(generateKeyPairSync('ed25519').publicKey),
  RSA: jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
}
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Ways to write the same bytes, or the same number, so that a forgiving decoder reads the same key. */
const otherwise: readonly ((text: string) => string)[] = [
  (text) => `${text}.`,
  (text) => `.${text}`,
  (text) => `${text}=`,
  (text) => `${text.slice(0, 5)}\n${text.slice(5)}`,
  (text) => `AA${text}`,
  (text) => `AAAA${text}`,
  (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
  // The last character of 32 bytes holds two bits that nobody reads.
  (text) => text.slice(0, -1) + LETTERS[LETTERS.indexOf(text.at(-1) ?? '') ^ 1],
]

test.each(Object.entries(keys))('a key of %s has one form: written in any other way it is refused', (_kind, key) => {
  const read = readPublicJwk({ ...key, kid: 'x', use: 'sig' })
  expect(read).toMatchObject({ jwk: Object.fromEntries(Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1))) })
  const numbers = Object.keys(key).filter((name) => name !== 'kty' && name !== 'crv')
  for (const member of numbers) {
    for (const change of otherwise) {
      const value = change(String(key[member]))
      const again = readPublicJwk({ ...key, [member]: value })
      // A number of another length may be another key; it is never the same one under another name.
      if (typeof again === 'object' && typeof read === 'object') {
        expect(value === key[member]).toBe(again.thumbprint === read.thumbprint)
        expect(again.jwk[member]).toBe(value)
      } else expect(again).toBe('KEY_MEMBER')
    }
  }
})

test('no full stop, no filler and no leading zeros stand in a number', () => {
  const x = String(keys['P-256']['x'])
  for (const value of [`${x}.`, `${x}=`, `AA${x}`, ` ${x}`, 1, null, undefined, ['x']]) {
    expect(readPublicJwk({ ...keys['P-256'], x: value })).toBe('KEY_MEMBER')
  }
})
