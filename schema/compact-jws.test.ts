import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { openCompact, signCompact } from './compact-jws.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519').publicKey
const keys = new Map([['one', publicKey]])
const head = { kid: 'one', typ: 'test+jwt' }
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signed = signCompact('{"amount":"1.00"}', head, privateKey)

test('what was signed is read back, and signing it again gives the same bytes', () => {
  expect(openCompact(signed, 'test+jwt', keys)).toEqual({ kind: 'VALID', kid: 'one', text: '{"amount":"1.00"}' })
  expect(signCompact('{"amount":"1.00"}', head, privateKey)).toBe(signed)
})

test('every single changed, left out or added character is found', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n'
  for (let i = 0; i < signed.length; i += 1) {
    for (const letter of letters) {
      if (letter === signed[i]) continue
      const changed = signed.slice(0, i) + letter + signed.slice(i + 1)
      expect(openCompact(changed, 'test+jwt', keys).kind, `${i} ${letter}`).not.toBe('VALID')
    }
    expect(openCompact(signed.slice(0, i) + signed.slice(i + 1), 'test+jwt', keys).kind).not.toBe('VALID')
  }
  for (const more of ['=', '.', ' ', 'A', '\n'])
    expect(openCompact(signed + more, 'test+jwt', keys).kind).not.toBe('VALID')
})

test('another type, another algorithm, an unknown and a wrong key are told apart', () => {
  const withHeader = (header: object) => [encode(header), ...signed.split('.').slice(1)].join('.')
  expect(openCompact(signed, 'other+jwt', keys)).toEqual({ kind: 'OTHER_TYPE' })
  for (const alg of ['none', 'HS256', 'ES256', null])
    expect(openCompact(withHeader({ ...head, alg }), 'test+jwt', keys)).toEqual({ kind: 'OTHER_ALGORITHM' })
  expect(openCompact(signed, 'test+jwt', new Map([['two', publicKey]]))).toEqual({ kind: 'UNKNOWN_KEY', kid: 'one' })
  expect(openCompact(signed, 'test+jwt', new Map([['one', other]]))).toEqual({ kind: 'BAD_SIGNATURE' })
  for (const text of ['', 'a', 'a.b', 'a.b.c', 'a.b.c.d', `${encode({ alg: 'EdDSA' })}.e30.AAAA`, '..'])
    expect(openCompact(text, 'test+jwt', keys)).toEqual({ kind: 'MALFORMED' })
})
