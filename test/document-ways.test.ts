import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer as createHttp, type Server } from 'node:http'
import { connect as connectTcp, createServer as createTcp, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clamd } from '@yibao/documents/scan'
import { openStorage } from '@yibao/documents/storage'
import { sweepDocuments, sweepPieces } from '@yibao/documents/sweep'
import { createAccessLog } from '@yibao/drizzle/access-log'
import { connect, type Database } from '@yibao/drizzle/connect'
import { remote } from '@yibao/gateway/remote'
import { createInsured } from '@yibao/insured/schema'
import type { Identity } from '@yibao/schema/identity'
import { signInternal } from '@yibao/schema/internal-token'
import { serve } from '@yibao/schema/serve'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase } from './database.ts'
import { csv, EICAR } from './document-content.ts'
import { beginUpload, fileRequest, offsetOf, sendBytes, sha256, upload } from './document-world.ts'
import { NOW } from './world.ts'

// The subgraph in a process of its own as far as it can tell: behind HTTP, with a scanner, dying and coming back.

const SILENT = { info: () => {}, warn: () => {}, error: () => {} }
const HOSPITAL: Identity = { kind: 'institution', institution: 'H62990000001', subject: 'H62990000001', scopes: [] }
const ROWS = { purpose: 'RECONCILIATION', filename: 'rows.csv', pool: '629900' }
const secrets = { dataKey: randomBytes(32), lookupKey: randomBytes(32), receipt: generateKeyPairSync('ed25519') }
const time = { now: Temporal.Instant.from(NOW) }

/** A scanner as clamd speaks it, which knows one pattern; it can be away. */
async function openScanner() {
  const state = { isAway: false, seen: 0 }
  const server = createTcp((socket) => {
    if (state.isAway) return socket.destroy()
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      const all = Buffer.concat(chunks)
      const content = readStream(all)
      if (content === null) return
      state.seen += content.length
      const found = content.includes(EICAR) ? 'Eicar-Test-Signature FOUND' : 'OK'
      socket.end(`stream: ${found}\0`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { state, settings: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, server }
}

/** What came by INSTREAM; null until its end came. */
function readStream(all: Buffer): Buffer | null {
  const command = Buffer.from('zINSTREAM\0')
  if (!all.subarray(0, command.length).equals(command)) return null
  const pieces: Buffer[] = []
  for (let at = command.length; at + 4 <= all.length;) {
    const length = all.readUInt32BE(at)
    if (length === 0) return Buffer.concat(pieces)
    if (at + 4 + length > all.length) return null
    pieces.push(all.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return null
}

let db: Database
let folder: string
let scanner: Awaited<ReturnType<typeof openScanner>>
const closing: (() => Promise<unknown>)[] = []

/** The subgraph alone, and a gateway that hands on what is asked in the name of the hospital. */
async function openInstance() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const documents = await openStorage({ kind: 'folder', folder }, secrets)
  const parts = { db, secrets, clock: () => time.now, accessLog: createAccessLog(db), documents }
  const subgraph = await createInsured({ ...parts, scanner: scanner.settings })
  const served = await serve({ subgraph, key: publicKey, logger: SILENT })
  const port = await served.listen({ port: 0 })
  const inner = `http://127.0.0.1:${port}`
  const transport = remote({ name: 'insured', url: inner, key: privateKey })
  const outer: Server = createHttp((request, response) => {
    transport.files?.(request, response, { identity: HOSPITAL, traceId: 'trace' }).catch(() => response.destroy())
  })
  outer.listen(0, '127.0.0.1')
  await once(outer, 'listening')
  const address = `http://127.0.0.1:${(outer.address() as AddressInfo).port}`
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    outer.closeAllConnections()
    served.server.closeAllConnections()
    outer.close()
    await transport.close?.()
    await served.close()
  }
  closing.push(close)
  return { address, token: () => Promise.resolve('none'), inner, key: privateKey, documents, close }
}

type Instance = Awaited<ReturnType<typeof openInstance>>
let world: Instance

beforeAll(async () => {
  const database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'yibao-documents-'))
  db = await connect({ url: database.url, schema: 'insured' })
  scanner = await openScanner()
  closing.push(
    () => database.close(),
    () => rm(folder, { recursive: true }),
    () => db.close(),
  )
  world = await openInstance()
})
afterAll(async () => {
  scanner.server.close()
  for (const close of closing.toReversed()) await close()
})

const sweeping = () => ({
  db,
  storage: world.documents,
  clock: () => time.now,
  scanner: clamd(scanner.settings),
  logger: SILENT,
})
const stateOf = async (id: string): Promise<unknown> => {
  const rows = await db.hot.unsafe<{ state: string; reason: string | null }>(
    'select state, reason from insured.document where document_id = $1',
    [id],
  )
  return rows[0] ?? null
}

describe('a subgraph behind HTTP', () => {
  test('takes uploads as in one process, and refuses them early', async () => {
    const content = csv(3_000_000)
    const { path } = await beginUpload(world, 'x', {
      size: content.length,
      metadata: { ...ROWS, sha256: sha256(content) },
    })
    await sendBytes(world, 'x', path, 0, content.subarray(0, 1_000_000))
    expect(await offsetOf(world, 'x', path)).toBe(1_000_000)
    const wrong = await sendBytes(world, 'x', path, 5, content.subarray(5, 10))
    expect([wrong.status, wrong.code]).toEqual([409, 'OFFSET_CONFLICT'])
    const done = await sendBytes(world, 'x', path, 1_000_000, content.subarray(1_000_000))
    expect([done.status, done.headers.get('document-state')]).toEqual([204, 'STORED'])
    expect((await beginUpload(world, 'x', { size: 2 ** 31, metadata: ROWS })).status).toBe(413)
  })

  test('answers nobody but the gateway, and no token for another request', async () => {
    expect((await fetch(`${world.inner}/files`, { method: 'POST' })).status).toBe(401)
    const body = 'file\n' + JSON.stringify(['POST', '/files', [['content-length', '0']]])
    const token = await signInternal(world.key, { audience: 'insured', identity: HOSPITAL, traceId: 't', body })
    const headers = { authorization: `Bearer ${token}`, 'upload-length': '5' }
    expect((await fetch(`${world.inner}/files`, { method: 'POST', headers })).status).toBe(401)
    const other = { authorization: `Bearer ${token}` }
    expect((await fetch(`${world.inner}/files/x`, { method: 'DELETE', headers: other })).status).toBe(401)
    // As it was signed for, it is let in, and refused for what it lacks.
    expect((await fetch(`${world.inner}/files`, { method: 'POST', headers: other })).status).toBe(412)
  })
})

/** How many contents lie there. */
async function contents(): Promise<number> {
  const found = await readdir(join(folder, 'content'), { recursive: true, withFileTypes: true })
  return found.filter((one) => one.isFile()).length
}

describe('a scanner', () => {
  test('looks at all of an upload, and what it finds is refused', async () => {
    const before = scanner.state.seen
    const kept = await contents()
    const clean = csv(200_000)
    expect((await upload(world, 'x', clean, ROWS)).status).toBe(204)
    expect(scanner.state.seen - before).toBe(clean.length)
    const found = await upload(world, 'x', Buffer.from(`a,b\n1,${EICAR}\n`), ROWS)
    expect([found.status, found.code]).toEqual([422, 'MALWARE'])
    expect(await contents()).toBe(kept + 1)
  })

  test('that is away lets the upload wait, unread by anybody, until it is back', async () => {
    scanner.state.isAway = true
    const { status, id } = await upload(world, 'x', csv(1000), ROWS)
    expect([status, await stateOf(id)]).toEqual([500, { state: 'CHECKING', reason: null }])
    await sweepDocuments(sweeping())
    expect(await stateOf(id)).toMatchObject({ state: 'CHECKING' })
    scanner.state.isAway = false
    await sweepDocuments(sweeping())
    expect(await stateOf(id)).toMatchObject({ state: 'STORED' })
  })
})

/** Sends half of what it announces and never the rest. */
async function stall({ address }: Instance, path: string, content: Buffer) {
  const socket = connectTcp(Number(new URL(address).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.write(
    `PATCH ${path} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n` +
      `content-type: application/offset+octet-stream\r\ncontent-length: ${content.length}\r\n\r\n`,
  )
  socket.write(content.subarray(0, content.length / 2))
  return socket
}

describe('an upload whose process dies', () => {
  test('goes on in the next one after the last piece that is on disk, and comes out whole', async () => {
    const content = csv(9_000_000)
    const dying = await openInstance()
    const { path } = await beginUpload(dying, 'x', {
      size: content.length,
      metadata: { ...ROWS, sha256: sha256(content) },
    })
    const socket = await stall(dying, path, content)
    while ((await offsetOf(world, 'x', path).catch(() => 0)) < 2_000_000) await new Promise((r) => setTimeout(r, 50))
    socket.destroy()
    await dying.close()
    const at = await offsetOf(world, 'x', path)
    expect(at).toBeGreaterThanOrEqual(2_000_000)
    expect(at).toBeLessThan(content.length)
    // What the dying one had in hand may have come to rest meanwhile: that is refused before it is read to its end, and the client
    // may see its connection end before the answer. It asks again then.
    const send = (from: number) => sendBytes(world, 'x', path, from, content.subarray(from)).catch(() => null)
    let done = await send(at)
    for (let tries = 0; (done === null || done.status === 409) && tries < 20; tries += 1) {
      await new Promise((r) => setTimeout(r, 50))
      done = await send(await offsetOf(world, 'x', path))
    }
    expect([done?.status, done?.headers.get('document-state')]).toEqual([204, 'STORED'])
  })

  test('that nobody goes on with is forgotten after its time, with all of its pieces', async () => {
    const { path } = await beginUpload(world, 'x', { size: 1000, metadata: ROWS })
    await sendBytes(world, 'x', path, 0, csv(10).subarray(0, 10))
    const id = path.slice('/files/'.length)
    await sweepDocuments(sweeping())
    expect(await stateOf(id)).toMatchObject({ state: 'UPLOADING' })
    time.now = time.now.add({ hours: 25 })
    expect((await fileRequest(world, 'x', 'HEAD', path)).status).toBe(410)
    await sweepDocuments(sweeping())
    expect(await stateOf(id)).toBeNull()
    await world.documents.write(`uploads/${id}/0-orphan`, [Buffer.from('x')], { key: randomBytes(32), size: 1 })
    await sweepPieces(sweeping())
    expect(await world.documents.listFolders('uploads')).toEqual([])
  })
})
