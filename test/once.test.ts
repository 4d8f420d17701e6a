import { randomUUIDv7 } from 'node:crypto'
import { connect } from '@yibao/drizzle/connect'
import type { Database, Tx } from '@yibao/drizzle/connect'
import { canonicalDigest, once } from '@yibao/drizzle/once'
import type { Asked } from '@yibao/drizzle/once'
import { callerOf } from '@yibao/schema/identity'
import { Busy, NotAllowed, NotFound, RequestReused } from '@yibao/schema/rejection'
import { sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from './database.ts'

const database = await testDatabase()
// Two, as two processes would have.
const databases = await Promise.all([1, 2].map(() => connect({ url: database.url, schema: 'insured', writers: 8 })))
const [here, there] = databases as [Database, Database]
afterAll(async () => {
  await Promise.all(databases.map((one) => one.close()))
  await database.close()
})

const now = Temporal.Instant.from('2026-11-22T09:00:00+08:00')
const identity = { kind: 'staff', pool: '620100', subject: 'clerk', scopes: [] } as const
let number = 0
const ask = (input: unknown = {}, operation = 'enrol'): Asked => {
  number += 1
  return { identity, requestId: `r-${number}`, operation, input, now }
}

/** An effect that can be counted: an event in the outbox. */
async function leaveMark(tx: Tx, topic: string): Promise<string> {
  const id = randomUUIDv7()
  await tx.execute(sql`insert into insured.outbox (id, topic, payload, at) values (${id}, ${topic}, '{}', now())`)
  return id
}
const countMarks = async (topic: string) =>
  (await here.hot.unsafe('select id from insured.outbox where topic = $1', [topic])).length

const refusal = () =>
  NotAllowed.of({ code: 'NOT_TODAY', text: { zh: '今日不可', en: 'not today' }, details: { day: 1 } })

test('a request asked again gets the same result and is not done again', async () => {
  const asked = ask({ amount: 12n })
  const first = await once(here, asked, (tx) => leaveMark(tx, 'again'))
  expect(await once(there, { ...asked, input: { amount: 12n } }, (tx) => leaveMark(tx, 'again'))).toBe(first)
  expect(await countMarks('again')).toBe(1)
})

test('one request sent forty times at once through two processes is done once', async () => {
  const asked = ask()
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, index) => once(databases[index % 2]!, asked, (tx) => leaveMark(tx, 'forty'))),
  )
  expect(new Set(results).size).toBe(1)
  expect(await countMarks('forty')).toBe(1)
})

test('another input under the same id is refused, and so is another operation', async () => {
  const asked = ask({ amount: '1.00' })
  await once(here, asked, (tx) => leaveMark(tx, 'reused'))
  for (const other of [
    { ...asked, input: { amount: '1.01' } },
    { ...asked, operation: 'end' },
  ]) {
    await expect(once(here, other, (tx) => leaveMark(tx, 'reused'))).rejects.toThrow(RequestReused)
  }
  expect(await countMarks('reused')).toBe(1)
})

test('two callers may use the same id', async () => {
  const asked = ask()
  await once(here, asked, (tx) => leaveMark(tx, 'callers'))
  await once(here, { ...asked, identity: { ...identity, pool: '620200' } }, (tx) => leaveMark(tx, 'callers'))
  expect(await countMarks('callers')).toBe(2)
})

test('a refusal undoes what was written, is kept, and is given again without work', async () => {
  const asked = ask()
  const first = once(here, asked, async (tx): Promise<string> => {
    await leaveMark(tx, 'refused')
    throw refusal()
  })
  await expect(first).rejects.toThrow(NotAllowed)
  const again = once(there, asked, (tx) => leaveMark(tx, 'refused'))
  await expect(again).rejects.toMatchObject({ code: 'NOT_TODAY', text: { zh: '今日不可' }, details: { day: 1 } })
  await expect(again).rejects.toThrow(NotAllowed)
  expect(await countMarks('refused')).toBe(0)
})

test('a refusal that may pass is not kept, nor is a failure', async () => {
  const asked = ask()
  for (const error of [Busy.of(), new Error('the disk is full')]) {
    await expect(once(here, asked, () => Promise.reject(error))).rejects.toBe(error)
  }
  await once(here, asked, (tx) => leaveMark(tx, 'passing'))
  expect(await countMarks('passing')).toBe(1)
})

test('when one of two at once is done and the other would be refused, both answer the same', async () => {
  for (let round = 0; round < 20; round += 1) {
    const asked = ask()
    const name = `race-${round}`
    const register = async (tx: Tx) => {
      const { rows } = await tx.execute(sql`select 1 from insured.outbox where topic = ${name}`)
      if (rows.length > 0) throw refusal()
      return leaveMark(tx, name)
    }
    const results = await Promise.allSettled([here, there, here, there].map((db) => once(db, asked, register)))
    expect(new Set(results.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(await countMarks(name)).toBe(1)
  }
})

test('of two requests that exclude each other one is refused by the rule, not by an error', async () => {
  for (let round = 0; round < 10; round += 1) {
    const name = `exclusive-${round}`
    const only = async (tx: Tx) => {
      const { rows } = await tx.execute(sql`select 1 from insured.outbox where topic = ${name}`)
      if (rows.length > 0) throw refusal()
      return leaveMark(tx, name)
    }
    const results = await Promise.allSettled([here, there, here, there].map((db) => once(db, ask(), only)))
    const reasons = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(reasons).toHaveLength(3)
    for (const reason of reasons) expect(reason).toBeInstanceOf(NotAllowed)
    expect(await countMarks(name)).toBe(1)
  }
})

test('a withdrawn request is not carried out', async () => {
  const asked = ask()
  await here.hot.unsafe(
    `insert into insured.request (caller, request_id, operation, digest, outcome, at)
     values ('staff:620100:clerk', $1, 'enrol', '', 'ANNULLED', now())`,
    [asked.requestId],
  )
  await expect(once(here, asked, (tx) => leaveMark(tx, 'annulled'))).rejects.toMatchObject({ code: 'ANNULLED' })
  expect(await countMarks('annulled')).toBe(0)
})

test.each(['', ' ', 'a b', 'a\u0000', '请求', 'x'.repeat(129)])(
  'the request id %j is refused by name',
  async (requestId) => {
    const asked = { ...ask(), requestId }
    await expect(once(here, asked, (tx) => leaveMark(tx, 'id'))).rejects.toMatchObject({
      problems: [{ path: 'requestId' }],
    })
  },
)

test('a broken rule of the database is not hidden as a collision', async () => {
  const result = once(here, ask(), async (tx) => {
    const id = await leaveMark(tx, 'twice')
    await tx.execute(sql`insert into insured.outbox select * from insured.outbox where id = ${id}`)
  })
  await expect(result).rejects.toMatchObject({ cause: { code: '23505' } })
})

const seen = (pool: string) =>
  here.readAs({ ...identity, pool }, async (tx) => (await tx.execute('select 1 from insured.request')).rows.length)

test('a caller sees its own requests and no others', async () => {
  expect(await seen('620100')).toBeGreaterThan(5)
  expect(await seen('999900')).toBe(0)
})

test('a field that is written as null is the same request as one that is left out', async () => {
  const asked = ask({ amount: '1.00', order: null, who: { name: 'x', base: null }, list: [null, 1] })
  const first = await once(here, asked, (tx) => leaveMark(tx, 'nulls'))
  const again = { ...asked, input: { amount: '1.00', who: { name: 'x' }, list: [null, 1] } }
  expect(await once(there, again, (tx) => leaveMark(tx, 'nulls'))).toBe(first)
  const other = { ...asked, input: { amount: '1.00', who: { name: 'x' }, list: [1] } }
  await expect(once(there, other, (tx) => leaveMark(tx, 'nulls'))).rejects.toThrow(RequestReused)
})

test('what was kept under the digest that tells null from left out is found again', async () => {
  const asked = ask({ amount: '1.00', order: null })
  const digest = canonicalDigest(asked.operation, asked.input)
  await here.orm.execute(sql`
    insert into insured.request (caller, request_id, operation, digest, outcome, result, at)
    values (${callerOf(identity)}, ${asked.requestId}, ${asked.operation}, ${digest}, 'COMMITTED', '"earlier"'::jsonb, now())`)
  expect(await once(there, asked, (tx) => leaveMark(tx, 'kept'))).toBe('earlier')
  const other = { ...asked, input: { amount: '2.00' } }
  await expect(once(there, other, (tx) => leaveMark(tx, 'kept'))).rejects.toThrow(RequestReused)
})

test('a digest knows what is asked, not how it is written', () => {
  const day = Temporal.PlainDate.from('2026-11-22')
  const one = canonicalDigest('settle', { a: 1, b: { c: [1n, null, undefined], d: day }, e: undefined })
  expect(canonicalDigest('settle', { b: { d: '2026-11-22', c: ['1', null, null] }, a: 1 })).toBe(one)
  expect(canonicalDigest('settle', { a: 1, b: { c: [null, 1n, null], d: day } })).not.toBe(one)
  expect(canonicalDigest('annul', { a: 1, b: { c: [1n, null, null], d: day } })).not.toBe(one)
  for (const odd of [Number.NaN, new Map(), () => {}, NotFound]) {
    expect(() => canonicalDigest('settle', { odd })).toThrow(TypeError)
  }
})
