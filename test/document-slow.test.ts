import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createFileHandler } from '@yibao/documents/file-handler'
import { RECEIVING } from '@yibao/documents/receiving'
import { openStorage } from '@yibao/documents/storage'
import type { Identity } from '@yibao/schema/identity'
import { afterAll, expect, test } from 'vitest'
import { beginUpload, fileRequest, offsetOf, pdf, sendBytes } from './document-world.ts'
import { demoPerson, openWorld } from './world.ts'

const world = await openWorld()
const open: Socket[] = []
afterAll(async () => {
  for (const socket of open) socket.destroy()
  await world.close()
})

const person = demoPerson('629900', 'employee').personNumber
const HOSPITAL = 'H62990000001'
const CLAIM = { purpose: 'CLAIM', filename: '发票.pdf', pool: '629900' }

/** Begins to send an upload and says how far it came; the rest never comes. */
function stall(address: string, path: string, { token, bytes }: { token: string; bytes: Uint8Array }) {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  open.push(socket)
  socket.on('error', () => {})
  const head = [
    `PATCH ${path} HTTP/1.1`,
    'Host: yibao',
    `Authorization: Bearer ${token}`,
    'Tus-Resumable: 1.0.0',
    'Upload-Offset: 0',
    'Content-Type: application/offset+octet-stream',
    'Content-Length: 1000000',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.write(bytes)
  return socket
}

async function refusalOf(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (data: Buffer) => (text += data.toString()))
  await once(socket, 'close')
  return text
}

/** Uploads the person has begun and not sent. */
const begin = async (who: string) => (await beginUpload(world, who, { size: 1_000_000, metadata: CLAIM })).path

test('a person who holds every place there is for one caller keeps nobody else from uploading', async () => {
  const token = await world.token(person)
  const held = await Promise.all(Array.from({ length: RECEIVING.atOncePerCaller }, () => begin(person)))
  for (const path of held) stall(world.address, path, { token, bytes: pdf() })
  const more = await begin(person)
  await expect
    .poll(async () => (await sendBytes(world, person, more, 0, pdf())).code, { timeout: 10_000 })
    .toBe('TOO_MANY_AT_ONCE')

  const content = pdf('of a hospital')
  const metadata = { purpose: 'SUPERVISION', filename: 'a.pdf', pool: '629900' }
  const { path } = await beginUpload(world, HOSPITAL, { size: content.length, metadata })
  expect((await sendBytes(world, HOSPITAL, path, 0, content)).status).toBe(204)

  for (const socket of open.splice(0)) socket.destroy()
  const rest = new Uint8Array(1_000_000)
  await expect
    .poll(
      async () => {
        const offset = await offsetOf(world, person, more)
        return (await sendBytes(world, person, more, offset, rest.subarray(offset))).code
      },
      { timeout: 10_000 },
    )
    .not.toBe('TOO_MANY_AT_ONCE')
})

test('a line that hardly gives anything is cut off, what came stays, and the upload goes on from there', async () => {
  const identity: Identity = { kind: 'institution', subject: HOSPITAL, institution: HOSPITAL, scopes: [] }
  const storage = await openStorage({ kind: 'folder', folder: join(world.dataDir, 'documents') }, world.keys)
  const handle = createFileHandler({
    db: world.platform.databases.insured,
    clock: () => world.time.now,
    storage,
    scanner: null,
    sees: () => Promise.resolve(true),
    secrets: world.keys,
    accessLog: { record: () => Promise.resolve() },
    receiving: { ...RECEIVING, pace: { bytes: 60_000, milliseconds: 200 } },
  })
  const server = createServer((request, response) => void handle(request, response, { identity, traceId: 'slow' }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const own = { address: `http://127.0.0.1:${port}`, token: () => Promise.resolve('none') }

  const metadata = { purpose: 'SUPERVISION', filename: 'a.pdf', pool: '629900' }
  const { path } = await beginUpload(own, HOSPITAL, { size: 1_000_000, metadata })
  const first = new Uint8Array(100_000)
  first.set(pdf())
  const socket = stall(own.address, path, { token: 'none', bytes: first })
  const drip = setInterval(() => socket.write('x'), 20)
  const answer = await refusalOf(socket).finally(() => clearInterval(drip))
  expect(answer).toContain('HTTP/1.1 408')
  expect(answer).toContain('"code":"TOO_SLOW"')

  const offset = await offsetOf(own, HOSPITAL, path)
  expect(offset).toBeGreaterThanOrEqual(first.length)
  const rest = await sendBytes(own, HOSPITAL, path, offset, new Uint8Array(1_000_000 - offset))
  expect(rest.status).toBe(204)
  expect((await fileRequest(own, HOSPITAL, 'HEAD', path)).headers.get('upload-offset')).toBe('1000000')
  server.close()
  server.closeAllConnections()
})
