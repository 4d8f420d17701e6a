import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finish } from '@yibao/documents/finish-upload'
import { keepDocument } from '@yibao/documents/keep-document'
import { contentAt, contentFolder, segmentPath } from '@yibao/documents/paths'
import { planUpload } from '@yibao/documents/plan-upload'
import { readDocument } from '@yibao/documents/read-document'
import type { Scanner } from '@yibao/documents/scan'
import { openStorage, type DocumentStorage } from '@yibao/documents/storage'
import { sweepContents } from '@yibao/documents/sweep'
import { addSegment, addUpload } from '@yibao/documents/upload-rows'
import { connect, type Database } from '@yibao/drizzle/connect'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from './database.ts'
import { csv } from './document-content.ts'

// What a process leaves behind that dies between a content and its row, and two processes that look at one upload.

const NOW = Temporal.Now.instant()
const secrets = { dataKey: randomBytes(32), lookupKey: randomBytes(32) }

let database: TestDatabase
let db: Database
let admin: pg.Client
let folder: string
let storage: DocumentStorage
beforeAll(async () => {
  database = await testDatabase()
  db = await connect({ url: database.url, schema: 'insured' })
  admin = new pg.Client(database.url)
  await admin.connect()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yibao-orphans-'))
  storage = await openStorage({ kind: 'folder', folder }, secrets)
  await admin.query(`update insured.document_sweep set folder = ''`)
  return () => rm(folder, { recursive: true })
})
afterAll(async () => {
  await admin.end()
  await db.close()
  await database.close()
})

/** All contents that lie there. */
const contents = async () => {
  const found = await readdir(join(folder, 'content'), { recursive: true, withFileTypes: true })
  return found.filter((one) => one.isFile()).map((one) => `content/${one.parentPath.slice(-6)}/${one.name}`)
}

/** A file the platform made, on disk; its row is for whoever calls `add`. */
const made = () =>
  keepDocument(storage, 'insured', {
    purpose: 'RECONCILIATION_REPORT',
    name: 'a.csv',
    type: 'text/csv',
    content: [Buffer.from('a,b\n')],
    size: 4,
    pool: '629900',
    by: 'test:1',
    at: NOW,
  })

const CONTENT = csv(3000)
/** An upload whose bytes are all there, and nobody has looked at. */
async function whole(): Promise<string> {
  const documentId = randomUUIDv7()
  const identity = { kind: 'institution', institution: 'H62990000001', subject: 'x', scopes: [] } as const
  const { key, wrapped } = storage.newKey(documentId)
  await addUpload(db.orm, {
    documentId,
    plan: planUpload({ purpose: 'RECONCILIATION', filename: 'rows.csv', pool: '629900' }, identity),
    uploadedBy: 'institution:H62990000001',
    size: CONTENT.length,
    storageKey: contentAt('000000', documentId),
    keyWrapped: wrapped,
    now: NOW,
    expiresAt: NOW.add({ hours: 1 }),
    most: 100,
  })
  const path = segmentPath(documentId, 0)
  await storage.write(path, [CONTENT], { key, size: CONTENT.length })
  await addSegment(db.orm, { documentId, beginAt: 0, size: CONTENT.length, storageKey: path })
  return documentId
}

const check = (documentId: string, scanner: Scanner | null = null) =>
  finish({ db, storage, clock: () => NOW, scanner }, documentId)

async function stateOf(documentId: string): Promise<unknown> {
  const { rows } = await admin.query('select state, reason from insured.document where document_id = $1', [documentId])
  return rows[0]
}
async function contentOf(documentId: string): Promise<Buffer> {
  const found = await readDocument(db.orm, storage, documentId)
  return Buffer.concat(await Array.fromAsync<Buffer>(found?.stream ?? []))
}

/** Sweeps as a run so many hours from now; answers what it told. */
async function sweep(hours: number) {
  const told: unknown[] = []
  const note = (details: object) => void told.push(details)
  await sweepContents({ db, storage, logger: { info: note, warn: note, error: note } }, NOW.add({ hours }))
  return told
}

test('a content whose process died before its row is removed when it is a day old, and no other ever', async () => {
  const [kept] = [await made(), await made()]
  await db.orm.transaction((tx) => kept.add(tx))
  expect(await sweep(20)).toEqual([])
  expect(await contents()).toHaveLength(2)

  expect(await sweep(30)).toMatchObject([{ looked: 2, removed: 1 }])
  expect((await contentOf(kept.documentId)).toString()).toBe('a,b\n')
  expect(await sweep(30)).toEqual([])
  expect(await contents()).toHaveLength(1)
})

test('struck between the content and its row an upload is looked at anew, and the first content is swept', async () => {
  const documentId = await whole()
  await admin.query(`create function public.strike() returns trigger language plpgsql as $$ begin raise 'struck'; end $$;
    create trigger strike before update on insured.document for each row when (new.state = 'STORED')
    execute function public.strike()`)
  await expect(check(documentId)).rejects.toThrow()
  await admin.query('drop trigger strike on insured.document')
  expect([await stateOf(documentId), (await contents()).length]).toEqual([{ state: 'CHECKING', reason: null }, 1])

  await check(documentId)
  expect([await stateOf(documentId), (await contents()).length]).toEqual([{ state: 'STORED', reason: null }, 2])
  expect(await sweep(30)).toMatchObject([{ looked: 2, removed: 1 }])
  expect((await contentOf(documentId)).equals(CONTENT)).toBe(true)
})

const fallsSilent: Scanner = () =>
  Promise.resolve({
    write: () => Promise.resolve(),
    end: () => Promise.reject(new Error('the scanner fell silent')),
    abandon: () => {},
  })

test('what cannot be looked at to its end leaves no content', async () => {
  const documentId = await whole()
  await expect(check(documentId, fallsSilent)).rejects.toThrow('fell silent')
  expect(await contents()).toEqual([])
})

test('of two that look at one upload the first to end counts, and the other overwrites nothing', async () => {
  const documentId = await whole()
  const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<string | null>()]
  const slow: Scanner = () =>
    Promise.resolve({
      write: () => Promise.resolve(),
      end: () => {
        reached.resolve()
        return gate.promise
      },
      abandon: () => {},
    })
  const sleeping = check(documentId, slow)
  await reached.promise
  await admin.query(`update insured.document set checked_since = now() - interval '2 minutes' where document_id = $1`, [
    documentId,
  ])
  await check(documentId)
  expect(await stateOf(documentId)).toEqual({ state: 'STORED', reason: null })

  // It woke up, and would refuse what the other one has stored.
  gate.resolve('Eicar')
  await sleeping
  expect(await stateOf(documentId)).toEqual({ state: 'STORED', reason: null })
  expect((await contentOf(documentId)).equals(CONTENT)).toBe(true)
  expect(await contents()).toHaveLength(1)
  const { rows } = await admin.query(`select payload from insured.outbox where payload->>'key' = $1`, [
    `document:${documentId}`,
  ])
  expect(rows).toEqual([])
})

test('a storage of which the database knows hardly anything is left as it is', async () => {
  const at = NOW.subtract({ hours: 48 })
  const time = at.epochMilliseconds.toString(16).padStart(12, '0')
  for (let i = 0; i < 101; i += 1) {
    const name = `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`
    await storage.write(contentAt(contentFolder(at), name), [Buffer.from('x')], { key: randomBytes(32), size: 1 })
  }
  expect(await sweep(0)).toMatchObject([{ looked: 101, orphans: 101 }])
  expect(await contents()).toHaveLength(101)
})
