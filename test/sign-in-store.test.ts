import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issuerDatabase } from './sign-in-world.ts'

let database: Awaited<ReturnType<typeof issuerDatabase>>
beforeAll(async () => {
  database = await issuerDatabase()
})
afterAll(() => database.close())

const rows = async (table: string) => (await database.hot.unsafe(`select 1 from issuer.${table}`)).length

test('what is saved is found until it expires, and replaced when saved again', async () => {
  const { store } = database
  const session = { uid: 'u1', accountId: '医保', nested: { list: [1, null, "quote'"] } }
  await store.save({ kind: 'Session', id: 's1', payload: session, seconds: 60 })
  expect(await store.find('Session', 's1')).toEqual(session)
  expect(await store.findSession('u1')).toEqual(session)
  expect(await store.find('Grant', 's1')).toBeUndefined()
  await store.save({ kind: 'Session', id: 's1', payload: { uid: 'u2' }, seconds: 60 })
  expect(await store.findSession('u1')).toBeUndefined()
  await store.save({ kind: 'Session', id: 's2', payload: { uid: 'u3' }, seconds: 0 })
  expect(await store.find('Session', 's2')).toBeUndefined()
  expect(await store.findSession('u3')).toBeUndefined()
  await store.save({ kind: 'Grant', id: 'g', payload: {}, seconds: undefined })
  expect(await store.find('Grant', 'g')).toEqual({})
  await store.remove('Grant', 'g')
  expect(await store.find('Grant', 'g')).toBeUndefined()
})

test('a code is consumed by one of many, and shows when', async () => {
  const { store } = database
  await store.save({ kind: 'AuthorizationCode', id: 'c', payload: { grantId: 'g1' }, seconds: 60 })
  const won = await Promise.all(Array.from({ length: 8 }, () => store.consume('AuthorizationCode', 'c')))
  expect(won.filter(Boolean)).toHaveLength(1)
  const found = await store.find('AuthorizationCode', 'c')
  expect(Math.abs(Number(found?.['consumed']) - Temporal.Now.instant().epochMilliseconds / 1000)).toBeLessThan(10)
  await store.removeGrant('g1')
  expect(await store.find('AuthorizationCode', 'c')).toBeUndefined()
})

test('a key is used first by one of many, and again only after it was forgotten', async () => {
  const { store } = database
  const won = await Promise.all(Array.from({ length: 8 }, () => store.firstUse('k', 1)))
  expect(won.filter(Boolean)).toHaveLength(1)
  expect(await store.firstUse('k', 1)).toBe(false)
  await sleep(1100)
  expect(await store.firstUse('k', 60)).toBe(true)
  expect(await store.firstUse('k', 60)).toBe(false)
})

test('tries are counted before the password, and a lock is not lengthened by trying on', async () => {
  const { store } = database
  const limit = { max: 2, lockSeconds: 1 }
  const attempts = await Promise.all(Array.from({ length: 6 }, () => store.countAttempt('a', limit)))
  expect(attempts.filter((seconds) => seconds === 0)).toHaveLength(2)
  await sleep(600)
  expect(await store.countAttempt('a', limit)).toBe(1)
  await sleep(600)
  expect(await store.countAttempt('a', limit)).toBe(0)
  await store.forgetAttempts('a')
  expect([await store.countAttempt('a', limit), await store.countAttempt('a', limit)]).toEqual([0, 0])
})

test('the sweep deletes what has expired and nothing else', async () => {
  const { store } = database
  await store.save({ kind: 'Session', id: 'old', payload: { uid: 'old' }, seconds: -1 })
  await store.save({ kind: 'Session', id: 'new', payload: { uid: 'new' }, seconds: 60 })
  await store.firstUse('old', -1)
  const [artefacts, used] = [await rows('artefact'), await rows('used_once')]
  await store.sweep()
  expect(await rows('artefact')).toBeLessThan(artefacts)
  expect(await rows('used_once')).toBeLessThan(used)
  expect(await store.findSession('new')).toEqual({ uid: 'new' })
  expect(await store.firstUse('k', 60)).toBe(false)
  await database.hot.unsafe(`update issuer.sign_in_failure set last_at = now() - interval '25 hours'`)
  await store.sweep()
  expect(await rows('sign_in_failure')).toBe(0)
})
