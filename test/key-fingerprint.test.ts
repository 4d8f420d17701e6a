import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { claimKeys, KeyMismatch } from '@yibao/drizzle/key-fingerprint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from './database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

test('a database is opened only with the keys it was first used with', async () => {
  const keys = { dataKey: randomBytes(32), lookupKey: randomBytes(32), receipt: generateKeyPairSync('ed25519') }
  await Promise.all(Array.from({ length: 8 }, () => claimKeys(database.url, keys)))
  await expect(claimKeys(database.url, { ...keys, dataKey: randomBytes(32) })).rejects.toThrow(KeyMismatch)
  await expect(claimKeys(database.url, { ...keys, lookupKey: randomBytes(32) })).rejects.toThrow(/lookupKey/)
  const receipt = generateKeyPairSync('ed25519')
  await expect(claimKeys(database.url, { ...keys, receipt })).rejects.toThrow(/YIBAO_RECEIPT_KEY/)
  await claimKeys(database.url, keys)
})
