import { generateKeyPairSync, randomUUID, randomUUIDv7 } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAccessLog } from '@yibao/drizzle/access-log'
import type { AccessEntry } from '@yibao/drizzle/access-log'
import { withClient } from '@yibao/drizzle/client'
import { connect } from '@yibao/drizzle/connect'
import { readPrefix, roleName } from '@yibao/drizzle/roles'
import { createSealer } from '@yibao/drizzle/seal'
import { keepHead, readKeptHead, signHead } from '@yibao/drizzle/seal-head'
import { verifyAccessLog } from '@yibao/drizzle/verify-access-log'
import type { Identity } from '@yibao/schema/identity'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keeping } from './asking.ts'
import { testDatabase } from './database.ts'

const database = await testDatabase()
const insured = await connect({ url: database.url, schema: 'insured' })
const log = createAccessLog(insured)
const folder = await mkdtemp(join(tmpdir(), 'yibao-heads-'))
const key = generateKeyPairSync('ed25519')
const { logger, errors } = keeping()
const sealInto = (into: string, privateKey = key.privateKey) =>
  createSealer({ url: database.url, privateKey, folder: into, logger }).seal()
const seal = () => sealInto(folder)
const verify = (from = folder) => verifyAccessLog({ url: database.url, publicKeys: [key.publicKey], folder: from })
const owner = await withClient({ url: database.url, name: 'test' }, async (client) =>
  roleName(await readPrefix(client), 'insured', 'owner'),
)

afterAll(async () => {
  await insured.close()
  await database.close()
  await rm(folder, { recursive: true })
})

const entry = (operation: string): AccessEntry => ({
  id: randomUUIDv7(),
  at: Temporal.Now.instant().round('millisecond'),
  role: 'institution',
  actor: 'institution:H62010100001',
  subject: randomUUID(),
  operation,
  purpose: operation === 'insured' ? null : 'register',
  traceId: randomUUID(),
})

/** Entries with the ids of `from`, so that the sealer takes them to be as old as that. */
async function record(count: number): Promise<void> {
  const past = Temporal.Now.instant().subtract({ seconds: 60 })
  const entries = Array.from({ length: count }, (_, index) => {
    const time = (past.epochMilliseconds + index).toString(16).padStart(12, '0')
    return {
      ...entry(index % 2 === 0 ? 'insured' : 'me'),
      id: `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`,
    }
  })
  await log.record(entries)
}

const asOwner = (statement: string) =>
  withClient({ url: database.url, name: 'test', role: owner }, (client) => client.query(statement))

beforeAll(async () => {
  for (const count of [3, 1, 4]) {
    await record(count)
    expect(await seal()).toBe(count)
  }
  await asOwner(`create table insured.log_copy as select * from insured.access_log;
    create table insured.seal_copy as select * from insured.access_seal;
    create table insured.head_copy as select * from insured.access_head`)
})

/** After each test everything is as it was sealed. */
afterEach(() =>
  asOwner(`truncate insured.access_log, insured.access_seal, insured.access_head;
    insert into insured.access_log select * from insured.log_copy;
    insert into insured.access_seal select * from insured.seal_copy;
    insert into insured.access_head select * from insured.head_copy`),
)

test('an untouched log is whole', async () => {
  expect(await verify()).toMatchObject({ checked: 8, unsealed: 0, anchored: true, damages: [] })
})

const FLIPPED = `translate(right($, 1), '0123456789abcdefZ', '1032547698badcfeY')`
const flipText = (column: string) => `left(${column}, -1) || ${FLIPPED.replace('$', column)}`
const flipUuid = (column: string) => `(${flipText(`${column}::text`)})::uuid`
const flipBytes = (column: string) => `set_byte(${column}, 7, get_byte(${column}, 7) # 1)`

test.each([
  ['id', flipUuid('id')],
  ['at', `at + interval '1 microsecond'`],
  ['role', `'staff'`],
  ['actor', `replace(actor, '1', '2')`],
  ['subject', flipUuid('subject')],
  ['operation', `operation || ' '`],
  ['purpose', `coalesce(purpose || 'x', '')`],
  ['trace_id', flipText('trace_id')],
])('a changed %s in any row is found, and the row is named', async (column, value) => {
  for (const sequence of [1, 4, 5, 8]) {
    const { rows } = await asOwner(`select entry from insured.access_seal where sequence = ${sequence}`)
    await asOwner(`update insured.access_log set ${column} = ${value} where id = '${rows[0].entry}'`)
    const { damages } = await verify()
    const kind = column === 'id' ? 'ROW_MISSING' : 'ROW_CHANGED'
    expect(damages).toContainEqual({ schema: 'insured', kind, sequence: BigInt(sequence), entry: rows[0].entry })
    await asOwner(`delete from insured.access_log;
      insert into insured.access_log select * from insured.log_copy`)
  }
})

test.each([1, 2, 3, 4, 7, 8])('a changed hash of seal %i is told from a changed row', async (sequence) => {
  await asOwner(`update insured.access_seal set hash = ${flipBytes('hash')} where sequence = ${sequence}`)
  const { damages } = await verify()
  expect(damages.filter(({ kind }) => kind !== 'RESEALED')).toEqual([
    expect.objectContaining({ kind: 'SEAL_CHANGED', sequence: BigInt(sequence) }),
  ])
})

test.each([
  ['hash', flipBytes('hash')],
  ['signature', flipBytes('signature')],
  ['key_id', flipText('key_id')],
  ['at', `at - interval '1 microsecond'`],
  ['sequence', 'sequence + 1'],
  ['previous', 'previous - 2'],
])('a changed %s of a signed head is found', async (column, value) => {
  await asOwner(`update insured.access_head set ${column} = ${value} where sequence = 8`)
  expect((await verify()).damages).toContainEqual(expect.objectContaining({ kind: 'HEAD_CHANGED' }))
})

test('a deleted row is found, the newest like any other', async () => {
  for (const sequence of [8n, 2n]) {
    const { rows } = await asOwner(`delete from insured.access_log
      where id = (select entry from insured.access_seal where sequence = ${sequence}) returning id`)
    expect((await verify()).damages).toContainEqual({
      schema: 'insured',
      kind: 'ROW_MISSING',
      sequence,
      entry: rows[0].id,
    })
  }
})

test('a row deleted with its seal is found, the newest like any other', async () => {
  for (const sequence of [8, 2]) {
    await asOwner(`with gone as (delete from insured.access_seal where sequence = ${sequence} returning entry)
      delete from insured.access_log using gone where id = entry`)
    expect((await verify()).damages).toContainEqual(
      expect.objectContaining({ kind: 'SEAL_MISSING', sequence: BigInt(sequence) }),
    )
  }
})

test('the newest rows deleted with seals and heads are found by the head kept outside', async () => {
  await asOwner(`delete from insured.access_head where sequence > 4;
    with gone as (delete from insured.access_seal where sequence > 4 returning entry)
    delete from insured.access_log using gone where id = entry`)
  expect((await verify()).damages).toEqual([{ schema: 'insured', kind: 'SEAL_MISSING', sequence: 8n, entry: null }])
})

describe('a log cut before the sealer runs again', () => {
  let own: string
  const keptFile = async () => join(own, (await readdir(own))[0]!, 'insured.json')
  beforeEach(async () => {
    own = await mkdtemp(join(tmpdir(), 'yibao-heads-'))
    await cp(folder, own, { recursive: true })
  })
  afterEach(() => rm(own, { recursive: true }))

  test.each([
    [
      'the newest rows, seals and heads',
      `delete from insured.access_head where sequence > 4;
       with gone as (delete from insured.access_seal where sequence > 4 returning entry)
       delete from insured.access_log using gone where id = entry`,
    ],
    ['everything', 'truncate insured.access_log, insured.access_seal, insured.access_head'],
    ['all seals and heads', 'truncate insured.access_seal, insured.access_head'],
  ])('without %s is not sealed over: the kept head stays, errors are logged, the audit fails', async (_, attack) => {
    const before = await readFile(await keptFile(), 'utf8')
    await asOwner(attack)
    for (const more of [1, 0, 6]) {
      await record(more)
      errors.length = 0
      expect(await sealInto(own)).toBe(0)
      expect(errors).toEqual([{ schema: 'insured', sequence: '8', file: await keptFile() }])
    }
    expect(await readFile(await keptFile(), 'utf8')).toBe(before)
    expect((await verify(own)).damages).toEqual([
      { schema: 'insured', kind: 'SEAL_MISSING', sequence: 8n, entry: null },
    ])
  })

  test('by restoring an older backup is sealed again once the kept head was moved away', async () => {
    await asOwner(`delete from insured.access_head where sequence > 4;
      with gone as (delete from insured.access_seal where sequence > 4 returning entry)
      delete from insured.access_log using gone where id = entry`)
    await record(1)
    await rm(await keptFile())
    expect(await sealInto(own)).toBe(1)
    expect(await verify(own)).toMatchObject({ checked: 5, anchored: true, damages: [] })
  })

  test('and sealed elsewhere to the same length is told by the kept head', async () => {
    await asOwner('truncate insured.access_log, insured.access_seal, insured.access_head')
    const elsewhere = await mkdtemp(join(tmpdir(), 'yibao-heads-'))
    await record(9)
    await sealInto(elsewhere)
    await rm(elsewhere, { recursive: true })
    await record(1)
    expect(await sealInto(own)).toBe(0)
    expect((await verify(own)).damages).toEqual([expect.objectContaining({ kind: 'RESEALED', sequence: 8n })])
  })
})

test('a kept head is never replaced by an earlier one, nor by another of the same sequence', async () => {
  const own = await mkdtemp(join(tmpdir(), 'yibao-heads-'))
  const at = Temporal.Now.instant().toString()
  const head = (sequence: bigint, byte: number) =>
    signHead(key.privateKey, { schema: 'insured', sequence, previous: 0n, hash: Buffer.alloc(32, byte), at })
  await keepHead(own, 'db', head(8n, 1))
  await keepHead(own, 'db', head(8n, 1))
  await expect(keepHead(own, 'db', head(7n, 1))).rejects.toThrow('does not follow')
  await expect(keepHead(own, 'db', head(8n, 2))).rejects.toThrow('does not follow')
  expect(await readKeptHead(own, 'db', 'insured')).toMatchObject({ sequence: 8n, hash: Buffer.alloc(32, 1) })
  await rm(own, { recursive: true })
})

test('a deleted head in the middle is found', async () => {
  await asOwner('delete from insured.access_head where sequence = 4')
  expect((await verify()).damages).toContainEqual(expect.objectContaining({ kind: 'HEAD_MISSING', sequence: 8n }))
})

test('a row changed and sealed anew without the key is found by the signed head', async () => {
  const forger = generateKeyPairSync('ed25519')
  await asOwner(`update insured.access_log set actor = 'institution:H00000000000'
    where id = (select entry from insured.access_seal where sequence = 8);
    delete from insured.access_seal where sequence > 4; delete from insured.access_head where sequence > 4`)
  const elsewhere = await mkdtemp(join(tmpdir(), 'yibao-heads-'))
  await sealInto(elsewhere, forger.privateKey)
  await rm(elsewhere, { recursive: true })
  const { damages } = await verify()
  expect(damages).toContainEqual(expect.objectContaining({ kind: 'HEAD_CHANGED', sequence: 8n }))
  expect(damages).toContainEqual(expect.objectContaining({ kind: 'RESEALED', sequence: 8n }))
})

test('the writer can add to the log, and neither read, change nor delete it, nor touch the seals', async () => {
  const writer = owner.replace(/_owner$/, '_writer')
  const asWriter = (statement: string) =>
    withClient({ url: database.url, name: 'test', role: writer }, (client) => client.query(statement))
  for (const statement of [
    'select from insured.access_log',
    `update insured.access_log set actor = ''`,
    'delete from insured.access_log',
    'truncate insured.access_log',
    'select from insured.access_seal',
    'delete from insured.access_seal',
    'insert into insured.access_seal (sequence, entry, hash) values (9, gen_random_uuid(), $$$$)',
    'delete from insured.access_head',
  ]) {
    await expect(asWriter(statement), statement).rejects.toMatchObject({ code: '42501' })
  }
})

test('many answers at once are all in the log when they leave', async () => {
  const answers = Array.from({ length: 300 }, () => [entry('settlements'), entry('insured')])
  await Promise.all(answers.map((entries) => log.record(entries)))
  const { rows } = await asOwner('select count(*)::int as count from insured.access_log')
  expect(rows[0].count).toBe(608)
})

test('an entry that cannot be written fails its own answer only', async () => {
  const bad = { ...entry('insured'), actor: null as unknown as string }
  const results = await Promise.allSettled([log.record([entry('me')]), log.record([bad]), log.record([entry('me')])])
  expect(results.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('sealers in several processes at once give each row one seal', async () => {
  await record(50)
  const sealed = await Promise.all(Array.from({ length: 4 }, seal))
  expect(sealed.reduce((sum, one) => sum + one, 0)).toBe(50)
  expect(await verify()).toMatchObject({ checked: 58, damages: [] })
})

const seenBy = (identity: Identity | null) =>
  insured.readAs(identity, async (tx) => (await tx.execute('select subject from insured.access_log')).rows)

test('a person sees who read their data and an auditor sees all, others nothing', async () => {
  const { rows } = await asOwner('select subject from insured.access_log limit 1')
  const signed = { subject: 'x', scopes: [] }
  expect(await seenBy({ ...signed, kind: 'person', insuredId: rows[0].subject })).toEqual([rows[0]])
  expect(await seenBy({ ...signed, kind: 'auditor' })).toHaveLength(8)
  expect(await seenBy({ ...signed, kind: 'institution', institution: 'H62010100001' })).toEqual([])
  expect(await seenBy(null)).toEqual([])
})
