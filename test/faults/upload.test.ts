import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { csv } from '../document-content.ts'
import { beginUpload, fileRequest, offsetOf, sendBytes, sha256 } from '../document-world.ts'
import { send, type Data } from '../world.ts'
import { run, startWhole, type Child } from './child.ts'
import { killPaused, pauseAt, type Moment } from './pause.ts'
import { tokenOf } from './tokens.ts'
import { databaseUrl, newDataFolder, runNow, type DataFolder } from './world.ts'

// An upload whose platform is killed between the bytes, the disk and the database. Whatever was struck, the client asks
// where it stands and goes on from there; the document is what was sent, or nobody reads any of it.

const HOSPITAL = 'H62990000001'
const ROWS = { purpose: 'RECONCILIATION', filename: 'rows.csv', pool: '629900' }
/** Some four pieces. */
const CONTENT = csv(9_000_000)

let folder: DataFolder
let platform: Child
let admin: pg.Pool
beforeAll(async () => {
  folder = await newDataFolder()
  platform = await startWhole(folder.dataDir, folder.port)
  admin = new pg.Pool({ connectionString: await databaseUrl(folder.dataDir), max: 2 })
  admin.on('error', () => {})
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(platform.output().slice(-5000))
})
afterAll(async () => {
  await admin.end()
  await platform.end('SIGTERM')
  await folder.remove()
})

const token = (who: string) => tokenOf(platform.address, folder.dataDir, who)
const here = () => ({ address: platform.address, token })
const idOf = (path: string) => path.slice('/files/'.length)

async function ask(query: string, id: string): Promise<Data> {
  const { data, errors } = await send(platform.address, await token(HOSPITAL), query, { id })
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data.answer
}
const DOCUMENT = `query ($id: ID!) { answer: document(id: $id) {
  __typename ... on Document { state type size sha256 } ... on Rejection { code } } }`
const LINK = `query ($id: ID!) { answer: documentLink(id: $id) {
  __typename ... on DocumentLink { path } ... on Rejection { code } } }`

const documents = () => join(folder.dataDir, 'documents')
/** The folders of pieces that are there. */
const uploads = () => readdir(join(documents(), 'uploads'))

/** All that lies where documents do, as one text. */
async function onDisk(): Promise<Buffer> {
  const names = await readdir(documents(), { recursive: true, withFileTypes: true })
  const files = names.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name)))
  return Buffer.concat(await Promise.all(files))
}

/** Sends the content while the platform is killed at some moment of it, and starts the platform again. */
async function killedAt(moment: Moment): Promise<string> {
  const { path } = await beginUpload(here(), HOSPITAL, {
    size: CONTENT.length,
    metadata: { ...ROWS, sha256: sha256(CONTENT) },
  })
  await pauseAt(admin, moment)
  const lost = sendBytes(here(), HOSPITAL, path, 0, CONTENT).catch(() => null)
  await killPaused(admin, platform, moment)
  expect(await lost).toBe(null)
  platform = await startWhole(folder.dataDir, folder.port)
  return path
}

const fetched = async (link: Data) => (await fileRequest(here(), null, 'GET', link.path)).body

/** Nobody gets at anything of an upload that is not whole, and nothing of it lies in the clear. */
async function expectUnreadable(path: string): Promise<void> {
  expect(await ask(DOCUMENT, idOf(path))).toMatchObject({ state: 'UPLOADING', type: null, sha256: null })
  expect(await ask(LINK, idOf(path))).toEqual({ __typename: 'NotFound', code: 'NOT_FOUND' })
  expect((await fileRequest(here(), HOSPITAL, 'GET', path)).status).toBe(404)
  expect((await onDisk()).includes('样本')).toBe(false)
}

/** The state of a document; whenever it can be read meanwhile, it is read whole. */
async function lookAt(path: string): Promise<Data> {
  const link = await ask(LINK, idOf(path))
  if (link.__typename === 'DocumentLink') expect((await fetched(link)).equals(CONTENT)).toBe(true)
  return ask(DOCUMENT, idOf(path))
}

const HALF = 4_000_000

/** Each step on the way of a piece and of the whole, by the row that is being written when the platform is killed. */
const STEPS: readonly (readonly [string, number, Moment])[] = [
  [
    'a piece from the middle is on disk and not yet noted',
    HALF,
    { table: 'insured.document_segment', event: 'insert', when: `new.begin_at > ${HALF}` },
  ],
  [
    'the last piece is on disk and not yet noted',
    HALF,
    { table: 'insured.document', event: 'update', when: `new.state = 'CHECKING' and old.state = 'UPLOADING'` },
  ],
  [
    'the whole is about to be checked',
    CONTENT.length,
    { table: 'insured.document', event: 'update', when: 'new.checked_since is not null' },
  ],
  [
    'the whole is checked and this is not yet noted',
    CONTENT.length,
    { table: 'insured.document', event: 'update', when: `new.state = 'STORED'` },
  ],
]

test.each(STEPS)(
  'killed while %s: it goes on where the platform says, and comes out whole',
  { timeout: 300_000 },
  async (_, least, moment) => {
    const path = await killedAt(moment)
    const at = await offsetOf(here(), HOSPITAL, path)
    expect(at).toBeGreaterThanOrEqual(least)

    if (at < CONTENT.length) {
      await expectUnreadable(path)
      const wrong = await sendBytes(here(), HOSPITAL, path, 0, CONTENT)
      expect([wrong.status, wrong.code]).toEqual([409, 'OFFSET_CONFLICT'])
      const done = await sendBytes(here(), HOSPITAL, path, at, CONTENT.subarray(at))
      expect([done.status, done.headers.get('document-state')]).toEqual([204, 'STORED'])
    }
    // What is whole needs no client any more.
    const stored = { state: 'STORED', type: 'text/csv', size: CONTENT.length, sha256: sha256(CONTENT) }
    await expect.poll(() => lookAt(path), { timeout: 120_000, interval: 200 }).toMatchObject(stored)
    expect((await fetched(await ask(LINK, idOf(path)))).equals(CONTENT)).toBe(true)
    await expect.poll(uploads, { timeout: 30_000 }).not.toContain(idOf(path))
  },
)

test('an upload that was killed and is never gone on with leaves nothing', { timeout: 300_000 }, async () => {
  const path = await killedAt({ table: 'insured.document_segment', event: 'insert', when: `new.begin_at > ${HALF}` })
  expect(await uploads()).toEqual([idOf(path)])
  await expectUnreadable(path)
  await admin.query('update insured.document set expires_at = now() where document_id = $1', [idOf(path)])
  await expect.poll(uploads, { timeout: 120_000, interval: 200 }).toEqual([])
  expect(await ask(DOCUMENT, idOf(path))).toMatchObject({ code: 'NOT_FOUND' })
  expect((await fileRequest(here(), HOSPITAL, 'HEAD', path)).status).toBe(404)
  const { rows } = await admin.query(
    `select (select count(*)::int from insured.document_segment) as pieces,
       (select count(*)::int from insured.document_key where document_id = $1) as keys`,
    [idOf(path)],
  )
  expect(rows).toEqual([{ pieces: 0, keys: 0 }])

  // As a process leaves it that dies between the row of a document and the folder of its pieces.
  await mkdir(join(documents(), 'uploads', idOf(path)))
  await writeFile(join(documents(), 'uploads', idOf(path), '0-left'), 'x')
  await runNow(admin, 'sweep-document-pieces')
  await expect.poll(uploads, { timeout: 60_000, interval: 200 }).toEqual([])
  // And as one leaves it that died between a content and its row, long ago.
  const left = join(documents(), 'content', '018f00')
  await mkdir(left)
  await writeFile(join(left, '018f0000-0000-7000-8000-000000000001'), 'x')
  await runNow(admin, 'sweep-document-contents')
  await expect.poll(() => readdir(left), { timeout: 60_000, interval: 200 }).toEqual([])
  const verified = await run(['verify.ts'], { YIBAO_DATA: folder.dataDir, DATABASE_URL: '' })
  expect(verified, verified.output).toMatchObject({ code: 0 })
})
