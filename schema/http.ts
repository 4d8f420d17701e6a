import { isUtf8 } from 'node:buffer'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fault } from './fault.ts'
import { isFilePath } from './files.ts'

/** Slow clients are cut off: a header may take 5 s, a whole request 10 s; a file an hour, as long as bytes flow. */
const HARDENED = {
  headersTimeout: 5_000,
  requestTimeout: 3_600_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
}

/** A node:http server with limits on time and headers that the defaults (60 s and 300 s) leave open to slow clients. */
export function createHttpServer(listener: RequestListener, keepAliveTimeoutMs: number): Server {
  const server = createServer(HARDENED, (request, response) => {
    if (isFilePath(request.url)) request.setTimeout(IDLE_MS, () => request.destroy())
    else limitTime(request)
    listener(request, response)
  })
  server.keepAliveTimeout = keepAliveTimeoutMs
  return server
}

const REQUEST_MS = 10_000
/** Longer than a file may be looked at before it is answered for. */
const IDLE_MS = 120_000

function limitTime(request: IncomingMessage): void {
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy()
  }, REQUEST_MS)
  request.once('close', () => clearTimeout(timer))
}

/** Resolves with the port once connections are accepted; rejects when the address cannot be had. */
export function listen(server: Server, address: { port: number; host: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Stops accepting, lets running requests finish for at most `graceMs`, then cuts what is left. */
export async function drain(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A kept connection becomes idle only when its last answer is out, which may be after `close`.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

/**
 * Reads a request body as text. Throws BODY_TOO_LARGE beyond `maxBytes` (at once when the header says so),
 * UNSUPPORTED_MEDIA_TYPE for compressed bodies and BAD_REQUEST for bytes that are not UTF-8.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw fault('UNSUPPORTED_MEDIA_TYPE', { zh: '不接受压缩的请求体。', en: 'Compressed bodies are not accepted.' })
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
  if (!isUtf8(body)) throw fault('BAD_REQUEST', { zh: '请求体不是 UTF-8。', en: 'The body is not UTF-8.' })
  return body.toString('utf8')
}

const tooLarge = (maxBytes: number) =>
  fault(
    'BODY_TOO_LARGE',
    { zh: `请求体超过 ${maxBytes} 字节。`, en: `The body exceeds ${maxBytes} bytes.` },
    { maxBytes },
  )

/** How long a refused upload may go on, so that the client gets to read the refusal instead of a reset. */
const LINGER_MS = 1_000

/** Sends a whole answer. When the request was refused unread, the connection ends after it. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  const unread = !request.complete
  response.writeHead(status, {
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    ...(unread ? { connection: 'close' } : {}),
  })
  response.end(body)
  if (unread) cutSoon(request)
}

/** Ends a connection whose request was answered before it was read. */
export function cutSoon(request: IncomingMessage): void {
  request.resume()
  setTimeout(() => request.destroy(), LINGER_MS).unref()
}
