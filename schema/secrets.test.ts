import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { decrypt, encrypt, lookupHash, maskIdentity, type Secrets } from './secrets.ts'

const secrets: Secrets = { dataKey: randomBytes(32), lookupKey: randomBytes(32) }
const NUMBER = '34052419800101001X'

test('what was encrypted for a person opens for that person and nobody else', () => {
  const sealed = encrypt(secrets, NUMBER, 'person-1')
  expect(decrypt(secrets, sealed, 'person-1')).toBe(NUMBER)
  expect(() => decrypt(secrets, sealed, 'person-2')).toThrow()
  expect(() => decrypt({ ...secrets, dataKey: randomBytes(32) }, sealed, 'person-1')).toThrow()
})

test('one changed byte anywhere no longer opens', () => {
  const sealed = encrypt(secrets, NUMBER, 'person-1')
  for (let place = 0; place < sealed.length; place++) {
    const changed = Buffer.from(sealed)
    changed[place] = (changed[place] ?? 0) ^ 1
    expect(() => decrypt(secrets, changed, 'person-1')).toThrow()
  }
})

test('the same number never gives the same ciphertext, and the ciphertext does not hold it', () => {
  const [a, b] = [encrypt(secrets, NUMBER, 'p'), encrypt(secrets, NUMBER, 'p')]
  expect(a.equals(b)).toBe(false)
  expect(a.includes(NUMBER)).toBe(false)
})

test('a value is found by kind and key, whether its x is small or capital', () => {
  const hash = lookupHash(secrets, '02', NUMBER)
  expect(hash).toHaveLength(32)
  expect(lookupHash(secrets, '02', NUMBER.toLowerCase()).equals(hash)).toBe(true)
  expect(lookupHash(secrets, '03', NUMBER).equals(hash)).toBe(false)
  expect(lookupHash({ lookupKey: randomBytes(32) }, '02', NUMBER).equals(hash)).toBe(false)
  expect(lookupHash(secrets, '01', 'aB').equals(lookupHash(secrets, '01', 'AB'))).toBe(false)
})

test('the mask shows the first character only', () => {
  expect(maskIdentity(NUMBER)).toBe('3*****************')
})
